/** The view of this node, kept equal to the log, and the ways to wait for it. */
import type { CatalogView } from '../face.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Change, Store } from '../ports/store.js';
import { keyOf } from '../store/change.js';
import { ForeignClaims } from '../naming/foreign-claims.js';
import type { NamingState } from '../naming/naming-record.js';
import type { LensScope } from '../naming/naming-keys.js';
import { encodedChange, type EncodedRecord, type EncodedSink } from '../records/encoded.js';
import type { Term } from './intent-table.js';
import { catalogRange } from '../records/keys.js';
import type { Knowing, KnownRecords } from './known-records.js';
import { LogReader, type Restore } from './log-reader.js';
import type { Removal } from './machine-table.js';
import type { PanicRule } from '../catalog/panic-rule.js';
import { Projection } from './projection.js';
import type { RecordDump } from '../records/record-dump.js';
import type { InstanceRef } from '../catalog/registration.js';

export interface CatalogOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** For services that have none of their own. Left out: the usual one. */
  readonly panicRule?: PanicRule;
  /** Where keys of others count as registrations. Left out: nowhere. */
  readonly lens?: LensScope;
}

const nowhere: LensScope = Object.freeze([]);

/** Keys that one log line names. */
const TOLD_KEYS_MAX = 5;

/** Between two looks at where the watch stands. It is a step behind the log, and nobody says when it has caught up. */
const LOOK_MS = 5;

export class Catalog implements Knowing {
  /** Instances that are somebody else's keys. */
  readonly claims: ForeignClaims;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #projection: Projection;
  readonly #reader: LogReader;
  readonly #fed = new Set<EncodedSink>();
  readonly #waiting = new Set<{ readonly revision: number; readonly reached: () => void }>();
  #undecodableTold = 0;

