/**
 * Who said goodbye here lately: derived from the catalog's changes, whichever node was told. A registry that was away meanwhile comes
 * back with its log, and tells of everybody in it; what it tells of one who left since is older than the goodbye. What another server
 * tells is not remembered: it may tell the contrary with the next word, as between servers, and a registry whose log is old hears of
 * the goodbye from the one that heard it. A lapse is nobody's word, and is not remembered either: who lapses here may well be heard
 * elsewhere.
 */
import {
  departureTerm,
  hearingMs,
  ServiceName,
  type CatalogView,
  type ChangeBatch,
  type Clock,
  type Instance,
  type InstanceRef,
} from '@rollcall/core';
import { ownKept } from './map.js';
import { self } from './self.js';

/** What another registry says of an instance that is not here. */
export interface Word {
  /** When it last changed, by its own clock. */
  readonly lastDirtyMs: number;
  /** When it registered there, by that registry's wall clock; `null` where that is not said. */
  readonly registeredAtMs: number | null;
}

interface Goodbye {
  readonly lastDirtyMs: number;
  /** By the wall clock. */
  readonly leftAtMs: number;
  readonly hearingMs: number;
  /** From then on it is not remembered; by the monotonic clock. */
  untilMs: number;
}

/** However long a registry was away. */
const REMEMBERED_MS: number = 24 * 60 * 60 * 1000;

/** A few hundred bytes each; beyond, the oldest is forgotten, and then a lease says it. */
const GOODBYES_MAX = 10_000;

/** What a registry that is back has in its log lapses there within the time of its lease. That is written and told a moment later. */
const TELLING_MS = 10_000;

/** A departure is written a moment after it is due, and clocks differ by a little. */
const DUE_SLACK_MS = 2000;

export class Goodbyes {
  readonly #view: CatalogView;
  readonly #clock: Clock;
  /** The first who went stands first. */
  readonly #all = new Map<string, Goodbye>();
  #unfollow: () => void = () => undefined;

  constructor({ view, clock }: { readonly view: CatalogView; readonly clock: Clock }) {
    this.#view = view;
    this.#clock = clock;
  }

  get size(): number {
    return this.#all.size;
  }

  start(): void {
    // What happened while the view was read anew nobody told; what was told before holds.
    this.#unfollow = this.#view.follow({ changed: (batch) => this.#take(batch), reset: () => undefined }, self);
  }

  close(): void {
    this.#unfollow();
    this.#all.clear();
  }

  /**
   * It said goodbye since. That holds against what somebody may say from memory, which is for one lease: of whom it is said for
   * longer, he is heard there.
   */
  outweigh(ref: InstanceRef, { lastDirtyMs, registeredAtMs }: Word): boolean {
    const key = keyOf(ref);
    const goodbye = this.#all.get(key);
    if (goodbye === undefined) return false;
    const nowMs = this.#clock.monotonicMs();
    const isOld = lastDirtyMs <= goodbye.lastDirtyMs && (registeredAtMs ?? 0) <= goodbye.leftAtMs;
    if (isOld && nowMs < goodbye.untilMs) {
      goodbye.untilMs = Math.min(goodbye.untilMs, nowMs + goodbye.hearingMs + TELLING_MS);
      return true;
    }
    this.#all.delete(key);
    return false;
  }

  #take({ changes }: ChangeBatch): void {
    for (const { ref, previous, current } of changes) {
      // Nearly always nobody leaves, and whoever comes was not there before.
      if (current !== null && (previous !== null || this.#all.size === 0)) continue;
      const key = keyOf(ref);
      this.#all.delete(key);
      if (previous !== null && isSaidHere(previous) && isGoodbye(previous, this.#clock.wallMs())) this.#put(key, previous);
    }
  }

  #put(key: string, instance: Instance): void {
    const nowMs = this.#clock.monotonicMs();
    this.#all.set(key, {
      lastDirtyMs: ownKept(instance)?.lastDirtyMs ?? instance.registeredAtMs,
      leftAtMs: this.#clock.wallMs(),
      hearingMs: hearingMs(instance),
      untilMs: nowMs + REMEMBERED_MS,
    });
    for (const [first, { untilMs }] of this.#all) {
      if (this.#all.size <= GOODBYES_MAX && nowMs < untilMs) return;
      this.#all.delete(first);
    }
  }
}

/** Whoever it is that is heard last says whose it is, see writes.ts. */
function isSaidHere(last: Instance): boolean {
  return ownKept(last)?.isTold !== true;
}

/** Not because it was critical for too long. */
function isGoodbye(last: Instance, wallMs: number): boolean {
  const term = departureTerm(last, wallMs);
  return term === null || term.sinceMs + term.termMs > wallMs + DUE_SLACK_MS;
}

function keyOf({ namespace, service, id }: InstanceRef): string {
  return `${namespace}/${ServiceName.fold(service)}/${id}`;
}
