/**
 * What a node follows of an etcd: its watch, those behind it, and the epoch of the log. Here it is decided that the log is
 * another one: then everybody reads anew, in a new epoch.
 */
import {
  RollcallError,
  toText,
  type Clock,
  type Counter,
  type KeyRange,
  type Log,
  type Watch,
  type WatchRequest,
  type WatchSink,
} from '@rollcall/core';
import type { EtcdEvent } from '@rollcall/wire';
import { WatchHub } from '../../shared/watch-hub.js';
import type { Cluster } from './cluster.js';
import type { WatchContact } from './contact.js';
import type { Continuity } from './continuity.js';
import type { EpochAt, EpochRecord } from './epoch.js';
import { Feed } from './feed.js';
import type { Keyspace } from './keyspace.js';
import type { WatchedRanges } from './watched.js';

export interface FollowingOptions {
  readonly cluster: Cluster;
  readonly keyspace: Keyspace;
  readonly watched: WatchedRanges;
  readonly epochRecord: EpochRecord;
  readonly continuity: Continuity;
  readonly contact: WatchContact;
  readonly clock: Clock;
  readonly log: Log;
  /** How often the log was another one. */
  readonly replacements: Counter;
  /** How long the watch may lag behind the log before a key is written for it. `null`: nobody else writes to this etcd. */
  readonly touchAfterMs: number | null;
  /** The log is another one: what is known of the former is to be forgotten. */
  readonly onReplaced: () => void;
}

export class Following {
  readonly #options: FollowingOptions;
  readonly #feed: Feed;
  readonly #hub: WatchHub;
  /** All that were: an etcd that is set back may bring one of them along. */
  readonly #epochs = new Set<string>();
  #epoch: string;
  #touching = false;
  #renewing: Promise<void> = Promise.resolve();

  constructor(options: FollowingOptions, { epoch, revision }: EpochAt) {
    this.#options = options;
    this.#epoch = epoch;
    this.#epochs.add(epoch);
    const { cluster, keyspace, watched, continuity, contact, clock, log } = options;
    const feed = new Feed(
      {
        cluster,
        keyspace,
        range: { key: earlier(options.epochRecord.key, keyspace.range(watched.hull).key), rangeEnd: keyspace.range(watched.hull).rangeEnd },
        follows: (key) => keyspace.holds(key) && watched.holds(keyspace.inner(key)),
        contact,
        clock,
        log,
        onTold: (batches) => this.#hub.publish(batches),
        onOpened: () => continuity.check(),
        onBroken: () => continuity.broke(),
        onEvents: (events) => this.#hear(events),
        onWaiting: () => void this.#touch(cluster.head),
        onLost: (reason) => this.#lost(reason),
      },
      revision + 1,
    );
    this.#feed = feed;
    this.#hub = new WatchHub({
      get durable() {
        return { revision: cluster.head };
      },
      history: (fromRevision, limit, signal) => feed.history(fromRevision, limit, signal),
    });
    feed.start();
  }

  get epoch(): string {
    return this.#epoch;
  }

  covers(range: KeyRange): boolean {
    return this.#options.watched.covers(range);
  }

  watch(request: WatchRequest, sink: WatchSink): Watch {
    return this.#hub.watch(request, sink);
  }

  forgetBefore(revision: number): void {
    this.#feed.forgetBefore(revision);
  }

  /**
   * Where others write to the same etcd, the log moves without our keys, and the watch, which hears of our keys only, never
   * gets there. Then one of ours is written. (etcd also tells on request how far a watch is, but old ones tell it too early.)
   */
  expect(revision: number): void {
    const { clock, touchAfterMs } = this.#options;
    if (this.#touching || touchAfterMs === null || this.#feed.position >= revision) return;
    this.#touching = true;
    clock.after(touchAfterMs, () => {
      this.#touching = false;
      if (!this.#feed.isClosed && this.#feed.position < revision) void this.#touch(revision);
    });
  }

  /** This is the epoch of the log, wherever it was read; perhaps a moment ago. */
  learn(epoch: string): void {
    if (epoch === this.#epoch) return;
    const isTrue = async (): Promise<boolean> => (await this.#options.epochRecord.read()).epoch !== this.#epoch;
    this.#renewing = this.#renewing.then(() => this.#renew('its epoch is another one', isTrue));
  }

  /** Restored from a copy, or another one altogether: what was said of revisions so far means nothing any more. */
  replaced(reason: string): void {
    // Nothing of the new log is told as if it were the old one.
    this.#feed.hold();
    this.#options.continuity.startOver();
    this.#renewing = this.#renewing.then(() => this.#renew(reason, () => Promise.resolve(true)));
  }

  async close(): Promise<void> {
    await this.#feed.close();
    await this.#renewing;
    this.#hub.close();
  }

  #hear(events: readonly EtcdEvent[]): void {
    this.#options.continuity.heard(events);
    const { key } = this.#options.epochRecord;
    for (const { type, kv } of events) if (type === 'put' && Buffer.compare(kv.key, key) === 0) this.learn(toText(kv.value));
  }

  async #touch(revision: number): Promise<void> {
    const { epochRecord, log } = this.#options;
    try {
      if (this.#options.touchAfterMs !== null) await epochRecord.touch();
    } catch (error) {
      log.warn('the watch of etcd cannot be brought up to where the log stands', { revision, reason: String(error) });
    }
  }

  /** The watch was away for longer than the history goes back. */
  async #lost(reason: RollcallError): Promise<number> {
    const { epoch, revision } = await this.#options.epochRecord.read();
    this.learn(epoch);
    this.#hub.startOver(revision, reason);
    return revision + 1;
  }

  async #renew(reason: string, isTrue: () => Promise<boolean>): Promise<void> {
    const { cluster, log } = this.#options;
    for (let attempt = 0; !this.#feed.isClosed; attempt++) {
      try {
        if (await isTrue()) await this.#startOver(reason);
        return;
      } catch (error) {
        log.warn('etcd does not answer yet', { reason: String(error) });
        await cluster.pause(attempt);
      }
    }
  }

  async #startOver(reason: string): Promise<void> {
    const { epochRecord, continuity, log, replacements, onReplaced } = this.#options;
    const { epoch, revision } = await epochRecord.renew(this.#epochs);
    log.error('etcd is not what it was: everything is read anew, in a new epoch', { reason, epoch });
    replacements.add();
    this.#epoch = epoch;
    this.#epochs.add(epoch);
    onReplaced();
    continuity.startOver();
    this.#feed.startOver(revision + 1);
    this.#hub.startOver(revision, new RollcallError('revision-compacted', `The log is another one: ${reason}.`, { revision }));
  }
}

function earlier(one: Uint8Array, other: Uint8Array): Uint8Array {
  return Buffer.compare(one, other) <= 0 ? one : other;
}
