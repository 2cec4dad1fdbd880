/**
 * What is believed of one service, out of what a registry tells of it. A registry that is sound is believed word for word, an
 * empty list too. Two things are doubted, because the registry itself does not know better:
 *
 * - **Another log.** After a restore, or when a registry lost what it held, it knows only who registered since. Whoever was
 *   there by the old log and is not in the new one stays for a term (`term.ts`), in which the living register again; whoever
 *   the new log knows, and says to be gone, is gone at once. The term runs only while the registry is there.
 * - **An older state of the same log.** A node that lags behind the one that was asked before is not believed until it has
 *   caught up with what is known already, or for half a minute at most.
 *
 * Pure: time is passed in, on the monotonic clock.
 */
import type { Instance, InstanceRef } from '../shapes.js';
import { addressOf, changedList, inOrder, isSameList, keptIfSame } from './instance-list.js';
import type { Position } from './position.js';
import { termMs } from './term.js';

/** Nodes of a cluster lag by milliseconds. One that does not get there at all was given an older copy of its log. */
const LAG_MS_MAX = 30_000;

export interface Answer {
  readonly position: Position;
  readonly instances: readonly Instance[];
}

export interface Difference {
  readonly position: Position;
  readonly upserts: readonly Instance[];
  readonly removes: readonly Pick<InstanceRef, 'id'>[];
}

/** Who is not in the present log, and until when that is no reason to let go. */
interface Kept {
  readonly instance: Instance;
  readonly untilMs: number;
}

/** An answer that is older than what is believed. */
interface Lagging {
  readonly told: Map<string, Instance>;
  readonly untilMs: number;
}

export type Source = 'registry' | 'snapshot' | 'fallback';

export class Belief {
  readonly #near: string | undefined;
  #current: readonly Instance[] = [];
  #source: Source | null = null;
  #position: Position | null = null;
  /** What the registry told of the present log. */
  #told = new Map<string, Instance>();
  #kept = new Map<string, Kept>();
  #lagging: Lagging | null = null;

  constructor(near?: string) {
    this.#near = near;
  }

  /** The same array until it changes. */
  get current(): readonly Instance[] {
    return this.#current;
  }

  /** `null`: nobody ever said anything. */
  get source(): Source | null {
    return this.#source;
  }

  get position(): Position | null {
    return this.#position;
  }

  get isLagging(): boolean {
    return this.#lagging !== null;
  }

  /** How many of `current` are there only because it is doubted that they are gone. */
  get keptCount(): number {
    return this.#kept.size;
  }

  /** When `pass` has something to do; `undefined`: never. */
  get nextMs(): number | undefined {
    const ends = [...[...this.#kept.values()].map(({ untilMs }) => untilMs), ...(this.#lagging === null ? [] : [this.#lagging.untilMs])];
    return ends.length === 0 ? undefined : ends.reduce((a, b) => Math.min(a, b));
  }

  /** What was heard in an earlier life, or is written in a configuration: for as long as the registry has not said anything. */
  begin(source: 'snapshot' | 'fallback', instances: readonly Instance[], position: Position | null): void {
    if (this.#source === 'registry' || (this.#source === 'snapshot' && source === 'fallback')) return;
    this.#source = source;
    this.#position = position;
    this.#told = byId(instances);
    this.#show();
  }

  /** All that the registry knows of it. */
  answered({ position, instances }: Answer, nowMs: number): void {
    const told = new Map(instances.map((one) => [one.id, keptIfSame(this.#told.get(one.id) ?? this.#kept.get(one.id)?.instance, one)]));
    const before = this.#position;
    if (before !== null && before.epoch === position.epoch && position.revision < before.revision) {
      this.#lagging = { told, untilMs: this.#lagging?.untilMs ?? nowMs + LAG_MS_MAX };
      return;
    }
    if (before !== null && before.epoch !== position.epoch) this.#keepMissing(told, nowMs);
    this.#take(told, position);
  }

  /** What is different since the last answer. */
  changed({ position, upserts, removes }: Difference): void {
    const told = this.#lagging?.told ?? this.#told;
    const gone = removes.filter(({ id }) => told.delete(id)).map(({ id }) => id);
    const news = upserts.filter((one) => keptIfSame(told.get(one.id), one) === one);
    for (const one of news) told.set(one.id, one);
    if (this.#lagging !== null) {
      if (position.revision >= (this.#position?.revision ?? 0)) this.#take(told, position);
      return;
    }
    this.#position = position;
    if (this.#kept.size > 0) {
      for (const { id } of removes) this.#kept.delete(id);
      this.#show();
    } else if (this.#near !== undefined) this.#show();
    else if (news.length + gone.length > 0) this.#current = changedList(this.#current, news, gone);
  }

  /** Nothing has changed up to here, in the log that was told of last. */
  reached(position: Position): void {
    if (this.#lagging === null || position.revision < (this.#position?.revision ?? 0)) return;
    this.#take(this.#lagging.told, position);
  }

  /** The time of a doubt is over. Only to be called while the registry is there. */
  pass(nowMs: number): void {
    if (this.#lagging !== null && this.#lagging.untilMs <= nowMs) this.#take(this.#lagging.told, this.#position);
    const kept = new Map([...this.#kept].filter(([, { untilMs }]) => untilMs > nowMs));
    if (kept.size === this.#kept.size) return;
    this.#kept = kept;
    this.#show();
  }

  /** The registry was away for so long: nobody could register again, so nobody's time has run. */
  extend(byMs: number): void {
    this.#kept = new Map([...this.#kept].map(([id, { instance, untilMs }]) => [id, { instance, untilMs: untilMs + byMs }]));
    if (this.#lagging !== null) this.#lagging = { ...this.#lagging, untilMs: this.#lagging.untilMs + byMs };
  }

  /** Calls found that nobody is there: where it is doubted anyway, that decides. Whom the registry vouches for stays. */
  disbelieve({ id }: Pick<InstanceRef, 'id'>): void {
    if (!this.#kept.has(id)) return;
    this.#kept = new Map([...this.#kept].filter(([other]) => other !== id));
    this.#show();
  }

  /** Whoever was kept from an even earlier log begins anew too: the registry had no peace to hear of it. */
  #keepMissing(told: ReadonlyMap<string, Instance>, nowMs: number): void {
    const missing = this.#current.filter(({ id }) => !told.has(id));
    this.#kept = new Map(missing.map((instance) => [instance.id, { instance, untilMs: nowMs + termMs(instance) }]));
  }

  #take(told: Map<string, Instance>, position: Position | null): void {
    this.#told = told;
    this.#position = position;
    this.#source = 'registry';
    this.#lagging = null;
    this.#show();
  }

  #show(): void {
    if (this.#kept.size > 0) this.#kept = this.#stillMissing();
    const kept = [...this.#kept.values()].map(({ instance }) => instance);
    const current = inOrder([...this.#told.values(), ...kept], this.#near);
    if (!isSameList(current, this.#current)) this.#current = current;
  }

  /** Whoever registered again under another id, where it was before, is not missing. */
  #stillMissing(): Map<string, Kept> {
    const addresses = new Set([...this.#told.values()].map(addressOf));
    addresses.delete(undefined);
    return new Map([...this.#kept].filter(([id, { instance }]) => !this.#told.has(id) && !addresses.has(addressOf(instance))));
  }
}

function byId(instances: readonly Instance[]): Map<string, Instance> {
  return new Map(instances.map((instance) => [instance.id, instance]));
}
