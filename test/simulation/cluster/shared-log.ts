/** The engine of a simulated cluster: one log in memory, with watches and leases that expire by simulated time. */
import {
  changesWithin,
  evaluate,
  FIRST_REVISION,
  fromText,
  keysUnder,
  OrderedMap,
  readRange,
  RollcallError,
  singleKey,
  toText,
  toTextRange,
  type Clock,
  type Commit,
  type CommitResult,
  type Entry,
  type LeaseId,
  type RangeRequest,
  type RangeResult,
  type Reader,
  type RevisionBatch,
  type TextRange,
  type Watch,
  type WatchRequest,
  type WatchSink,
} from '@rollcall/core';

interface Granted {
  readonly ttlMs: number;
  cancel: () => void;
}

/** As far as nodes use it. */
export class SharedLog {
  readonly #clock: Clock;
  /** Called for each revision, before anybody else hears of it. */
  onRevision: (batch: RevisionBatch) => void = () => undefined;
  #revision: number = FIRST_REVISION;
  readonly #entries = new OrderedMap<Entry>();
  readonly #history: RevisionBatch[] = [];
  readonly #sinks = new Map<WatchSink, TextRange>();
  readonly #leases = new Map<LeaseId, Granted>();
  #lastLease = 0n;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  range(request: RangeRequest): RangeResult {
    return readRange(this.#reader, request, this.#revision);
  }

  commit(commit: Commit): CommitResult {
    const hasLease = (id: LeaseId): boolean => this.#leases.has(id);
    const { result, changes } = evaluate(commit, {
      revision: this.#revision,
      reader: this.#reader,
      hasLease,
      readerAt: () => this.#reader,
    });
    if (changes.length > 0) this.#apply({ revision: result.revision, changes });
    return result;
  }

  watch({ range, fromRevision = this.#revision + 1 }: WatchRequest, sink: WatchSink): Watch {
    const own = toTextRange(range);
    for (const batch of this.#history) if (batch.revision >= fromRevision) tell(sink, batch, own);
    this.#sinks.set(sink, own);
    return { position: this.#revision, cancel: () => void this.#sinks.delete(sink) };
  }

  grantLease({ ttlMs }: { readonly ttlMs: number }): { id: LeaseId; ttlMs: number } {
    const id = ++this.#lastLease;
    this.#leases.set(id, { ttlMs, cancel: this.#expireAfter(id, ttlMs) });
    return { id, ttlMs };
  }

  keepLease(id: LeaseId): { ttlMs: number } {
    const lease = this.#find(id);
    lease.cancel();
    lease.cancel = this.#expireAfter(id, lease.ttlMs);
    return { ttlMs: lease.ttlMs };
  }

  revokeLease(id: LeaseId): { revision: number } {
    this.#find(id).cancel();
    this.#leases.delete(id);
    const keys = this.range({ range: keysUnder(fromText('/')) }).entries.filter(({ lease }) => lease === id);
    if (keys.length > 0) this.commit({ then: keys.map(({ key }) => ({ type: 'delete', range: singleKey(key) })) });
    return { revision: this.#revision };
  }

  status(): { engine: string; epoch: string; revision: number; compactedRevision: number; sizeBytes: number } {
    return { engine: 'simulated', epoch: 'e1', revision: this.#revision, compactedRevision: 0, sizeBytes: 0 };
  }

  #expireAfter(id: LeaseId, ttlMs: number): () => void {
    return this.#clock.after(ttlMs, () => void this.revokeLease(id));
  }

  #find(id: LeaseId): Granted {
    const lease = this.#leases.get(id);
    if (lease === undefined) throw new RollcallError('lease-not-found', `There is no lease ${id}.`);
    return lease;
  }

  #apply(batch: RevisionBatch): void {
    this.#revision = batch.revision;
    for (const change of batch.changes) {
      if (change.type === 'put') this.#entries.set(toText(change.entry.key), change.entry);
      else this.#entries.delete(toText(change.key));
    }
    this.#history.push(batch);
    this.onRevision(batch);
    for (const [sink, range] of this.#sinks) tell(sink, batch, range);
  }

  readonly #reader: Reader = {
    get: (key) => this.#entries.get(key),
    entries: (range) => [...this.#entries.keys(range)].map((key) => this.#entries.get(key) as Entry),
  };
}

function tell(sink: WatchSink, batch: RevisionBatch, range: TextRange): void {
  const own = changesWithin(batch, range);
  if (own !== null) void sink.next(own);
}
