/**
 * Who came, changed or left lately: what a delta holds. Whoever is there says by its own revisions when it last changed, so of most
 * changes nothing is kept but when the log stood where; only what no instance tells of itself is noted, such as that it left.
 *
 * Every change stays for as long as a client may take to ask for it; should there be more of them than that, the oldest are forgotten,
 * and whoever misses them is told so by the hash.
 */
import {
  ServiceName,
  type CatalogView,
  type ChangeBatch,
  type Clock,
  type Instance,
  type InstanceRef,
  type Namespace,
} from '@rollcall/core';
import { self } from './self.js';

export interface Recent {
  /** As it is now, or as it was last. */
  readonly instance: Instance;
  /** By the wall clock; `null` for who is there. */
  readonly leftAtMs: number | null;
}

/** As long as a real server does: six rounds of a client that asks as usual. */
const REMEMBERED_MS = 180_000;

/** A change may be remembered for as much longer. */
const SPAN_MS = 1000;

/** A delta this long is as long as a list: whoever missed more had better ask for that. */
const CHANGES_MAX = 50_000;

/** Revisions that came within `SPAN_MS`. */
interface Span {
  readonly sinceMs: number;
  revision: number;
  changes: number;
}

interface Dated extends Recent {
  /** Which changed it last. */
  readonly revision: number;
}

interface Note extends Dated {
  readonly sinceMs: number;
}

export class RecentChanges {
  readonly #view: CatalogView;
  readonly #clock: Clock;
  /** What happened up to this revision is forgotten, or not known. */
  #floor = 0;
  /** The latest last. */
  readonly #spans: Span[] = [];
  #changes = 0;
  /** Of instances whose own revisions do not tell it. The latest last. */
  readonly #notes = new Map<string, Note>();
  #unfollow: () => void = () => undefined;

  constructor({ view, clock }: { readonly view: CatalogView; readonly clock: Clock }) {
    this.#view = view;
    this.#clock = clock;
  }

  start(): void {
    // What happened while the view was read anew nobody knows; clients find out by the hash, and ask for everything.
    this.#unfollow = this.#view.follow({ changed: (batch) => this.#take(batch), reset: () => this.#begin() }, self);
    this.#begin();
  }

  close(): void {
    this.#unfollow();
    this.#begin();
  }

  /** Each instance once, in the order in which they changed last: so a real server has it. */
  all(namespace: Namespace): readonly Recent[] {
    return [...this.#found(namespace)].sort((one, other) => one.revision - other.revision);
  }

  *#found(namespace: Namespace): Iterable<Dated> {
    this.#forget(this.#clock.monotonicMs());
    for (const { instance, leftAtMs, revision } of this.#notes.values()) {
      if (instance.namespace !== namespace) continue;
      const shown = this.#view.instance(instance, self);
      if (leftAtMs !== null && shown === undefined) yield { instance, leftAtMs, revision };
      if (leftAtMs === null && shown !== undefined && latestOf(shown) <= this.#floor) yield { instance: shown, leftAtMs, revision };
    }
    for (const { service } of this.#view.services(namespace, self)) {
      if (this.#view.serviceRevision(namespace, service, self) <= this.#floor) continue;
      for (const instance of this.#view.instances(namespace, service, self))
        if (latestOf(instance) > this.#floor) yield { instance, leftAtMs: null, revision: latestOf(instance) };
    }
  }

  #begin(): void {
    this.#floor = this.#view.revision;
    this.#spans.length = 0;
    this.#changes = 0;
    this.#notes.clear();
  }

  #take({ revision, services, changes }: ChangeBatch): void {
    const nowMs = this.#clock.monotonicMs();
    this.#count(revision, changes.length, nowMs);
    for (const { ref, previous, current } of changes) {
      if (current === null && previous !== null)
        this.#note(ref, { instance: previous, leftAtMs: this.#clock.wallMs(), sinceMs: nowMs, revision });
      else if (current !== null && latestOf(current) < revision)
        this.#note(ref, { instance: current, leftAtMs: null, sinceMs: nowMs, revision });
    }
    for (const { namespace, service, panic } of services) {
      if (panic.before === panic.after) continue;
      // Then all of them may look different.
      for (const instance of this.#view.instances(namespace, service, self))
        this.#note(instance, { instance, leftAtMs: null, sinceMs: nowMs, revision });
    }
  }

  #count(revision: number, changes: number, nowMs: number): void {
    const span = this.#spans.at(-1);
    this.#changes += changes;
    if (span !== undefined && nowMs < span.sinceMs + SPAN_MS) {
      span.revision = revision;
      span.changes += changes;
      return;
    }
    this.#spans.push({ sinceMs: nowMs, revision, changes });
    this.#forget(nowMs);
  }

  #note(ref: InstanceRef, note: Note): void {
    const key = `${ref.namespace}/${ServiceName.fold(ref.service)}/${ref.id}`;
    this.#notes.delete(key);
    this.#notes.set(key, note);
    if (this.#notes.size > CHANGES_MAX) this.#notes.delete(this.#notes.keys().next().value as string);
  }

  #forget(nowMs: number): void {
    const oldestMs = nowMs - REMEMBERED_MS;
    while (this.#changes > CHANGES_MAX || (this.#spans[0]?.sinceMs ?? Infinity) + SPAN_MS <= oldestMs) {
      const { revision, changes } = this.#spans.shift() as Span;
      this.#floor = revision;
      this.#changes -= changes;
    }
    for (const [key, { sinceMs }] of this.#notes) {
      if (sinceMs >= oldestMs) return;
      this.#notes.delete(key);
    }
  }
}

/** The latest change of which it knows. */
function latestOf({ revision, healthRevision, intentRevision }: Instance): number {
  return Math.max(revision, healthRevision, intentRevision);
}
