/** The instances of a service as a stream tells of them: a snapshot, then every change. In the order of their ids, `p2` before `p10`. */
import { contains, textOf, wordsOf } from './search.js';
import type { Change, Instance, ServiceInstances } from './shapes.js';
import { isWanted, type StateFilter } from './state.js';

const order: Intl.Collator = new Intl.Collator('en', { numeric: true });

interface Entry {
  readonly instance: Instance;
  /** What a search looks through; made when somebody searches. */
  text: string | null;
}

export class InstanceList {
  #service = '';
  #byId = new Map<string, Entry>();
  /** `null`: has to be put in order anew. */
  #ordered: Entry[] | null = [];

  /** As it is spelled; empty before the first snapshot. */
  get service(): string {
    return this.#service;
  }

  get size(): number {
    return this.#byId.size;
  }

  get instances(): readonly Instance[] {
    return this.#inOrder().map(({ instance }) => instance);
  }

  takeSnapshot({ service, instances }: ServiceInstances): void {
    this.#service = service;
    this.#byId = new Map(instances.map((instance) => [instance.id, { instance, text: null }]));
    this.#ordered = null;
  }

  takeChange({ upserts, removes }: Pick<Change, 'upserts' | 'removes'>): void {
    for (const { id } of removes) if (this.#byId.delete(id)) this.#ordered = null;
    for (const instance of upserts) this.#put({ instance, text: null });
  }

  /** Those in this state in which all words of the search stand somewhere. */
  matching(search: string, filter: StateFilter): readonly Instance[] {
    const words = wordsOf(search);
    const found: Instance[] = [];
    for (const entry of this.#inOrder()) {
      if (!isWanted(entry.instance, filter)) continue;
      if (words.length > 0 && !contains((entry.text ??= textOf(entry.instance)), words)) continue;
      found.push(entry.instance);
    }
    return found;
  }

  #put(entry: Entry): void {
    const { id } = entry.instance;
    const before = this.#byId.get(id);
    this.#byId.set(id, entry);
    if (this.#ordered === null) return;
    const at = placeIn(this.#ordered, id);
    this.#ordered.splice(at, before === undefined ? 0 : 1, entry);
  }

  #inOrder(): readonly Entry[] {
    this.#ordered ??= [...this.#byId.values()].sort((one, other) => compareIds(one.instance.id, other.instance.id));
    return this.#ordered;
  }
}

/** Where this id stands, or would. */
function placeIn(ordered: readonly Entry[], id: string): number {
  let from = 0;
  let to = ordered.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (compareIds((ordered[middle] as Entry).instance.id, id) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** A whole order: what people take for the same (`p1`, `p01`) is told apart by its characters. */
function compareIds(one: string, other: string): number {
  if (one === other) return 0;
  const compared = order.compare(one, other);
  if (compared !== 0) return compared;
  return one < other ? -1 : 1;
}
