/**
 * Compares the view with the log, slowly and for ever. Nothing should ever differ; if something does, the log is right, the view is
 * mended, and somebody is told: it is a fault of this program, or of the machine's memory.
 *
 * What the log says and what the view shows are never read at the same moment. So a difference is only one if the log says the
 * same before and after the view was looked at: then it said so in between too.
 */
import { ROLLCALL } from '../access/judge.js';
import { everything } from '../access/permissions.js';
import type { CatalogView, Caller } from '../face.js';
import { winnerOf, type ForeignClaims } from '../naming/foreign-claims.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Counter, Meter, Metric } from '../ports/meter.js';
import type { Change, Entry, KeyRange, Store } from '../ports/store.js';
import { compareBytes, fromText, toText } from '../store/bytes.js';
import { keysUnder, singleKey, textRangeHolds, toTextRange } from '../store/key-range.js';
import { encodedEntry, type EncodedRecord } from '../records/encoded.js';
import type { Registered } from '../catalog/instance.js';
import {
  instanceKinds,
  isOurKey,
  keyName,
  kindRange,
  parseKeyText,
  recordKeyOf,
  recordKeyStart,
  refText,
  type RecordKind,
} from '../records/keys.js';
import type { Knowing } from './known-records.js';
import type { Namespace, ServiceName } from '../catalog/names.js';
import type { InstanceRef } from '../catalog/registration.js';
import { encodeRegistered } from '../records/records.js';
import { RegistrationReader, type PresentRecord } from '../records/registration-reader.js';

/** What is compared, and where it is mended. */
interface Checkable extends Knowing {
  readonly view: CatalogView;
  readonly claims: ForeignClaims;
  caughtUp(withinMs: number): Promise<boolean>;
  /** Shows these instead of what it shows of their keys, as of the revision that it is at. */
  repair(records: readonly EncodedRecord[]): void;
  /** The same of a key of somebody else's. */
  retake(change: Change): void;
}

export interface SelfCheckOptions {
  readonly store: Pick<Store, 'range'>;
  readonly catalog: Checkable;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
}

export const selfCheckMetrics: { readonly repairs: Metric } = {
  repairs: {
    name: 'rollcall_view_repairs_total',
    kind: 'counter',
    help: 'Records that the view showed otherwise than the log has them, and that were mended. Anything but 0 is a fault.',
  },
};

/** Everything is compared once in this time: often enough to find a fault before it is old, seldom enough to cost nothing. */
const ROUND_MS: number = 10 * 60 * 1000;

/** What is read at once: a few milliseconds of work. */
const PAGE_ENTRIES = 500;
const PAUSE_MIN_MS = 20;

/** The view is a few milliseconds behind; one that is further behind is compared another time. */
const CATCH_UP_WITHIN_MS = 5_000;

/** Where the log is written to all the time, it takes luck to read a record and have the view no further. */
const MEND_ATTEMPTS_MAX = 20;

/** Keys that one log line names. */
const TOLD_KEYS_MAX = 5;

const self: Caller = { identity: ROLLCALL, may: everything, from: '', face: 'self-check' };

/** What the log said of a key before the view was looked at. */
interface Suspect {
  readonly key: Entry['key'];
  /** 0: it was not there. */
  readonly modRevision: number;
}

export class SelfCheck {
  readonly #options: SelfCheckOptions;
  readonly #repairs: Counter;
  readonly #reader = new RegistrationReader();
  #closed = false;
  #wake: (() => void) | null = null;
  #pausePerEntryMs = 0;

  constructor(options: SelfCheckOptions) {
    this.#options = options;
    this.#repairs = options.meter.counter(selfCheckMetrics.repairs);
  }

