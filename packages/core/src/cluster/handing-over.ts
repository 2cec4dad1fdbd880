/**
 * Heartbeats that were heard here for others. As a rule they are collected and handed to whoever is on duty, a moment later and
 * without anybody waiting: a batch that is lost is no fault, because this node is asked before a lapse is said. A node that may have
 * lost its membership is not asked any more; then every other node that it knows is told, and the heartbeat waits for that.
 */
import type { Clock } from '../ports/clock.js';
import type { Colleagues, Heard } from '../ports/colleagues.js';
import type { Counter } from '../ports/meter.js';
import type { Company } from './company.js';
import type { NodeName } from './node-name.js';

/** Long enough to collect many, and short beside the shortest ttl of a cluster. */
const HAND_OVER_EVERY_MS = 100;

/** In one batch: some hundred kilobytes. */
export const HANDED_TOGETHER_MAX = 5000;

/** Batches on their way to one node. If it is that slow the next ones are dropped: it asks for what it needs to know. */
const UNDER_WAY_MAX = 4;

/** Where heartbeats lie until they are handed over. */
export interface Heap {
  /** What was heard of this row, and whose duty it is; `null` if it need not be handed over any more. */
  heardOf(row: number): { readonly heard: Heard; readonly owner: NodeName | null } | null;
}

export interface HandingOverOptions {
  readonly company: Pick<Company, 'roster' | 'colleagues'>;
  readonly clock: Clock;
  readonly handed: Counter;
}

interface Told {
  readonly heard: (() => readonly Heard[])[];
  readonly done: Promise<boolean>;
}

export class HandingOver {
  readonly #options: HandingOverOptions;
  #waiting: { readonly heap: Heap; readonly row: number }[] = [];
  #cancelFlush: (() => void) | null = null;
  readonly #underWay = new Map<NodeName, number>();
  /** What all others are to be told in this turn, and who waits for it. */
  #told: Told | null = null;

  constructor(options: HandingOverOptions) {
    this.#options = options;
  }

  /** Somebody whom another node looks after was heard. */
  push(heap: Heap, row: number): void {
    this.#waiting.push({ heap, row });
    if (this.#waiting.length >= HANDED_TOGETHER_MAX) this.#flush();
    else this.#cancelFlush ??= this.#options.clock.after(HAND_OVER_EVERY_MS, () => this.#flush());
  }

  /**
   * Tells every other node. Answers whether there are any and all of them have it by now, so that whoever says a lapse knows of it. What comes
   * in one turn is told together. `heard` is asked when it is sent: we may have been suspended in between.
   */
  tellAll(heard: () => readonly Heard[]): Promise<boolean> {
    this.#told ??= this.#tellSoon();
    this.#told.heard.push(heard);
    return this.#told.done;
  }

  /** Hands each batch to its node, and answers whether they all took it. */
  async handAll(batches: Iterable<readonly [NodeName, readonly Heard[]]>): Promise<boolean> {
    for (const [to, heard] of batches) {
      for (let from = 0; from < heard.length; from += HANDED_TOGETHER_MAX) {
        if (!(await this.#hand(to, heard.slice(from, from + HANDED_TOGETHER_MAX)))) return false;
      }
    }
    return true;
  }

  close(): void {
    this.#cancelFlush?.();
    this.#waiting = [];
  }

  #flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    const waiting = this.#waiting;
    this.#waiting = [];
    const own = this.#options.company.roster.self?.name;
    for (const [owner, heard] of byOwner(waiting)) {
      const underWay = this.#underWay.get(owner) ?? 0;
      // One is always tried: how else would we learn that it can be reached again.
      const most = this.#options.company.colleagues.reaches(owner) ? UNDER_WAY_MAX : 1;
      if (owner === own || underWay >= most) continue;
      this.#underWay.set(owner, underWay + 1);
      void this.#hand(owner, heard).then(() => this.#underWay.set(owner, (this.#underWay.get(owner) ?? 1) - 1));
    }
  }

  #tellSoon(): Told {
    const heard: (() => readonly Heard[])[] = [];
    const turn = new Promise<void>((resolve) => void this.#options.clock.after(0, resolve));
    return { heard, done: turn.then(() => this.#tell(heard)) };
  }

  async #tell(told: Told['heard']): Promise<boolean> {
    this.#told = null;
    const heard = told.flatMap((tell) => tell());
    const { nodes, self } = this.#options.company.roster;
    const others = nodes.filter(({ name }) => name !== self?.name);
    if (others.length === 0) return false;
    const took = await Promise.all(others.map(({ name }) => this.handAll([[name, heard]])));
    return !took.includes(false);
  }

  async #hand(to: NodeName, heard: readonly Heard[]): Promise<boolean> {
    const { company, handed } = this.#options;
    try {
      await company.colleagues.hand(to, heard);
    } catch {
      return false;
    }
    handed.add(heard.length);
    return true;
  }
}

function byOwner(waiting: readonly { readonly heap: Heap; readonly row: number }[]): ReadonlyMap<NodeName, Heard[]> {
  const batches = new Map<NodeName, Heard[]>();
  for (const { heap, row } of waiting) {
    const known = heap.heardOf(row);
    if (known === null || known.owner === null) continue;
    const batch = batches.get(known.owner);
    if (batch === undefined) batches.set(known.owner, [known.heard]);
    else batch.push(known.heard);
  }
  return batches;
}

/** As much of our way to the others as says whether anybody can be reached. */
export function reachesAny(colleagues: Pick<Colleagues, 'reaches'>, others: readonly { readonly name: NodeName }[]): boolean {
  return others.some(({ name }) => colleagues.reaches(name));
}
