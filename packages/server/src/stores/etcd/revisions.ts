/** What a watch of etcd tells, as revisions: a revision's changes together, also where they came in pieces. */
import { isRollcallError, RollcallError, type Bytes, type Change, type Clock, type RevisionBatch } from '@rollcall/core';
import { encodeProto, etcdCalls, writeWatchCreate, writeWatchProgress, type EtcdEvent, type EtcdWatchResponse } from '@rollcall/wire';
import type { Cluster, OpenStream } from './cluster.js';
import type { MessageStream } from './connection.js';
import { askForSigns, type Signs, type WatchContact } from './contact.js';
import type { EtcdRange, Keyspace } from './keyspace.js';
import { entryOf } from './transaction.js';
import { troubleOf, unavailable } from './trouble.js';

export interface RevisionsRequest {
  readonly range: EtcdRange;
  readonly fromRevision: number;
  /** Whether a key of etcd is one that is told of. Of others in the range only the revision is told. */
  readonly follows: (key: Bytes) => boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Where it is given: hears of everything that comes, and a watch through which nothing comes at all breaks. */
  readonly alive?: { readonly clock: Clock; readonly contact: WatchContact };
  /** Called when etcd has taken the watch, before anything of it is told. */
  readonly onOpened?: () => Promise<void>;
  /** Called before these are told. */
  readonly onEvents?: (events: readonly EtcdEvent[]) => void;
}

/**
 * All revisions in the range from one on, in order, for ever; with each message those that it brought. Throws
 * `revision-compacted`, `store-unavailable` when the stream breaks, and ends quietly with the signal. Whoever takes
 * his time is waited for: etcd keeps what comes meanwhile.
 */
export async function* revisions(
  cluster: Cluster,
  keyspace: Keyspace,
  request: RevisionsRequest,
): AsyncGenerator<readonly RevisionBatch[]> {
  const { range, fromRevision, signal, alive } = request;
  const open = await cluster.open(etcdCalls.watch);
  const { stream, left } = open;
  const end = (): void => stream.cancel();
  signal.addEventListener('abort', end, { once: true });
  const pulse = alive === undefined ? null : new Pulse(stream, alive, left);
  try {
    if (signal.aborted) return;
    stream.write(encodeProto((writer) => writeWatchCreate({ ...range, startRevision: fromRevision }, writer)));
    yield* batches(open, keyspace, request, pulse);
    throw unavailable('etcd ended a watch.');
  } catch (thrown) {
    if (signal.aborted) return;
    const isOurs = thrown instanceof RollcallError;
    if (!isRollcallError(thrown, 'revision-compacted')) left(thrown);
    throw isOurs ? thrown : troubleOf(thrown).error;
  } finally {
    pulse?.end();
    signal.removeEventListener('abort', end);
    stream.on('error', () => undefined);
    stream.cancel();
  }
}

/** What comes through a watch, as signs of life. */
class Pulse {
  readonly #contact: WatchContact;
  readonly #signs: Signs;
  #isOpened = false;
  #hasAnswered = false;

  constructor(stream: MessageStream<EtcdWatchResponse>, { clock, contact }: NonNullable<RevisionsRequest['alive']>, left: () => void) {
    this.#contact = contact;
    const ask = (): void => void stream.write(encodeProto(writeWatchProgress));
    this.#signs = askForSigns(clock, contact.silentLooksMax, ask, () => {
      if (this.#isOpened && !this.#hasAnswered) contact.wasImpatient();
      left();
      stream.destroy(unavailable('etcd has gone silent.'));
    });
  }

  heard({ created }: EtcdWatchResponse): void {
    this.#signs.heard();
    this.#contact.heard();
    if (created) this.#isOpened = true;
    else this.#hasAnswered = true;
    if (!created) this.#contact.answered();
  }

  end(): void {
    this.#signs.end();
  }
}

async function* batches(
  { stream, look }: OpenStream<EtcdWatchResponse>,
  keyspace: Keyspace,
  { follows, onOpened, onEvents }: RevisionsRequest,
  pulse: Pulse | null,
): AsyncGenerator<readonly RevisionBatch[]> {
  let pieces: EtcdEvent[] = [];
  for await (const message of stream as AsyncIterable<EtcdWatchResponse>) {
    await look(message.header);
    if (message.canceled) throw endOf(message);
    pulse?.heard(message);
    if (message.created) await onOpened?.();
    // A sign of life, and no end of what comes in pieces.
    if (message.events.length === 0) continue;
    pieces.push(...message.events);
    if (message.fragment) continue;
    onEvents?.(pieces);
    yield inRevisions(pieces, keyspace, follows);
    pieces = [];
  }
}

/** What is beside the keys that are followed moves the revision, and is nothing else. */
function inRevisions(events: readonly EtcdEvent[], keyspace: Keyspace, follows: (key: Bytes) => boolean): readonly RevisionBatch[] {
  const found: { readonly revision: number; readonly changes: Change[] }[] = [];
  for (const event of events) {
    const revision = event.kv.modRevision;
    const last = found.at(-1);
    const batch = last?.revision === revision ? last : { revision, changes: [] };
    if (batch !== last) found.push(batch);
    if (follows(event.kv.key)) batch.changes.push(changeOf(event, keyspace));
  }
  return found;
}

function changeOf({ type, kv, previous }: EtcdEvent, keyspace: Keyspace): Change {
  const before = previous === null ? null : entryOf(previous, keyspace);
  if (type === 'delete') return { type, key: keyspace.inner(kv.key), previous: before };
  return { type, entry: entryOf(kv, keyspace), previous: before };
}

function endOf({ compactRevision, cancelReason }: EtcdWatchResponse): RollcallError {
  if (compactRevision === 0)
    return new RollcallError('store-unavailable', `etcd refuses a watch: ${cancelReason}.`, { watchRefused: true });
  return new RollcallError('revision-compacted', `What is older than revision ${compactRevision} is compacted.`, {
    revision: compactRevision,
  });
}
