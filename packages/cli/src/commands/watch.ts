/** `rollcall watch`: who there is, and then every change as it happens. */
import type { WatchEvent, WatchQuestion, WatchState } from '@rollcall/client';
import { lineKind, type OptionTable } from '@rollcall/core';
import { askingCommand, type Desk } from '../asking.js';
import { Misuse, type Command } from '../command.js';
import { filterOptions, filtersOf, type FilterOptions } from '../filter-options.js';
import { instanceColumns } from '../instance-table.js';
import { clockTime, oneLine } from '../shown.js';
import type { Surroundings } from '../surroundings.js';
import { signColours, WatchLines, type WatchLine } from '../watch-lines.js';
import { printInstances } from './instances.js';

interface WatchCommandOptions extends FilterOptions {
  readonly prefix: string | null;
}

/** As long as a service name. */
const PREFIX_CHARACTERS_MAX = 128;

const options: OptionTable<WatchCommandOptions> = {
  ...filterOptions,
  near: { ...filterOptions.near, help: 'ZONE or REGION/ZONE: those of the zone come first in the snapshot.' },
  prefix: {
    flag: 'prefix',
    placeholder: 'TEXT',
    kind: lineKind(PREFIX_CHARACTERS_MAX),
    default: null,
    defaultText: '',
    givenIn: 'typed',
    help: 'All services whose names begin so.',
  },
};

const details = `First who there is, then a line for each change: + who came into rotation, - who left it, ~ what is different. Without a service and \
without --prefix it watches everything that there is and will be. When the connection is lost it says so, and goes on where it was, also \
over a restart of the registry. Ctrl-C ends it.

With --json each line is an event: snapshot (all there is; it replaces what was told before), change (revision, upserts, removes) or \
resync (something was missed; a snapshot follows).

  rollcall watch payments --health any
  rollcall watch --prefix pay --json`;

export const watchCommand = (surroundings: Surroundings): Command =>
  askingCommand<WatchCommandOptions>(
    {
      name: 'watch',
      operands: '[SERVICE…]',
      operandsMax: Infinity,
      summary: 'Shows who there is, and then every change as it happens.',
      details,
      options,
      async ask(desk, values, services) {
        const { prefix } = values;
        if (prefix !== null && services.length > 0) throw new Misuse('Services and --prefix are two questions; rollcall watch takes one.');
        const filters = filtersOf(values);
        const [only] = services;
        const named: WatchQuestion = services.length === 1 && only !== undefined ? { service: only } : { services };
        const question = { ...filters, ...(prefix === null ? named : { prefix }) };
        await follow(desk, question, desk.json ? undefined : new Drawing(desk, services.length === 1, values.health === null));
        return undefined;
      },
    },
    surroundings,
  );

/** Until somebody stops it. */
async function follow(desk: Desk, question: WatchQuestion, drawing: Drawing | undefined): Promise<void> {
  const { registry, surroundings, printJson } = desk;
  const stop = new AbortController();
  const release = surroundings.onStop(() => stop.abort());
  let connected = false;
  let neverThere: Error | undefined;
  const onState = (state: WatchState): void => {
    // Whoever typed the address is told at once; later it is waited for.
    if (state.state === 'waiting' && !state.lost) {
      neverThere = state.because;
      stop.abort();
    } else if (state.state === 'waiting')
      stateLine(desk, `${state.because.message} Trying again in ${(state.retryInMs / 1000).toFixed(1)} s.`);
    else if (connected) stateLine(desk, `${registry.url} answers again.`);
    connected ||= state.state === 'connected';
  };
  try {
    for await (const event of registry.watch(question, { signal: stop.signal, onState })) {
      if (drawing === undefined) printJson(event);
      else drawing.draw(event);
    }
  } finally {
    release();
  }
  if (neverThere !== undefined) throw neverThere;
}

function stateLine({ aside, paintAside, surroundings }: Desk, text: string): void {
  aside(`${paintAside('dim', clockTime(surroundings.clock.wallMs()))}  ${paintAside('magenta', '!')} ${oneLine(text)}\n`);
}

/** A table of who there is, then lines. */
class Drawing {
  readonly #desk: Desk;
  readonly #isOneService: boolean;
  readonly #inRotationOnly: boolean;
  readonly #lines = new WatchLines();
  #begun = false;

  constructor(desk: Desk, isOneService: boolean, inRotationOnly: boolean) {
    this.#desk = desk;
    this.#isOneService = isOneService;
    this.#inRotationOnly = inRotationOnly;
  }

  draw(event: WatchEvent): void {
    const lines = this.#lines.take(event);
    if (event.event === 'resync') stateLine(this.#desk, `Something was missed: ${event.reason}. What is different since:`);
    else if (event.event === 'snapshot' && !this.#begun) this.#begin(event);
    else for (const line of lines) this.#line(line);
  }

  #begin({ services }: WatchEvent & { readonly event: 'snapshot' }): void {
    this.#begun = true;
    const [only] = services;
    const { printTable, aside, surroundings } = this.#desk;
    const instances = services.flatMap((service) => service.instances);
    if (this.#isOneService && only !== undefined) printInstances(this.#desk, only, this.#inRotationOnly);
    else if (instances.length === 0) aside('Nobody is there yet.\n');
    else printTable(instances, [{ heading: 'SERVICE', cell: ({ service }) => service }, ...instanceColumns(surroundings.clock.wallMs())]);
  }

  #line({ sign, service, id, text }: WatchLine): void {
    const { print, paint, surroundings } = this.#desk;
    const who = this.#isOneService ? id : `${service}  ${id}`;
    print(
      `${paint('dim', clockTime(surroundings.clock.wallMs()))}  ${paint(signColours[sign], `${sign} ${oneLine(who)}`)}  ${oneLine(text)}\n`,
    );
  }
}
