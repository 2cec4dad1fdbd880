/** `rollcall heartbeat`: an instance is here, and how it is. */
import { OUTPUT_CHARACTERS_MAX, proseKind, wordKind, type OptionTable } from '@rollcall/core';
import type { Health } from '@rollcall/client';
import { askingCommand } from '../asking.js';
import type { Command } from '../command.js';
import { oneLine } from '../shown.js';
import type { Surroundings } from '../surroundings.js';
import { neededId, ofService, serviceOption } from './one-instance.js';

interface HeartbeatOptions {
  readonly status: Health | null;
  readonly output: string | null;
  readonly service: string | null;
}

const options: OptionTable<HeartbeatOptions> = {
  status: {
    flag: 'status',
    placeholder: 'HEALTH',
    kind: wordKind<Health>(['passing', 'warning', 'starting', 'critical']),
    default: null,
    defaultText: '',
    givenIn: 'typed',
    help: 'How it is. Left out: as before, or passing if it had lapsed.',
  },
  output: {
    flag: 'output',
    placeholder: 'TEXT',
    kind: proseKind(OUTPUT_CHARACTERS_MAX),
    default: null,
    defaultText: '',
    givenIn: 'typed',
    help: 'Why, for people.',
  },
  service: serviceOption,
};

export const heartbeatCommand = (surroundings: Surroundings): Command =>
  askingCommand<HeartbeatOptions>(
    {
      name: 'heartbeat',
      operands: 'ID',
      operandsMax: 1,
      summary: 'Says once that an instance is here. rollcall register --keep-alive goes on saying it.',
      details: 'Exit code 3 says that it is not known (any more), and should register again.',
      options,
      async ask({ registry, wait, json, aside }, { status, output, service }, operands) {
        const id = neededId(operands[0]);
        const word = { ...(status === null ? {} : { status }), ...(output === null ? {} : { output }) };
        await wait(registry.heartbeat(id, { ...ofService(service), ...(Object.keys(word).length === 0 ? {} : { word }) }));
        if (!json) aside(`${oneLine(id)} was heard.\n`);
        return undefined;
      },
    },
    surroundings,
  );
