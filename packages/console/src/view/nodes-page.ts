/** The nodes of the registry itself: what each said of itself just now, to the one that answers here. */
import { counted, numberText } from '../model/banner.js';
import type { Nodes, RegistryNode } from '../model/shapes.js';
import { AskedList } from './asked-list.js';
import { chip } from './chips.js';
import { element, said, type Child } from './element.js';
import type { Page, Surroundings } from './page.js';
import { spanElement } from './time.js';

/** Each look asks every node. */
const LOOK_MS = 5_000;

export function nodesPage(surroundings: Surroundings): Page {
  const { clock } = surroundings;
  const list = new AskedList<Nodes, RegistryNode>(
    {
      title: 'Nodes',
      tools: [],
      columns: [
        { title: 'Node' },
        { title: 'State' },
        { title: 'Revision', kind: 'number' },
        { title: 'Looks after', kind: 'wide' },
        { title: 'Version', kind: 'wide' },
      ],
      path: 'nodes',
      everyMs: LOOK_MS,
      itemsOf: ({ nodes }) => nodes,
      keyOf: ({ node }) => node,
      rowOf: (node) => rowOf(node, clock.wallMs()),
      summaryOf,
      wanted: () => () => true,
      nobody: () => element('p', { class: 'notice' }, 'There is no node.'),
      // There are a handful.
      sheet: () => 1,
      turn: () => undefined,
    },
    surroundings,
  );
  return { title: 'Nodes', element: list.element };
}

function rowOf(one: RegistryNode, nowMs: number): HTMLElement {
  const { node, http, peer, revision, behind = 0, duty, version, startedAt } = one;
  const doors = [http, peer === undefined ? undefined : `peers ${peer}`].filter((door) => door !== undefined).join(' · ');
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, element('strong', {}, said(node)), element('span', { class: 'beneath' }, said(doors))),
    element('td', {}, element('span', { class: 'chips' }, ...standingOf(one)), startedAt === undefined ? null : upFor(startedAt, nowMs)),
    element(
      'td',
      { class: 'number' },
      revision === undefined ? '' : numberText(revision),
      beneath(behind === 0 ? '' : `${numberText(behind)} behind`),
    ),
    element(
      'td',
      { class: 'wide' },
      duty === undefined ? '' : `${counted(duty.instances, 'instance', 'instances')}, ${counted(duty.machines, 'machine', 'machines')}`,
    ),
    element('td', { class: 'wide' }, version === undefined ? '' : said(version)),
  );
}

function standingOf({ self, answers, leaving, stale = false, ageSeconds = 0, member = true, role }: RegistryNode): readonly HTMLElement[] {
  return [
    answers ? chip('answers', 'passing') : chip('does not answer', 'critical'),
    ...(leaving ? [chip('leaving', 'draining')] : []),
    ...(stale ? [chip(`its log is away, ${numberText(Math.round(ageSeconds))} s old`, 'warning')] : []),
    ...(member ? [] : [chip('the others do not count on it', 'warning')]),
    ...(role === 'replica' ? [chip('replica', 'out')] : []),
    ...(self ? [chip('this page comes from it', 'out')] : []),
  ];
}

function upFor(startedAt: string, nowMs: number): HTMLElement {
  return element('span', { class: 'beneath' }, 'up ', spanElement(startedAt, nowMs));
}

function beneath(text: string): Child {
  return text === '' ? null : element('span', { class: 'beneath' }, text);
}

function summaryOf(nodes: readonly RegistryNode[]): string {
  const silent = nodes.filter(({ answers }) => !answers).length;
  const all = counted(nodes.length, 'node', 'nodes');
  return silent === 0
    ? `${all}, ${nodes.length === 1 ? 'and it answers' : 'all of them answer'}`
    : `${all}, ${numberText(silent)} do not answer`;
}
