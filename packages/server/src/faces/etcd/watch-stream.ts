/** One stream of etcd's `Watch`: watches that are made and cancelled on it, and what they tell. */
import { compareBytes, type Bytes, type Store } from '@rollcall/core';
import { etcd } from '@rollcall/wire';
import type { GrpcCall, GrpcInlet, GrpcOutlet } from '../../shared/grpc-face.js';
import { refuse } from './errors.js';
import { positionOf, storeOf, type EtcdHouse } from './house.js';
import { headerOf } from './identity.js';
import { rangeOf } from './ranges.js';
import type { QuietRanges } from './quiet-ranges.js';
import { Watcher, type WatcherOptions } from './watcher.js';
import type { WatchFrames } from './watch-frames.js';

/** Of answers that belong to no watch, or to one that could not be made. */
const NO_WATCH = -1;

/** A hundred bytes each, and more than etcd's own clients put on one stream. */
const WATCHES_MAX = 100_000;

/** What may wait for a slow reader; then the log is read on when it has taken it, and nothing is kept for it meanwhile. */
const WAITING_BYTES_MAX = 512 * 1024;

/** How often a watch that asked for it, and heard nothing, is told how far the log is. Clients come back with that. */
const PROGRESS_MS = 60_000;
/** So that those who came together are not told together. */
const PROGRESS_JITTER = 0.1;

export interface WatchStreamOptions {
  readonly house: EtcdHouse;
  readonly frames: WatchFrames;
  readonly quiet: QuietRanges;
}

export class WatchStream implements GrpcInlet<etcd.WatchRequest> {
  readonly #options: WatchStreamOptions;
  readonly #outlet: GrpcOutlet<etcd.WatchResponse>;
  readonly #store: Store;
  readonly #watchers = new Map<number, Watcher>();
  #nextId = 0;
  #taken: Promise<void> | null = null;
  #cancelProgress: (() => void) | null = null;
  #isClosed = false;

  constructor(options: WatchStreamOptions, outlet: GrpcOutlet<etcd.WatchResponse>, call: GrpcCall) {
    this.#options = options;
    this.#outlet = outlet;
    this.#store = storeOf(options.house, call);
  }

