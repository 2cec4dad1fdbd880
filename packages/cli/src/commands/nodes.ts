/** `rollcall nodes`: the nodes of the registry. */
import type { Node } from '@rollcall/client';
import { askingCommand } from '../asking.js';
import type { Command } from '../command.js';
import { ago, shortDuration } from '../shown.js';
import type { Surroundings } from '../surroundings.js';
import type { Cell, Column } from '../table.js';

export const nodesCommand = (surroundings: Surroundings): Command =>
  askingCommand(
    {
      name: 'nodes',
      group: 'operate',
      operands: '',
      summary: 'Lists the nodes of a registry: how each is, and how many instances it looks after.',
      details: 'Every node is asked now, by the one that answers. On the embedded store there is one.',
      options: {},
      async ask({ registry, json, wait, printJson, printTable }) {
        const answer = await wait(registry.nodes());
        if (json) printJson(answer);
        else printTable(answer.nodes, columnsOf(answer.nodes, surroundings.clock.wallMs()));
        return undefined;
      },
    },
    surroundings,
  );

function columnsOf(nodes: readonly Node[], nowMs: number): readonly Column<Node>[] {
  const attended = nodes.reduce((sum, { duty }) => sum + (duty?.instances ?? 0), 0);
  return [
    { heading: 'NODE', cell: ({ node, self }) => (self ? `${node} *` : node) },
    { heading: 'STATE', cell: stateCell },
    { heading: 'ROLE', cell: ({ role = '' }) => role },
    { heading: 'DUTY', cell: ({ duty }) => (duty === undefined ? '' : dutyText(duty.instances, attended)), align: 'right' },
    { heading: 'VIEW', cell: viewCell },
    { heading: 'HTTP', cell: ({ http = '' }) => http, optional: true },
    { heading: 'PEER', cell: ({ peer = '' }) => peer, optional: true },
    { heading: 'VERSION', cell: ({ version = '' }) => version },
    { heading: 'UP', cell: ({ startedAt }) => ago(startedAt, nowMs), align: 'right' },
  ];
}

function stateCell({ answers, leaving, member }: Node): Cell {
  if (member === false) return { text: 'no member', colour: 'red' };
  if (leaving) return { text: 'leaving', colour: 'yellow' };
  return answers ? { text: 'answers', colour: 'green' } : { text: 'silent', colour: 'red' };
}

/** `3333 (33%)`: so many instances, and how much that is of what all look after. */
function dutyText(instances: number, attended: number): string {
  return attended === 0 ? String(instances) : `${instances} (${Math.round((100 * instances) / attended)}%)`;
}

function viewCell({ revision, behind = 0, stale, ageSeconds = 0 }: Node): Cell {
  if (revision === undefined) return '';
  if (stale === true) return { text: `${shortDuration(ageSeconds * 1000)} old`, colour: 'red' };
  return behind === 0 ? 'up to date' : { text: `${behind} behind`, colour: 'yellow' };
}
