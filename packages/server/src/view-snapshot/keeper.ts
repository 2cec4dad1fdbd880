/**
 * Keeps the view of this node in a file, so that it can be started while its etcd is away. Written when something has
 * changed, never often, in the background; what goes wrong with it is told and harms nobody.
 */
import { join } from 'node:path';
import type { Catalog, Clock, EncodedSink, Log, Meter, Metric, RecordDump } from '@rollcall/core';
import { VIEW_FORMAT, type LogPlace, type ViewMoment } from './format.js';
import { findView, readView, UnusableView, type FoundView } from './read.js';
import { objectionTo } from './usable.js';
import { removeDrafts, writeView } from './write.js';

export interface ViewKeeperOptions {
  readonly directory: string;
  readonly place: LogPlace;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
}

/** As much of the catalog as is kept. */
export type Kept = Pick<Catalog, 'view' | 'read' | 'dump'>;

const FILE = 'view-snapshot';

/** Whoever starts and is stopped again soon has one too. */
const FIRST_AFTER_MS = 5_000;
/** What is lost of a crash is a minute, of a view that is read anew anyway as soon as that can be. */
const EVERY_MS = 60_000;
/** It takes at most this share of the time, however many instances there are. */
const SHARE_MAX = 1 / 20;
/** A view that has not changed is written too, now and then, because its age is that of its file. */
const UNCHANGED_EVERY_MS = 900_000;
/** Whoever stops has a few seconds for everything. */
const AT_CLOSE_WITHIN_MS = 2_000;

const written: Metric = {
  name: 'rollcall_view_snapshots_total',
  kind: 'counter',
  help: 'Times that the view was to be written to disk, for a start without etcd, by what became of it.',
  labels: { outcome: ['done', 'failed'] },
};

const age: Metric = {
  name: 'rollcall_view_snapshot_age_seconds',
  kind: 'gauge',
  help: 'How old the view on disk is, from which this node could start without etcd; 0 where there is none.',
};

/** All that it measures. */
export const viewSnapshotMetrics: readonly Metric[] = [written, age];

export class ViewKeeper {
  readonly #options: ViewKeeperOptions;
  readonly #file: string;
  readonly #outcomes: Readonly<Record<'done' | 'failed', { add(): void }>>;
  /** What the file shows. */
  #saved: (ViewMoment & { readonly epoch: string }) | null = null;
  #saving: Promise<void> | null = null;
  #catalog: Kept | null = null;
  #cancel: () => void = () => undefined;
  #dump: RecordDump | null = null;
  #tookMs = 0;
  /** Told once, and again when it has worked in between. */
  #complained = false;

