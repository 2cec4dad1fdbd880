/** `rollcall machines`: where instances run. */
import type { Machine } from '@rollcall/client';
import { askingCommand } from '../asking.js';
import type { Command } from '../command.js';
import { ago, healthColours, modeColours, pairs } from '../shown.js';
import type { Surroundings } from '../surroundings.js';
import type { Column } from '../table.js';

export const machinesCommand = (surroundings: Surroundings): Command =>
  askingCommand(
    {
      name: 'machines',
      operands: '[NAME]',
      operandsMax: 1,
      summary: 'Lists the machines that are registered, or shows one.',
      options: {},
      async ask({ registry, json, wait, printJson, printTable, aside, namespace }, _values, [name]) {
        const answer = name === undefined ? await wait(registry.machines()) : await wait(registry.machine(name));
        const machines = 'machines' in answer ? answer.machines : [answer];
        if (json) printJson(answer);
        else if (machines.length === 0) aside(`No machine is registered in the namespace ${namespace}.\n`);
        else printTable(machines, columnsOf(surroundings.clock.wallMs()));
        return undefined;
      },
    },
    surroundings,
  );

function columnsOf(nowMs: number): readonly Column<Machine>[] {
  return [
    { heading: 'HEALTH', cell: ({ health }) => ({ text: health, colour: healthColours[health] }) },
    { heading: 'MODE', cell: ({ mode }) => ({ text: mode, colour: modeColours[mode] }) },
    { heading: 'MACHINE', cell: ({ name }) => name },
    { heading: 'INSTANCES', cell: ({ instances }) => String(instances), align: 'right' },
    { heading: 'ADDRESSES', cell: ({ addresses }) => pairs(addresses), optional: true },
    { heading: 'METADATA', cell: ({ metadata }) => pairs(metadata), optional: true },
    { heading: 'AGE', cell: ({ registeredAt }) => ago(registeredAt, nowMs), align: 'right' },
    { heading: 'WHY', cell: ({ modeReason = '' }) => modeReason, optional: true },
  ];
}
