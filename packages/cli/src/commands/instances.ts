/** `rollcall instances`: who should be called, or who there is. */
import type { ServiceInstances } from '@rollcall/client';
import { digitsKind, type OptionTable } from '@rollcall/core';
import { askingCommand, type Desk } from '../asking.js';
import { Misuse, type Command } from '../command.js';
import { filterOptions, filtersOf, type FilterOptions } from '../filter-options.js';
import { instanceColumns } from '../instance-table.js';
import { counted, oneLine } from '../shown.js';
import type { Surroundings } from '../surroundings.js';

interface InstancesOptions extends FilterOptions {
  readonly limit: number | null;
}

const LIMIT_MAX = 1_000_000;

const options: OptionTable<InstancesOptions> = {
  ...filterOptions,
  limit: {
    flag: 'limit',
    placeholder: 'N',
    kind: digitsKind(`a whole number from 1 to ${LIMIT_MAX}`, 1, LIMIT_MAX),
    default: null,
    defaultText: '',
    givenIn: 'typed',
    help: 'At most so many.',
  },
};

const details = `Without options it answers what a caller is answered: those in rotation. A service that nobody knows is one without instances, and \
not an error.

  rollcall instances payments --health any
  rollcall instances payments --tag blue --meta team=money --json`;

export const instancesCommand = (surroundings: Surroundings): Command =>
  askingCommand<InstancesOptions>(
    {
      name: 'instances',
      operands: 'SERVICE',
      operandsMax: 1,
      summary: 'Lists the instances of a service that should be called, or those that filters choose.',
      details,
      options,
      async ask(desk, values, [service]) {
        if (service === undefined) throw new Misuse('The service is missing; rollcall services lists the names.');
        const { limit } = values;
        const answer = await desk.wait(desk.registry.instances(service, { ...filtersOf(values), ...(limit === null ? {} : { limit }) }));
        if (desk.json) desk.printJson(answer);
        else printInstances(desk, answer, values.health === null);
        return undefined;
      },
    },
    surroundings,
  );

/** With what has to be known about them. */
export function printInstances(
  { printTable, print, aside, paint, paintAside, surroundings }: Desk,
  { service, instances, panic }: ServiceInstances,
  inRotationOnly: boolean,
): void {
  const name = oneLine(service);
  if (instances.length === 0)
    aside(
      inRotationOnly ? `No instance of ${name} is in rotation; --health any shows everybody.\n` : `No instance of ${name} is like that.\n`,
    );
  else printTable(instances, instanceColumns(surroundings.clock.wallMs()));
  if (panic === true)
    print(`${paint('red', `Panic: too few of ${name} are in rotation to be believed. These are all that could be tried.`)}\n`);
  const held = instances.filter((instance) => instance.held === true).length;
  if (held > 0)
    aside(
      `${paintAside('yellow', `${counted(held, 'instance')} should have departed, and the guard holds them: rollcall guard tells more.`)}\n`,
    );
}
