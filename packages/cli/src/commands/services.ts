/** `rollcall services`: the names that can be looked up. */
import type { Services } from '@rollcall/client';
import { askingCommand } from '../asking.js';
import type { Command } from '../command.js';
import type { Surroundings } from '../surroundings.js';
import type { Column } from '../table.js';

type Summary = Services['services'][number];

export const servicesCommand = (surroundings: Surroundings): Command =>
  askingCommand(
    {
      name: 'services',
      operands: '',
      summary: 'Lists the services, with how many instances each has.',
      options: {},
      async ask({ registry, json, wait, printJson, printTable, aside, namespace }) {
        const answer = await wait(registry.services());
        if (json) printJson(answer);
        else if (answer.services.length === 0) aside(`Nobody is registered in the namespace ${namespace}.\n`);
        else printTable(answer.services, columns);
        return undefined;
      },
    },
    surroundings,
  );

const columns: readonly Column<Summary>[] = [
  { heading: 'SERVICE', cell: ({ service }) => service },
  { heading: 'IN ROTATION', cell: rotation, align: 'right' },
  { heading: 'INSTANCES', cell: ({ instances }) => String(instances), align: 'right' },
  { heading: 'HELD', cell: ({ held = 0 }) => (held === 0 ? '' : { text: String(held), colour: 'yellow' }), align: 'right', optional: true },
  { heading: 'NOTE', cell: ({ panic }) => (panic === true ? { text: 'panic: all are answered', colour: 'red' } : ''), optional: true },
];

function rotation({ inRotation, instances }: Summary): { readonly text: string; readonly colour: 'green' | 'yellow' | 'red' } {
  return { text: String(inRotation), colour: inRotation === instances ? 'green' : inRotation === 0 ? 'red' : 'yellow' };
}