  constructor({ store, clock, log, panicRule, lens = nowhere }: CatalogOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#projection = new Projection(panicRule === undefined ? {} : { panicRule });
    this.claims = new ForeignClaims(lens, (ref) => this.#projection.shows(ref));
    const claims = this.claims.ranges.length === 0 ? {} : { claims: this.claims };
    this.#reader = new LogReader({ store, sink: this.#sink(), clock, log, ...claims });
  }

  get view(): CatalogView {
    return this.#projection;
  }

  /** Records that are there but cannot be read. */
  get undecodable(): readonly string[] {
    return [...this.#projection.undecodable];
  }

  /** What was said from outside and ends by itself; the version moves whenever that changes. */
  get terms(): { readonly version: number; readonly all: Iterable<Term> } {
    return this.#projection.terms;
  }

  /** Removals of machines that have begun. */
  get removals(): readonly Removal[] {
    return this.#projection.removals;
  }

  /** Whether instances are shown as keys of etcd's naming layout; the same object while that does not change. */
  get naming(): NamingState {
    return this.#projection.naming;
  }

  known(ref: InstanceRef, name: string): KnownRecords | null {
    return this.#projection.known(ref, name);
  }

  /** Settles when the view is complete; where the log is away, with what was kept of it. */
  start(restore?: Restore): Promise<void> {
    return this.#reader.start(restore);
  }

  /** Settles when the log itself has been read. */
  get read(): Promise<void> {
    return this.#reader.read;
  }

  /** All that the view shows, as records: see record-dump.ts. */
  dump(): RecordDump {
    return this.#projection.dump();
  }

  /** The same, to be laid under what `feed` brings from now on: see `pagesOf`. */
  pages(): Generator<readonly EncodedRecord[], undefined> {
    return this.#projection.pages();
  }

  /**
   * Feeds a sink with what feeds this view, from now on, each time before whoever waits for a revision is told that it is shown. The
   * answer ends it.
   */
  feed(sink: EncodedSink): () => void {
    this.#fed.add(sink);
    return () => void this.#fed.delete(sink);
  }

  close(): void {
    this.#reader.close();
  }

  /** Shows these instead of what it shows of their keys, as of the revision that it is at. */
  repair(records: readonly EncodedRecord[]): void {
    const batch = { revision: this.#projection.revision, records };
    this.#projection.apply(batch);
    for (const sink of this.#fed) sink.apply(batch);
    this.#shown();
  }

  /** What stands, or stands no more, under a key of somebody else's, instead of what is known of it. */
  retake(change: Change): void {
    this.repair([...this.claims.take([change], encodedChange), ...this.claims.shownUnder(keyOf(change))]);
  }

  /** Settles with `true` once the view shows this revision, with `false` if it does not within the time. */
  reached(revision: number, withinMs: number): Promise<boolean> {
    if (this.#projection.revision >= revision) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (answer: boolean): void => {
        cancel();
        this.#waiting.delete(waiter);
        resolve(answer);
      };
      const waiter = { revision, reached: () => settle(true) };
      const cancel = this.#clock.after(withinMs, () => settle(false));
      this.#waiting.add(waiter);
    });
  }

  /**
   * Settles with `true` once the view shows whatever the log held when this was called, with `false` if it does not within
   * the time. Throws where the log cannot be asked.
   */
  async caughtUp(withinMs: number): Promise<boolean> {
    const deadlineMs = this.#clock.monotonicMs() + withinMs;
    const head = await this.#head(withinMs);
    if (head === null) return false;
    // Others write to the log too: what is not ours moves the watch, but not the view.
    while (this.#projection.revision < head && this.#reader.position < head) {
      if (this.#clock.monotonicMs() >= deadlineMs) return false;
      await new Promise<void>((look) => this.#clock.after(LOOK_MS, look));
    }
    return true;
  }

  /** Where the log stands; `null` if it does not say so in time. */
  async #head(withinMs: number): Promise<number | null> {
    let cancel: () => void = () => undefined;
    const late = new Promise<null>((resolve) => {
      cancel = this.#clock.after(withinMs, () => resolve(null));
    });
    try {
      const asked = this.#store.range({ range: catalogRange, limit: 0 });
      return await Promise.race([asked.then(({ revision }) => revision), late]);
    } finally {
      cancel();
    }
  }

  /** The projection, whoever is fed beside it, and whoever waits for it. */
  #sink(): EncodedSink {
    const projection = this.#projection;
    return {
      begin: (start) => {
        this.#compare(start);
        projection.begin(start);
        for (const sink of this.#fed) sink.begin(start);
      },
      page: (records) => {
        projection.page(records);
        for (const sink of this.#fed) sink.page(records);
      },
      finish: () => {
        projection.finish();
        for (const sink of this.#fed) sink.finish();
        this.#undecodableTold = 0;
        this.#shown();
      },
      apply: (batch) => {
        projection.apply(batch);
        for (const sink of this.#fed) sink.apply(batch);
        this.#shown();
      },
      stale: (sinceMs) => {
        projection.stale(sinceMs);
        for (const sink of this.#fed) sink.stale(sinceMs);
      },
    };
  }

  /** Whoever shows something already may find that it was of another log, such as one that was set back to a copy. */
  #compare({ epoch, revision }: { readonly epoch: string; readonly revision: number }): void {
    const { view } = this;
    if (!view.complete || (view.epoch === epoch && view.revision <= revision)) return;
    const [shown, found] = [`${view.epoch}-${view.revision}`, `${epoch}-${revision}`];
    this.#log.warn('the log is not the one that was shown so far, or was set back; what it holds now is shown instead', { shown, found });
  }

  #shown(): void {
    this.#tellUndecodable();
    for (const { revision, reached } of this.#waiting) if (revision <= this.#projection.revision) reached();
  }

  #tellUndecodable(): void {
    const count = this.#projection.undecodable.size;
    if (count > this.#undecodableTold) {
      const latest = this.undecodable.slice(-TOLD_KEYS_MAX);
      this.#log.warn('records that cannot be read are left out of the catalog', { count, latest });
    }
    this.#undecodableTold = count;
  }
}
