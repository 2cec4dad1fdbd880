/**
 * Hands every durable revision to everyone who watches.
 *
 * A watcher is *live* when it has seen everything: it gets each revision as it comes. Otherwise it is
 * *behind* (it asked for the past, or its sink made us wait) and reads the history at its own pace until
 * it has caught up. So nothing is ever queued for a watcher, however slow it is.
 */
import {
  changesWithin,
  FIRST_REVISION,
  toTextRange,
  type Abort,
  type RevisionBatch,
  type TextRange,
  type Watch,
  type WatchRequest,
  type WatchSink,
} from '@rollcall/core';
import { nextTurn } from './turn.js';

/** Revisions read from the history at once: a fraction of a millisecond, then others have their turn. */
const CATCH_UP_REVISIONS = 256;

/** What a hub needs of the log behind it. */
export interface WatchSource {
  /** What a read would show now. */
  readonly durable: { readonly revision: number };
  /**
   * At most `limit` of the revisions from here on, none missing in between. Throws `revision-compacted`. May take its time,
   * and wait until there is one; nobody waits any more once `signal` is aborted.
   */
  history(fromRevision: number, limit: number, signal: Abort): readonly RevisionBatch[] | Promise<readonly RevisionBatch[]>;
}

export class WatchHub {
  readonly #source: WatchSource;
  /** Live watchers by their range, so that a revision is filtered once for all who watch the same. */
  readonly #live = new Map<string, RangeGroup>();
  readonly #watchers = new Set<Watcher>();
  /** Every revision up to here has been handed to whoever was live. */
  #published: number;

  constructor(source: WatchSource) {
    this.#source = source;
    this.#published = source.durable.revision;
  }

  get published(): number {
    return this.#published;
  }

  /** What a read would show now: while revisions are being published, already the last of them. */
  get durable(): number {
    return this.#source.durable.revision;
  }

  get size(): number {
    return this.#watchers.size;
  }

  watch(request: WatchRequest, sink: WatchSink): Watch {
    const watcher = new Watcher(this, request, sink);
    this.#watchers.add(watcher);
    watcher.begin();
    return watcher;
  }

  publish(batches: readonly RevisionBatch[]): void {
    for (const batch of batches) {
      for (const group of this.#live.values()) {
        const own = changesWithin(batch, group.range);
        if (own === null) continue;
        for (const watcher of group.watchers) watcher.offer(own);
      }
      this.#published = batch.revision;
    }
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.end(null);
  }

  join(watcher: Watcher): void {
    const name = rangeName(watcher.range);
    const group = this.#live.get(name);
    if (group === undefined) this.#live.set(name, { range: watcher.range, watchers: new Set([watcher]) });
    else group.watchers.add(watcher);
  }

  leave(watcher: Watcher): void {
    const name = rangeName(watcher.range);
    const group = this.#live.get(name);
    if (group?.watchers.delete(watcher) === true && group.watchers.size === 0) this.#live.delete(name);
  }

  forget(watcher: Watcher): void {
    this.leave(watcher);
    this.#watchers.delete(watcher);
  }

  /** The log is another one, or lost its place: everybody reads anew, and hears what comes behind `revision`. */
  startOver(revision: number, reason: Error): void {
    for (const watcher of this.#watchers) watcher.end(reason);
    this.#published = revision;
  }

  history(fromRevision: number, signal: Abort): readonly RevisionBatch[] | Promise<readonly RevisionBatch[]> {
    return this.#source.history(fromRevision, CATCH_UP_REVISIONS, signal);
  }
}

interface RangeGroup {
  readonly range: TextRange;
  readonly watchers: Set<Watcher>;
}

class Watcher implements Watch {
  readonly range: TextRange;
  readonly #hub: WatchHub;
  readonly #sink: WatchSink;
  readonly #signal: WatchRequest['signal'];
  /** The next revision to hand over. Moves only while behind; whoever is live has seen all that was published. */
  #next: number;
  #live = false;
  #ended = false;
  /** For those who read the history for it. */
  readonly #ending = new AbortController();

  constructor(hub: WatchHub, request: WatchRequest, sink: WatchSink) {
    this.#hub = hub;
    this.#sink = sink;
    this.#signal = request.signal;
    this.range = toTextRange(request.range);
    this.#next = Math.max(request.fromRevision ?? hub.durable + 1, FIRST_REVISION);
  }

  get position(): number {
    return this.#live ? Math.max(this.#hub.published, this.#next - 1) : this.#next - 1;
  }

  begin(): void {
    if (this.#signal?.aborted === true) return queueMicrotask(this.#abort);
    this.#signal?.addEventListener('abort', this.#abort, { once: true });
    if (this.#next > this.#hub.published) this.#goLive();
    else queueMicrotask(() => void this.#catchUp());
  }

  cancel(): void {
    this.end(null);
  }

  readonly #abort = (): void => this.end(null);

  end(reason: Error | null): void {
    if (this.#ended) return;
    this.#next = this.position + 1;
    this.#live = false;
    this.#ended = true;
    this.#ending.abort();
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#hub.forget(this);
    this.#sink.ended(reason);
  }

  /** One revision for a live watcher. */
  offer(batch: RevisionBatch): void {
    if (!this.#live || batch.revision < this.#next) return;
    // Before it is told, so that whoever cancels while being told can be resumed behind it.
    this.#next = batch.revision + 1;
    const pause = this.#handOver(batch);
    if (pause === undefined) return;
    this.#fallBehind();
    void pause.then(() => this.#catchUp());
  }

  /** Hands over; answers a promise if the sink wants to be waited for. A sink that throws is ended with what it threw. */
  #handOver(batch: RevisionBatch): Promise<void> | undefined {
    try {
      const pause = this.#sink.next(batch);
      return pause === undefined ? undefined : pause.catch((error: unknown) => this.end(asError(error)));
    } catch (error) {
      this.end(asError(error));
      return undefined;
    }
  }

  #goLive(): void {
    this.#live = true;
    this.#hub.join(this);
  }

  #fallBehind(): void {
    this.#live = false;
    this.#hub.leave(this);
  }

  /** Reads on until there is nothing left to read. Going live happens in the same turn as finding that out. */
  async #catchUp(): Promise<void> {
    try {
      while (!this.#ended) {
        if (this.#next > this.#hub.published) return this.#goLive();
        const page = this.#hub.history(this.#next, this.#ending.signal);
        await this.#handOverPage(page instanceof Promise ? await page : page);
        if (this.#next <= this.#hub.published) await nextTurn();
      }
    } catch (error) {
      this.end(asError(error));
    }
  }

  async #handOverPage(page: readonly RevisionBatch[]): Promise<void> {
    const last = page.at(-1);
    for (const batch of page) {
      if (this.#ended) return;
      this.#next = batch.revision + 1;
      const own = changesWithin(batch, this.range);
      const pause = own === null ? undefined : this.#handOver(own);
      if (pause !== undefined) await pause;
    }
    // An empty page: a log that begins here, empty or restored, has no record of its first revision.
    if (last === undefined) this.#next = this.#hub.published + 1;
  }
}

function rangeName(range: TextRange): string {
  return `${range.from.length}:${range.from}${range.to ?? '\u{ffff}'}`;
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