  constructor(options: ViewKeeperOptions) {
    const { directory, meter, clock } = options;
    this.#options = options;
    this.#file = join(directory, FILE);
    this.#outcomes = { done: meter.counter(written, { outcome: 'done' }), failed: meter.counter(written, { outcome: 'failed' }) };
    meter.gauge(age, () => (this.#saved === null ? 0 : Math.max(0, clock.wallMs() - this.#saved.asOfMs) / 1000));
  }

  /** What lies there, if a node may begin with it; whether all of it is whole shows when it is read. Never throws. */
  async find(): Promise<FoundView | null> {
    const { log, place, clock } = this.#options;
    try {
      const found = await findView(this.#file);
      const objection = found && objectionTo(found, place, clock.wallMs());
      if (objection !== null) this.#tellUnusable(objection);
      return objection === null ? found : null;
    } catch (error) {
      if (error instanceof UnusableView) this.#tellUnusable(error.message);
      else log.error('the kept view cannot be looked at', { file: this.#file, reason: String(error) });
      return null;
    }
  }

  /** For the catalog's start. */
  readonly restore = async (sink: EncodedSink): Promise<{ readonly asOfMs: number } | null> => {
    const { log, clock } = this.#options;
    const found = await this.find();
    if (found === null) return null;
    try {
      await readView(this.#file, found, sink);
    } catch (error) {
      this.#tellUnusable(error instanceof Error ? error.message : String(error));
      return null;
    }
    this.#saved = found;
    // A clock that was set back makes nothing younger than it is now.
    const asOfMs = Math.min(found.asOfMs, clock.wallMs());
    log.warn('etcd is away: this node begins with the view that it kept', {
      file: this.#file,
      revision: found.revision,
      ageSeconds: Math.round((clock.wallMs() - asOfMs) / 1000),
    });
    return { asOfMs };
  };

  /** To be called when the catalog has started. */
  start(catalog: Kept): void {
    this.#catalog = catalog;
    void this.#tidy();
    void catalog.read.then(() => this.#later(FIRST_AFTER_MS));
  }

  /** Settles when nothing is being written. */
  async written(): Promise<void> {
    await this.#saving;
  }

  /** Saves once more, if that can be done in time. */
  async close(): Promise<void> {
    this.#cancel();
    const catalog = this.#catalog;
    this.#catalog = null;
    await this.written();
    if (catalog === null || this.#tookMs > AT_CLOSE_WITHIN_MS || !this.#hasChanged(catalog)) return;
    const { clock } = this.#options;
    const saving = this.#save(catalog);
    const cancel = clock.after(AT_CLOSE_WITHIN_MS, () => this.#dump?.cancel());
    await saving;
    cancel();
  }

  #later(delayMs: number): void {
    if (this.#catalog !== null) this.#cancel = this.#options.clock.after(delayMs, () => void this.#saveIfDue());
  }

  async #saveIfDue(): Promise<void> {
    const catalog = this.#catalog;
    if (catalog === null) return;
    if (this.#hasChanged(catalog) || this.#isOld(catalog)) await (this.#saving = this.#save(catalog));
    this.#saving = null;
    // What took so long may have been that this process slept.
    this.#later(Math.min(Math.max(EVERY_MS, this.#tookMs / SHARE_MAX), UNCHANGED_EVERY_MS));
  }

  #hasChanged({ view: { epoch, revision } }: Kept): boolean {
    return this.#saved === null || this.#saved.epoch !== epoch || this.#saved.revision !== revision;
  }

  /** A view that is stale gets no younger by being written. */
  #isOld({ view }: Kept): boolean {
    const { clock } = this.#options;
    return view.staleSinceMs === null && this.#saved !== null && clock.wallMs() - this.#saved.asOfMs >= UNCHANGED_EVERY_MS;
  }

  /** Never throws. */
  async #save(catalog: Kept): Promise<void> {
    const { view } = catalog;
    const { clock, log, place, version } = this.#options;
    const begunMs = clock.monotonicMs();
    const { epoch } = view;
    const moment = (): ViewMoment => ({ revision: view.revision, asOfMs: view.staleSinceMs ?? clock.wallMs() });
    try {
      await this.#tidy();
      const header = { format: VIEW_FORMAT, epoch, log: place, version };
      this.#dump = catalog.dump();
      const saved = await writeView(this.#file, { header, dump: this.#dump, moment }, clock);
      if (saved === null) return;
      this.#saved = { ...saved, epoch };
      this.#outcomes.done.add();
      if (this.#complained) log.info('the view is kept on disk again', { file: this.#file });
      this.#complained = false;
    } catch (error) {
      this.#outcomes.failed.add();
      if (!this.#complained)
        log.warn('the view cannot be kept on disk: without etcd this node could not start', { file: this.#file, reason: String(error) });
      this.#complained = true;
    } finally {
      this.#tookMs = clock.monotonicMs() - begunMs;
    }
  }

  /** Never throws: a draft that stays harms nobody. */
  async #tidy(): Promise<void> {
    await removeDrafts(this.#file, this.#options.clock.wallMs()).catch(() => undefined);
  }

  #tellUnusable(reason: string): void {
    this.#options.log.warn('the kept view is not used', { file: this.#file, reason });
  }
}
