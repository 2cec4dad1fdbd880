/** What a watcher is told, as lines for people: who came, who went, and what is different about those who stayed. */
import type { Instance, InstanceRef, WatchEvent } from '@rollcall/client';
import type { Colour } from './colour.js';
import { addresses, pairs } from './shown.js';

export interface WatchLine {
  readonly sign: '+' | '-' | '~';
  readonly service: string;
  readonly id: string;
  readonly text: string;
}

export const signColours: Readonly<Record<WatchLine['sign'], Colour>> = { '+': 'green', '-': 'red', '~': 'yellow' };

/** What is known so far. */
export class WatchLines {
  #known: ReadonlyMap<string, Instance> = new Map();

  /** What this event changes; for a snapshot, against what was known before. */
  take(event: WatchEvent): readonly WatchLine[] {
    if (event.event === 'resync') return [];
    const before = this.#known;
    const after = event.event === 'snapshot' ? snapshotOf(event.services.flatMap(({ instances }) => instances)) : changed(before, event);
    this.#known = after;
    const touched =
      event.event === 'snapshot' ? new Set([...before.keys(), ...after.keys()]) : new Set([...event.removes, ...event.upserts].map(keyOf));
    return [...touched].flatMap((key) => lineOf(before.get(key), after.get(key)));
  }
}

function snapshotOf(instances: readonly Instance[]): ReadonlyMap<string, Instance> {
  return new Map(instances.map((instance) => [keyOf(instance), instance]));
}

function changed(
  before: ReadonlyMap<string, Instance>,
  { upserts, removes }: { readonly upserts: readonly Instance[]; readonly removes: readonly InstanceRef[] },
): ReadonlyMap<string, Instance> {
  const after = new Map(before);
  for (const ref of removes) after.delete(keyOf(ref));
  for (const instance of upserts) after.set(keyOf(instance), instance);
  return after;
}

/** Services are matched without regard to case, and shown as their oldest instance spells them. */
function keyOf({ service, id }: Pick<InstanceRef, 'service' | 'id'>): string {
  return `${service.toLowerCase()} ${id}`;
}

function lineOf(before: Instance | undefined, after: Instance | undefined): readonly WatchLine[] {
  if (before === undefined) return after === undefined ? [] : [{ sign: '+', service: after.service, id: after.id, text: summary(after) }];
  const { service, id } = before;
  if (after === undefined) return [{ sign: '-', service, id, text: addresses(before) }];
  const text = differences(before, after).join(', ');
  return text === '' ? [] : [{ sign: '~', service, id, text }];
}

function summary(instance: Instance): string {
  const { health, mode } = instance;
  return [addresses(instance), health, ...(mode === 'in' ? [] : [mode])].filter((part) => part !== '').join('  ');
}

/** What callers care about. Revisions and times move whenever anything does, and say nothing by themselves. */
const aspects: readonly (readonly [name: string, shown: (instance: Instance) => string])[] = [
  ['health', ({ health }) => health],
  ['mode', ({ mode }) => mode],
  ['address', addresses],
  ['weight', ({ weight }) => String(weight)],
  ['version', ({ version = '' }) => version],
  ['zone', ({ zone = '' }) => zone],
  ['tags', ({ tags }) => tags.join(' ')],
  ['metadata', ({ metadata }) => pairs(metadata)],
  ['machine', ({ machine = '' }) => machine],
  ['held', ({ held }) => (held === true ? 'yes' : 'no')],
  ['panic', ({ panic }) => (panic === true ? 'yes' : 'no')],
  ['incarnation', ({ incarnation }) => String(incarnation)],
];

function differences(before: Instance, after: Instance): readonly string[] {
  return aspects.flatMap(([name, shown]) => {
    const [from, to] = [shown(before), shown(after)];
    return from === to ? [] : [`${name} ${from === '' ? 'none' : from} → ${to === '' ? 'none' : to}`];
  });
}
