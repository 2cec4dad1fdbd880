/** `rollcall timeline`: what happened to the instances of a service. */
import type { Timeline } from '@rollcall/client';
import { digitsKind, InstanceId, SERVICE_EVENTS_MAX, type OptionTable } from '@rollcall/core';
import { askingCommand } from '../asking.js';
import { Misuse, type Command } from '../command.js';
import { ago, clockTime, oneLine } from '../shown.js';
import type { Surroundings } from '../surroundings.js';
import type { Column } from '../table.js';

interface TimelineOptions {
  readonly id: string | null;
  readonly limit: number | null;
}

type Event = Timeline['events'][number];

const options: OptionTable<TimelineOptions> = {
  id: {
    flag: 'id',
    placeholder: 'ID',
    kind: InstanceId,
    default: null,
    defaultText: '',
    givenIn: 'typed',
    help: 'Only of this instance.',
  },
  limit: {
    flag: 'limit',
    placeholder: 'N',
    kind: digitsKind(`a whole number from 1 to ${SERVICE_EVENTS_MAX}`, 1, SERVICE_EVENTS_MAX),
    default: null,
    defaultText: '',
    givenIn: 'typed',
    help: 'At most so many, the newest.',
  },
};

export const timelineCommand = (surroundings: Surroundings): Command =>
  askingCommand<TimelineOptions>(
    {
      name: 'timeline',
      operands: 'SERVICE',
      operandsMax: 1,
      summary: 'Shows what happened to the instances of a service lately, the newest last.',
      details: 'As the node that answers saw it, since it was started.',
      options,
      async ask({ registry, wait, json, printJson, printTable, aside }, { id, limit }, [service]) {
        if (service === undefined) throw new Misuse('The service is missing; rollcall services lists them.');
        const asked = { ...(id === null ? {} : { id }), ...(limit === null ? {} : { limit }) };
        const timeline = await wait(registry.timeline(service, asked));
        const nowMs = surroundings.clock.wallMs();
        const since = `${timeline.node} has seen what happened for ${ago(timeline.since, nowMs)}`;
        if (json) printJson(timeline);
        else if (timeline.events.length === 0) aside(`Nothing happened to ${oneLine(service)}; ${since}.\n`);
        else printTable(timeline.events.toReversed(), columns(nowMs));
        return undefined;
      },
    },
    surroundings,
  );

const columns = (nowMs: number): readonly Column<Event>[] => [
  { heading: 'TIME', cell: ({ at }) => clockTime(Date.parse(at)) },
  { heading: 'AGO', cell: ({ at }) => ago(at, nowMs), align: 'right' },
  { heading: 'ID', cell: ({ id }) => id },
  { heading: 'WHAT', cell: ({ what }) => what },
  { heading: 'BY', cell: ({ by, face }) => (face === undefined ? by : `${by} (${face})`) },
  { heading: 'WHY', cell: ({ text }) => text },
];
