/**
 * Who came, changed or left lately: what a delta holds. Every change stays for as long as a client may take to ask for it;
 * should there be more of them than that, the oldest are forgotten, and whoever misses them is told so by the hash.
 */
import {
  everything,
  ROLLCALL,
  ServiceName,
  type Caller,
  type CatalogView,
  type ChangeBatch,
  type Clock,
  type Instance,
  type InstanceRef,
} from '@rollcall/core';

export interface Recent {
  /** As it is now, or as it was last. */
  readonly instance: Instance;
  /** By the wall clock; `null` for who is there. */
  readonly leftAtMs: number | null;
}

/** As long as a real server does: six rounds of a client that asks as usual. */
const REMEMBERED_MS = 180_000;

/** A delta this long is as long as a list: whoever missed more had better ask for that. */
const ENTRIES_MAX = 50_000;

interface Entry extends Recent {
  readonly sinceMs: number;
}

const follower: Caller = { identity: ROLLCALL, may: everything, from: '', face: 'eureka' };

export class RecentChanges {
  readonly #view: CatalogView;
  readonly #clock: Clock;
  /** The one that changed last stands last. */
  readonly #entries = new Map<string, Entry>();
  #unfollow: () => void = () => undefined;

  constructor({ view, clock }: { readonly view: CatalogView; readonly clock: Clock }) {
    this.#view = view;
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  start(): void {
    this.#unfollow = this.#view.follow(
      {
        changed: (batch) => this.#take(batch),
        // What happened meanwhile nobody knows; clients find out by the hash, and ask for everything.
        reset: () => this.#entries.clear(),
      },
      follower,
    );
  }

  close(): void {
    this.#unfollow();
    this.#entries.clear();
  }

  /** In the order in which they happened. */
  *all(): Iterable<Recent> {
    this.#forget();
    yield* this.#entries.values();
  }

  #take({ services }: ChangeBatch): void {
    for (const { namespace, service, changes, panic } of services) {
      // Then all of them may look different.
      if (panic.before !== panic.after)
        for (const instance of this.#view.instances(namespace, service, follower)) this.#put(instance, instance, null);
      for (const { ref, previous, current } of changes) {
        const instance = current ?? previous;
        if (instance !== null) this.#put(ref, instance, current === null ? this.#clock.wallMs() : null);
      }
    }
    if (this.#entries.size > ENTRIES_MAX) this.#forgetOldest(this.#entries.size - ENTRIES_MAX);
  }

  #put(ref: InstanceRef, instance: Instance, leftAtMs: number | null): void {
    const key = `${ref.namespace}/${ServiceName.fold(ref.service)}/${ref.id}`;
    this.#entries.delete(key);
    this.#entries.set(key, { instance, leftAtMs, sinceMs: this.#clock.monotonicMs() });
  }

  #forget(): void {
    const oldestMs = this.#clock.monotonicMs() - REMEMBERED_MS;
    for (const [key, { sinceMs }] of this.#entries) {
      if (sinceMs >= oldestMs) return;
      this.#entries.delete(key);
    }
  }

  #forgetOldest(count: number): void {
    let left = count;
    for (const key of this.#entries.keys()) {
      if (left-- <= 0) return;
      this.#entries.delete(key);
    }
  }
}