  /** One after the other: what is asked first is answered first. */
  async received({ createRequest, cancelRequest, progressRequest }: etcd.WatchRequest): Promise<void> {
    const revision = await positionOf(this.#options.house);
    if (this.#isClosed) return;
    if (createRequest !== null) this.#create(createRequest, revision);
    else if (cancelRequest !== null) this.#cancel(cancelRequest.watchId, revision);
    else if (progressRequest !== null) this.#sayProgress(revision);
    await this.#room();
  }

  /** It goes on listening. */
  ended(): void {
    return undefined;
  }

  closed(): void {
    this.#isClosed = true;
    this.#cancelProgress?.();
    for (const watcher of this.#watchers.values()) watcher.cancel();
    this.#watchers.clear();
  }

  #create(asked: etcd.WatchCreateRequest, revision: number): void {
    const key: Bytes = asked.key.length === 0 ? Uint8Array.of(0) : asked.key;
    const objection = this.#objectionTo(asked, key);
    if (objection !== null) return this.#refuse(objection, revision);
    const id = asked.watchId === 0 ? this.#freeId() : asked.watchId;
    try {
      this.#watchers.set(id, new Watcher(this.#watcherOptions(id, { ...asked, key }, revision)));
    } catch (error) {
      return this.#refuse(this.#options.house.failed(error).message, revision);
    }
    this.#write({ created: true, watchId: id }, revision);
    if (asked.progressNotify) this.#startProgress();
  }

  #objectionTo({ startRevision, rangeEnd, watchId }: etcd.WatchCreateRequest, key: Bytes): string | null {
    if (startRevision < 0) return refuse('compacted').message;
    const isRange = rangeEnd.length > 1 || (rangeEnd.length === 1 && rangeEnd[0] !== 0);
    if (isRange && compareBytes(key, rangeEnd) >= 0) return 'mvcc: watcher range is empty';
    if (watchId !== 0 && this.#watchers.has(watchId)) return 'mvcc: duplicate watch ID provided on the WatchStream';
    if (this.#watchers.size >= WATCHES_MAX) return `rollcall: at most ${WATCHES_MAX} watches share a stream`;
    return null;
  }

  /** Numbers are not given twice; those that the other side chose are stepped over. */
  #freeId(): number {
    while (this.#watchers.has(this.#nextId)) this.#nextId++;
    return this.#nextId++;
  }

  #watcherOptions(id: number, asked: etcd.WatchCreateRequest, revision: number): WatcherOptions {
    const { frames, quiet } = this.#options;
    return {
      id,
      store: this.#store,
      range: rangeOf(asked),
      from: asked.startRevision === 0 ? revision + 1 : asked.startRevision,
      wanted: { previous: asked.prevKv, puts: !asked.filters.includes('NOPUT'), deletes: !asked.filters.includes('NODELETE') },
      inFragments: asked.fragment,
      notifiesProgress: asked.progressNotify,
      frames,
      write: (frame) => this.#writeFrame(frame),
      room: () => this.#room(),
      onEnded: (reason) => this.#ended(id, reason),
      resumeAt: (range, from, compactedTo) => quiet.resumeAt(this.#store, range, from, compactedTo),
    };
  }

  #refuse(cancelReason: string, revision: number): void {
    this.#write({ created: true, canceled: true, watchId: NO_WATCH, cancelReason }, revision);
  }

  /** Of one that is not there nothing is said. */
  #cancel(id: number, revision: number): void {
    const watcher = this.#watchers.get(id);
    if (watcher === undefined) return;
    watcher.cancel();
    this.#watchers.delete(id);
    this.#write({ canceled: true, watchId: id }, revision);
  }

  /** One whose past is gone keeps its id until it is cancelled, as there. */
  #ended(id: number, reason: { readonly compactedTo: number } | { readonly error: unknown }): void {
    if (this.#isClosed) return;
    if ('compactedTo' in reason) return this.#write({ canceled: true, watchId: id, compactRevision: reason.compactedTo }, 0);
    // The log says no more: elsewhere it may, and whoever was told so far goes on from there.
    this.#outlet.fail(reason.error ?? refuse('stopped'));
  }

  /** Said only where it is true of every watch of the stream: all of them believe it. */
  #sayProgress(revision: number): void {
    if (this.#watchers.size === 0) return;
    for (const watcher of this.#watchers.values()) if (!watcher.isAbreast(revision)) return;
    this.#write({ watchId: NO_WATCH }, revision);
  }

  #startProgress(): void {
    if (this.#cancelProgress !== null) return;
    const { clock, random } = this.#options.house;
    const jitter = 1 + ((random.bytes(1)[0] ?? 0) / 256) * PROGRESS_JITTER;
    this.#cancelProgress = clock.after(PROGRESS_MS * jitter, () => {
      this.#cancelProgress = null;
      void this.#notifyProgress();
    });
  }

  async #notifyProgress(): Promise<void> {
    const revision = await positionOf(this.#options.house).catch(() => null);
    if (this.#isClosed) return;
    const asked = [...this.#watchers.values()].filter(({ notifiesProgress }) => notifiesProgress);
    if (asked.length === 0) return;
    this.#startProgress();
    if (revision === null) return;
    for (const watcher of asked) {
      if (!watcher.takeHeard() && watcher.isAbreast(revision)) this.#write({ watchId: watcher.id }, revision);
    }
  }

  #write(response: Partial<etcd.WatchResponse>, revision: number): void {
    this.#outlet.write({ ...etcd.watchResponse.empty, ...response, header: headerOf(this.#options.house.identity, revision) });
  }

  #writeFrame(frame: Uint8Array): void {
    if (!this.#isClosed) this.#outlet.writeEncoded(frame);
  }

  /** Settles when little waits again; `null` while little does. One promise for all who wait on the stream. */
  #room(): Promise<void> | null {
    if (this.#isClosed || this.#outlet.waitingBytes <= WAITING_BYTES_MAX) return null;
    this.#taken ??= new Promise((taken) => {
      this.#outlet.whenTaken(() => {
        this.#taken = null;
        taken();
      });
    });
    return this.#taken;
  }
}
