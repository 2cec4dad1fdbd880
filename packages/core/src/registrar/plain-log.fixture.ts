/** A log in memory for the tests of what stands on it: commits, ranges and watches; no leases, no reading of the past. */
import { RollcallError } from '../errors.js';
import { FIRST_REVISION } from '../ports/store.js';
import type {
  Change,
  Commit,
  CommitResult,
  Entry,
  LeaseId,
  RangeRequest,
  RangeResult,
  RevisionBatch,
  Store,
  StoreStatus,
  Watch,
  WatchRequest,
  WatchSink,
} from '../ports/store.js';
import { toText } from '../store/bytes.js';
import { changesWithin } from '../store/change.js';
import { evaluate, type State } from '../store/evaluate.js';
import { toTextRange, type TextRange } from '../store/key-range.js';
import { OrderedMap } from '../store/ordered-map.js';
import { readRange } from '../store/read-range.js';
import type { Reader } from '../store/reader.js';

type Method = 'grantLease' | 'keepLease' | 'revokeLease' | 'lease' | 'leases' | 'compact';

export class PlainLog implements Omit<Store, Method> {
  epoch = 'e1';
  revision: number = FIRST_REVISION;
  /** What it says of itself; nothing is ever forgotten here. */
  compactedRevision = 0;
  /** Called before each commit is judged: where a test lets somebody else be faster, or the disk fail. */
  beforeCommit: (commit: Commit) => void | Promise<void> = () => undefined;
  /** Where a test has leases, too. */
  hasLease: (id: LeaseId) => boolean = () => false;
  readonly #entries = new OrderedMap<Entry>();
  readonly #history: RevisionBatch[] = [];
  readonly #sinks = new Map<WatchSink, TextRange>();

  async range(request: RangeRequest): Promise<RangeResult> {
    return readRange(this.#reader(), request, this.revision);
  }

  async commit(commit: Commit): Promise<CommitResult> {
    await this.beforeCommit(commit);
    const state: State = { revision: this.revision, reader: this.#reader(), hasLease: this.hasLease, readerAt: () => this.#reader() };
    const { result, changes } = evaluate(commit, state);
    if (changes.length > 0) this.#apply({ revision: result.revision, changes });
    return result;
  }

  watch({ range, fromRevision = this.revision + 1 }: WatchRequest, sink: WatchSink): Watch {
    const own = toTextRange(range);
    let isCancelled = false;
    let position = (): number => fromRevision - 1;
    queueMicrotask(() => {
      if (isCancelled) return;
      for (const batch of this.#history) if (batch.revision >= fromRevision && !isCancelled) tell(sink, batch, own);
      if (!isCancelled) this.#sinks.set(sink, own);
      position = () => this.revision;
    });
    const cancel = (): void => {
      isCancelled = true;
      this.#sinks.delete(sink);
    };
    return {
      get position() {
        return position();
      },
      cancel,
    };
  }

  async status(): Promise<StoreStatus> {
    return { engine: 'plain', epoch: this.epoch, revision: this.revision, compactedRevision: this.compactedRevision, sizeBytes: 0 };
  }

  async close(): Promise<void> {
    for (const sink of this.#sinks.keys()) sink.ended(null);
  }

  /** History was forgotten under the watchers' feet. */
  loseWatchers(): void {
    const lost = [...this.#sinks.keys()];
    this.#sinks.clear();
    for (const sink of lost) sink.ended(new RollcallError('revision-compacted', 'The history is gone.'));
  }

  get asStore(): Store {
    return this as unknown as Store;
  }

  #apply(batch: RevisionBatch): void {
    this.revision = batch.revision;
    for (const change of batch.changes) this.#set(change);
    this.#history.push(batch);
    for (const [sink, range] of this.#sinks) tell(sink, batch, range);
  }

  #set(change: Change): void {
    if (change.type === 'put') this.#entries.set(toText(change.entry.key), change.entry);
    else this.#entries.delete(toText(change.key));
  }

  #reader(): Reader {
    const entries = this.#entries;
    return {
      get: (key) => entries.get(key),
      entries: (range) => [...entries.keys(range)].map((key) => entries.get(key) as Entry),
    };
  }
}

function tell(sink: WatchSink, batch: RevisionBatch, range: TextRange): void {
  const own = changesWithin(batch, range);
  if (own !== null) void sink.next(own);
}
