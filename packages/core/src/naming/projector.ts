/**
 * Instances of other faces as keys of etcd's naming layout, where they are not seen to in the commit that changes them: what happens to
 * many at once, such as a machine's mode, follows in batches, and so does everything when it is switched on, or off again. Slowly and for
 * ever the keys are compared with the view, and mended.
 *
 * A key is only ever changed on condition that the instance is still the one that was looked at, and that the key still holds what the
 * registry wrote there. What somebody else keeps under it stays.
 */
import { refText } from '../records/keys.js';
import type { ChangeBatch } from '../view/feed.js';
import { Namespace, type ServiceName } from '../catalog/names.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { Duty } from '../cluster/duty.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Counter, Meter } from '../ports/meter.js';
import type { Entry, KeyRange, Store } from '../ports/store.js';
import { fromText, toText } from '../store/bytes.js';
import { encodeUtf8 } from '../records/utf8.js';
import { keysUnder } from '../store/key-range.js';
import { isProjectedDocument } from './endpoint-document.js';
import { namingMetrics } from './meters.js';
import { projectedKey, projectedRange, projectedRef } from './naming-keys.js';
import { NAMING, namingKey, type NamingState } from './naming-record.js';
import { ShownKeys, type Shown } from './shown-keys.js';
import { endLeaving } from './switch-naming.js';

export interface ProjectorOptions {
  readonly store: Store;
  readonly catalog: Shown;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
  /** Left out: this node has all of it. */
  readonly duty?: Pick<Duty, 'isOurs'>;
}

/** Instances in one commit. */
const BATCH_MAX = 32;

/** Between two batches, so that others have their turn. */
const PAUSE_MS = 5;

/** How soon it is seen that it was switched on or off, and what was put off is tried again. */
const LOOK_MS = 1000;

/** Until then every node has heard of it, and shows what it writes. */
const SETTLES_MS = 2000;

/** Everything is compared once in this time. */
const ROUND_MS: number = 10 * 60 * 1000;

const PAGE_ENTRIES = 500;

/** Of those who wait: as many as a machine may carry; whoever does not fit is found by the next round. */
const QUEUE_MAX = 100_000;