  start(): void {
    void this.#run();
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options;
    for (let untilMs = clock.monotonicMs() + ROUND_MS; !this.#closed; untilMs += ROUND_MS) {
      await this.#pause(Math.max(PAUSE_MIN_MS, untilMs - clock.monotonicMs()));
      try {
        if (!this.#closed) await this.round();
      } catch (error) {
        log.warn('the view could not be compared with the log; it is tried again', { reason: String(error) });
      }
    }
  }

  /** Compares everything once, and takes its time. */
  async round(): Promise<void> {
    const { view } = this.#options.catalog;
    const { count = 0 } = await this.#options.store.range({ range: kindRange('instances'), limit: 0, count: true });
    // Registrations are read twice: from the log's side and from the view's.
    this.#pausePerEntryMs = ROUND_MS / 4 / Math.max(count, PAGE_ENTRIES);
    for (const kind of instanceKinds) await this.#compareKind(kind);
    for (const range of this.#options.catalog.claims.ranges) await this.#compareClaims(range);
    for (const namespace of view.namespaces(self)) {
      for (const { service } of view.services(namespace, self)) await this.#compareService(namespace, service);
    }
  }

  /** Keys of others, and the instances that are such keys. */
  async #compareClaims(range: KeyRange): Promise<void> {
    const { claims } = this.#options.catalog;
    const there = new Set<string>();
    let readAt = Infinity;
    for await (const { entries, revision } of this.#pages(range, false)) {
      const suspects = entries.filter((entry) => entry.modRevision <= revision && !this.#isClaimed(entry));
      for (const { key } of entries) if (claims.under(key) !== undefined) there.add(toText(key));
      readAt = Math.min(readAt, revision);
      await this.#judge(suspects);
    }
    if (this.#closed || this.#options.catalog.view.staleSinceMs !== null) return;
    const text = toTextRange(range);
    const surplus = [...claims.all()]
      .flatMap((claimed) => claimed.claims)
      .filter(({ path, modRevision }) => modRevision <= readAt && textRangeHolds(text, path) && !there.has(path));
    await this.#judge(surplus.map(({ key }) => ({ key, modRevision: 0 })));
  }

  /** What it says of an instance is known, and shown if it counts. */
  #isClaimed(entry: Entry): boolean {
    const { claims } = this.#options.catalog;
    const claimed = claims.under(entry.key);
    const found = claims.read(entry);
    if (found === null || claimed === undefined) return found === null && claimed === undefined;
    const claim = claimed.claims.find((one) => one.isUnder(entry.key));
    if (claim === undefined || claim.modRevision < entry.modRevision) return false;
    if (winnerOf(claimed) !== claim || claim.modRevision > entry.modRevision) return true;
    const known = this.#options.catalog.known(claimed.ref, refText(claimed.ref));
    return known === null || known.registered?.revision === claim.modRevision;
  }

  /** What the log has must be in the view. */
  async #compareKind(kind: RecordKind): Promise<void> {
    for await (const { entries, revision } of this.#pages(kindRange(kind), false)) {
      const suspects = entries.filter((entry) => !this.#isShown(entry, revision));
      await this.#judge(suspects);
    }
  }

  /** What is in the view must be in the log. */
  async #compareService(namespace: Namespace, service: ServiceName): Promise<void> {
    const there = new Set<string>();
    let readAt = Infinity;
    for await (const { entries, revision } of this.#pages(keysUnder(fromText(recordKeyStart('instances', namespace, service))), true)) {
      for (const { key } of entries) there.add(toText(key));
      readAt = Math.min(readAt, revision);
    }
    const shown = this.#options.catalog.view.instances(namespace, service, self);
    const { claims } = this.#options.catalog;
    const isKey = (instance: InstanceRef): boolean => claims.size > 0 && claims.of(refText(instance)) !== undefined;
    const surplus = shown.filter((instance) => instance.revision <= readAt && !there.has(toText(keyOf(instance))) && !isKey(instance));
    await this.#judge(surplus.map((instance) => ({ key: keyOf(instance), modRevision: 0 })));
  }

  /** Each with the view at or behind its revision; ends where the view does not follow the log. */
  async *#pages(range: KeyRange, keysOnly: boolean): AsyncGenerator<{ readonly entries: readonly Entry[]; readonly revision: number }> {
    const { store, catalog } = this.#options;
    for (let next: KeyRange | null = range; next !== null;) {
      if (this.#closed || catalog.view.staleSinceMs !== null) return;
      const page: Awaited<ReturnType<Store['range']>> = await store.range({ range: next, limit: PAGE_ENTRIES, keysOnly });
      if (!(await catalog.caughtUp(CATCH_UP_WITHIN_MS)) || this.#closed) return;
      yield page;
      const last = page.entries.at(-1);
      next = page.more && last !== undefined ? { from: fromText(`${toText(last.key)}\0`), to: range.to } : null;
      await this.#pause(Math.max(PAUSE_MIN_MS, page.entries.length * this.#pausePerEntryMs));
    }
  }

  /** Or cannot be compared: not understood here, or changed since it was read. */
  #isShown(entry: Entry, readAt: number): boolean {
    const text = toText(entry.key);
    const key = parseKeyText(text);
    if (key === null || !('ref' in key)) return true;
    const known = this.#options.catalog.known(key.ref, refText(key.ref));
    if (known === null) return true;
    const shown =
      { instances: known.registered?.revision, health: known.health?.healthRevision, intents: known.intentRevision }[key.kind] ?? 0;
    if (shown > readAt) return true;
    return shown === entry.modRevision && (key.kind !== 'instances' || this.#saysTheSame(entry, known.registered));
  }

  #saysTheSame(entry: Entry, registered: Registered | null): boolean {
    const read = this.#reader.readOne(encodedEntry(entry) as PresentRecord);
    if (read === null || registered === null) return true;
    return compareBytes(encodeRegistered(read.born), encodeRegistered(registered)) === 0;
  }

  /** What the log still says as it did before is what the view should have shown. */
  async #judge(suspects: readonly Suspect[]): Promise<void> {
    const mended: string[] = [];
    for (const suspect of suspects) if (await this.#mend(suspect)) mended.push(nameOf(suspect.key));
    if (mended.length === 0) return;
    this.#repairs.add(mended.length);
    const keys = mended.slice(0, TOLD_KEYS_MAX);
    this.#options.log.error('the view differed from the log and was mended: this should never be', { count: mended.length, keys });
  }

  async #mend({ key, modRevision }: Suspect): Promise<boolean> {
    const { store, catalog } = this.#options;
    for (let attempt = 0; attempt < MEND_ATTEMPTS_MAX; attempt++) {
      const { entries, revision } = await store.range({ range: singleKey(key) });
      const [entry] = entries;
      if (this.#closed || catalog.view.staleSinceMs !== null || (entry?.modRevision ?? 0) !== modRevision) return false;
      // What the view has heard of since may be of this very key: then what was read is too old to be put in its place.
      if (catalog.view.revision > revision) continue;
      if (catalog.claims.holds(key)) {
        catalog.retake(entry === undefined ? { type: 'delete', key, previous: null } : { type: 'put', entry, previous: null });
        return true;
      }
      catalog.repair([entry === undefined ? { key, value: null, createRevision: 0, revision: 0 } : encodedEntry(entry)]);
      return true;
    }
    return false;
  }

  #pause(delayMs: number): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(delayMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

function nameOf(key: Entry['key']): string {
  return isOurKey(key) ? keyName(toText(key)) : toText(key);
}

function keyOf(ref: InstanceRef): Entry['key'] {
  return recordKeyOf('instances', refText(ref));
}
