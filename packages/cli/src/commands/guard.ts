/** `rollcall guard`: the brake on departures without a goodbye, and who waits because of it. */
import type { Guard } from '@rollcall/client';
import { parseDuration, switchOption, type OptionTable } from '@rollcall/core';
import { askingCommand, type Desk } from '../asking.js';
import { Misuse, type Command, exitCodes } from '../command.js';
import { instanceColumns } from '../instance-table.js';
import { counted, oneLine, shortDuration } from '../shown.js';
import type { Surroundings } from '../surroundings.js';
import { facts } from '../table.js';

interface GuardOptions {
  readonly yes: boolean;
}

const options: OptionTable<GuardOptions> = {
  yes: { ...switchOption('yes', 'For release: does it without asking.'), givenIn: 'typed' },
};

const details = `When very many instances fall silent at the same time, it is more likely the registry that does not hear well. So only some \
of them may depart within a window; the others are held: listed, critical, and not called.

  rollcall guard                      what it does at the moment
  rollcall guard release              lets all depart who are held; whoever is heard meanwhile stays
  rollcall guard release payments     those of one service`;

export const guardCommand = (surroundings: Surroundings): Command =>
  askingCommand<GuardOptions>(
    {
      name: 'guard',
      group: 'operate',
      operands: '[release [SERVICE]]',
      operandsMax: 2,
      summary: 'Shows who is held back from departing, and lets them go.',
      details,
      options,
      async ask(desk, { yes }, [action, service]) {
        if (action === undefined) return show(desk);
        if (action !== 'release') throw new Misuse(`${JSON.stringify(action)} is not expected here; there is release.`);
        return release(desk, service, yes);
      },
    },
    surroundings,
  );

async function show({ registry, wait, json, print, printJson, printTable, paint, surroundings }: Desk): Promise<undefined> {
  const guard = await wait(registry.guard());
  if (json) return printJson(guard) as undefined;
  const { held, instances } = guard;
  print(facts(guardFacts(guard), paint));
  if (instances.length === 0) return undefined;
  print('\n');
  printTable(instances, [{ heading: 'SERVICE', cell: ({ service }) => service }, ...instanceColumns(surroundings.clock.wallMs())]);
  if (held > instances.length) print(`… and ${held - instances.length} more\n`);
  print('\nrollcall guard release lets them depart.\n');
  return undefined;
}

function guardFacts({
  held,
  window,
  windowStart,
  windowLeft,
  presentAtStart,
  budget,
  departed,
  left,
  released,
}: Guard): Parameters<typeof facts>[0] {
  const running = windowStart !== undefined;
  const length = shortDuration(parseDuration(window) ?? 0);
  return [
    ['held', held === 0 ? { text: 'nobody', colour: 'green' } : { text: counted(held, 'instance'), colour: 'yellow' }],
    [
      'window',
      running
        ? `${length}, ${shortDuration(parseDuration(windowLeft) ?? 0)} left`
        : `${length}, from the next departure without a goodbye on`,
    ],
    [
      'may depart',
      budget === undefined
        ? 'any number: there is no guard'
        : `${budget} in a window (${counted(presentAtStart, 'instance')} ${running ? 'when it began' : 'now'})`,
    ],
    ['have departed', running ? `${departed}${left === undefined ? '' : `, ${left} more may`}` : ''],
    ['let go by hand', released === 0 ? '' : String(released)],
  ];
}

async function release(
  { registry, wait, json, printJson, aside, surroundings }: Desk,
  service: string | undefined,
  yes: boolean,
): Promise<number> {
  const of = service === undefined ? '' : ` of ${oneLine(service)}`;
  if (!yes) {
    const said = await surroundings.ask(`Let all depart${of} who are held? They leave the registry within moments. [y/N] `);
    if (said === null) throw new Misuse('Nobody can be asked here; --yes says that it is meant.');
    if (!/^y(es)?$/i.test(said.trim())) {
      aside('Nobody was let go.\n');
      return exitCodes.failed;
    }
  }
  const answer = await wait(registry.releaseHeld(service === undefined ? {} : { service }));
  if (json) printJson(answer);
  else if (answer.released === 0) aside(`Nobody${of} was held.\n`);
  else aside(`${counted(answer.released, 'instance')}${of} may depart, and will within moments.\n`);
  return exitCodes.done;
}