export class Projector {
  readonly #options: ProjectorOptions;
  readonly #keys: ShownKeys;
  readonly #mended: Counter;
  readonly #queue = new Map<string, InstanceRef>();
  #naming: NamingState | null = null;
  #roundAtMs = Infinity;
  #unfollow: () => void = () => undefined;
  #cancel: () => void = () => undefined;
  #wake: () => void = () => undefined;
  #working: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#keys = new ShownKeys(options);
    this.#mended = options.meter.counter(namingMetrics.mended);
  }

  /** Instances whose keys somebody else has. */
  get occupied(): number {
    return this.#keys.occupied;
  }

  start(): void {
    const { view } = this.#options.catalog;
    this.#unfollow = view.follow({ changed: (batch) => this.#hear(batch), reset: () => this.#soon(), stale: () => undefined }, NAMING);
    this.#arm(0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unfollow();
    this.#cancel();
    this.#wake();
    await this.#working;
  }

  /** Sees to the keys of these, as of this revision. What cannot be done now is done soon. */
  async project(refs: readonly InstanceRef[], revision: number): Promise<void> {
    for (const ref of refs) this.#enqueue(ref);
    if (!(await this.#options.catalog.reached(revision, SETTLES_MS))) return;
    const left = await this.#write(refs);
    const names = new Set(left.map(refText));
    for (const ref of refs) if (!names.has(refText(ref))) this.#queue.delete(refText(ref));
  }

  /** Compares everything once, and takes its time. */
  async round(): Promise<void> {
    const { catalog } = this.#options;
    const { prefix, leaving } = catalog.naming;
    for (const left of leaving) await this.#takeOut(left);
    if (prefix === null) return;
    for (const { service } of catalog.view.services(Namespace.default, NAMING)) {
      if (this.#closed || catalog.naming.prefix !== prefix) return;
      await this.#compare(prefix, service);
    }
    await this.#lookForStrays(prefix);
  }

  #hear({ machines, changes }: ChangeBatch): void {
    if (this.#options.catalog.naming.prefix === null) return;
    for (const { ref, current } of changes) {
      // Whoever wrote it may not have known yet what its machine is.
      const isDoubtful = machines.length > 0 || (current !== null && current.machine !== null && current.mode !== 'in');
      if (isDoubtful && this.#isOurs(refText(ref))) this.#enqueue(ref);
    }
    if (this.#queue.size > 0) this.#arm(0);
  }

  #isOurs(name: string): boolean {
    return this.#options.duty?.isOurs(name) ?? true;
  }

  #enqueue(ref: InstanceRef): void {
    if (this.#queue.size < QUEUE_MAX) this.#queue.set(refText(ref), ref);
    else this.#soon();
  }

  #soon(): void {
    this.#roundAtMs = Math.min(this.#roundAtMs, this.#options.clock.monotonicMs() + SETTLES_MS);
  }

  #arm(delayMs: number): void {
    this.#cancel();
    if (this.#closed) return;
    this.#cancel = this.#options.clock.after(delayMs, () => {
      this.#working = this.#working.then(() => this.#work()).finally(() => this.#arm(LOOK_MS));
    });
  }

  async #work(): Promise<void> {
    const { catalog, clock, log } = this.#options;
    const nowMs = clock.monotonicMs();
    if (catalog.naming !== this.#naming) {
      this.#naming = catalog.naming;
      this.#roundAtMs = nowMs + SETTLES_MS;
    }
    if (this.#closed || catalog.view.staleSinceMs !== null) return;
    try {
      await this.#drain();
      if (nowMs < this.#roundAtMs) return;
      this.#roundAtMs = nowMs + ROUND_MS;
      await this.round();
    } catch (error) {
      this.#soon();
      if (!this.#closed)
        log.warn('the keys that instances are shown as could not be written; it is tried again', { reason: String(error) });
    }
  }

  async #drain(): Promise<void> {
    while (this.#queue.size > 0 && !this.#closed) {
      const some = [...this.#queue.values()].slice(0, BATCH_MAX);
      const left = await this.#write(some);
      const names = new Set(left.map(refText));
      for (const ref of some) if (!names.has(refText(ref))) this.#queue.delete(refText(ref));
      if (left.length > 0) return;
      await this.#pause();
    }
  }

  /** Answers those with whom it did not work now. */
  async #write(refs: readonly InstanceRef[]): Promise<readonly InstanceRef[]> {
    const left: InstanceRef[] = [];
    for (let from = 0; from < refs.length; from += BATCH_MAX)
      left.push(...(await this.#keys.write(refs.slice(from, from + BATCH_MAX))).left);
    return left;
  }

  /** The keys of one service, and its instances. */
  async #compare(prefix: string, service: ServiceName): Promise<void> {
    const { view } = this.#options.catalog;
    const suspects = new Map<string, InstanceRef>();
    const there = new Set<string>();
    for await (const entries of this.#pages(projectedRange(prefix, service), false)) {
      for (const entry of entries) {
        there.add(toText(entry.key));
        const ref = projectedRef(entry.key, prefix);
        if (ref !== null && isProjectedDocument(entry.value) && !this.#keys.isRight(ref, entry.value)) suspects.set(refText(ref), ref);
      }
    }
    for (const instance of view.instances(Namespace.default, service, NAMING)) {
      if (this.#keys.isRight(instance, null) || there.has(toText(projectedKey(prefix, instance)))) continue;
      suspects.set(refText(instance), instance);
    }
    await this.#mend([...suspects].filter(([name]) => this.#isOurs(name)).map(([, ref]) => ref));
  }

  /** Keys of services that have no instances. */
  async #lookForStrays(prefix: string): Promise<void> {
    const { view, claims } = this.#options.catalog;
    for await (const entries of this.#pages(keysUnder(encodeUtf8(prefix)), true)) {
      const strays = entries.flatMap(({ key }) => {
        const ref = claims.under(key) === undefined ? projectedRef(key, prefix) : null;
        return ref !== null && view.service(ref.namespace, ref.service, NAMING) === undefined && this.#isOurs(refText(ref)) ? [ref] : [];
      });
      await this.#mend(strays);
    }
  }

  async #mend(refs: readonly InstanceRef[]): Promise<void> {
    for (let from = 0; from < refs.length && !this.#closed; from += BATCH_MAX) {
      const { written } = await this.#keys.write(refs.slice(from, from + BATCH_MAX));
      this.#mended.add(written);
      await this.#pause();
    }
  }

  /** All that was shown behind a prefix that is no longer used; when nothing is left of it, the log says so. */
  async #takeOut(prefix: string): Promise<void> {
    if (!this.#isOurs(toText(namingKey))) return;
    for await (const entries of this.#pages(keysUnder(encodeUtf8(prefix)), false)) {
      await this.#keys.takeOut(entries.filter(({ value }) => isProjectedDocument(value)));
      if (this.#closed) return;
    }
    await endLeaving(this.#options.store, prefix);
  }

  async *#pages(range: KeyRange, keysOnly: boolean): AsyncGenerator<readonly Entry[], undefined> {
    const { store } = this.#options;
    for (let next: KeyRange | null = range; next !== null && !this.#closed;) {
      const page: Awaited<ReturnType<Store['range']>> = await store.range({ range: next, limit: PAGE_ENTRIES, keysOnly });
      yield page.entries;
      const last = page.entries.at(-1);
      next = page.more && last !== undefined ? { from: fromText(`${toText(last.key)}\0`), to: range.to } : null;
      if (next !== null) await this.#pause();
    }
    return undefined;
  }

  #pause(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(PAUSE_MS, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
