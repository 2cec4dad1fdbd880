/** etcd's `Lock` and `Election`: queues of keys below a name, of which the oldest holds the lock, or leads. */
import { fromText, keysUnder, singleKey, toText, type Abort, type Bytes, type Entry, type KeyRange, type Store } from '@rollcall/core';
import { refuse } from './errors.js';

/** etcd's own: how long a session lives that names no lease. */
const SESSION_TTL_MS = 60_000;

export interface Place {
  readonly key: Bytes;
  /** Where its key was created: the lower one comes first. */
  readonly revision: number;
  readonly lease: bigint;
}

/** Takes a place in the queue, or finds the one that this lease has there already. */
export async function takePlace(
  store: Store,
  name: Bytes,
  lease: bigint,
  value: Bytes,
): Promise<Place & { readonly isNew: boolean; readonly held: Bytes }> {
  const id = lease === 0n ? (await store.grantLease({ ttlMs: SESSION_TTL_MS })).id : lease;
  const key = fromText(`${toText(name)}/${BigInt.asUintN(64, id).toString(16)}`);
  const range = singleKey(key);
  const { revision, succeeded, results } = await store.commit({
    when: [{ range, target: 'create', is: '=', operand: 0 }],
    then: [{ type: 'put', key, value, lease: id }],
    else: [{ type: 'get', range }],
  });
  const [found] = results;
  const entry = !succeeded && found?.type === 'get' ? found.entries[0] : undefined;
  return { key, revision: entry?.createRevision ?? revision, lease: id, isNew: succeeded, held: entry?.value ?? value };
}

/** Settles when nobody stands before this place any more. Throws if it is lost meanwhile, or nobody waits for it; then it is left. */
export async function waitForTurn(store: Store, name: Bytes, place: Place, signal: Abort): Promise<void> {
  try {
    await predecessorsGone(store, name, place, signal);
  } catch (error) {
    // Who does not wait any more does not hold up those behind him either.
    await leavePlace(store, place).catch(() => undefined);
    throw error;
  }
}

async function predecessorsGone(store: Store, name: Bytes, place: Place, signal: Abort): Promise<void> {
  for (;;) {
    const range = queueOf(name);
    const { entries, revision } = await store.range({ range, maxCreateRevision: place.revision - 1 });
    const last = latest(entries);
    if (last === undefined) break;
    await deletionOf(store, last, revision, signal);
  }
  const { entries } = await store.range({ range: singleKey(place.key) });
  if (entries[0]?.createRevision !== place.revision) throw refuse('sessionExpired');
}

/** Only if it is still that place: somebody else may have come to the same key. */
export function placeIs(
  key: Bytes,
  revision: number,
): { readonly range: KeyRange; readonly target: 'create'; readonly is: '='; readonly operand: number } {
  return { range: singleKey(key), target: 'create', is: '=', operand: revision };
}

export async function leavePlace(store: Store, { key, revision }: Pick<Place, 'key' | 'revision'>): Promise<void> {
  await store.commit({ when: [placeIs(key, revision)], then: [{ type: 'delete', range: singleKey(key) }] });
}

/** Who leads, or holds the lock. */
export async function firstOf(store: Store, name: Bytes): Promise<{ readonly first: Entry | undefined; readonly revision: number }> {
  const { entries, revision } = await store.range({ range: queueOf(name) });
  return { first: entries.toSorted((a, b) => a.createRevision - b.createRevision)[0], revision };
}

export function queueOf(name: Bytes): KeyRange {
  return keysUnder(fromText(`${toText(name)}/`));
}

function latest(entries: readonly Entry[]): Entry | undefined {
  return entries.toSorted((a, b) => b.createRevision - a.createRevision)[0];
}

/** Settles when it is gone. */
function deletionOf(store: Store, { key }: Entry, seenAt: number, signal: Abort): Promise<void> {
  return new Promise((gone, failed) => {
    const watch = store.watch(
      { range: singleKey(key), fromRevision: seenAt + 1, signal },
      {
        next: ({ changes }) => {
          if (!changes.some(({ type }) => type === 'delete')) return;
          gone();
          watch.cancel();
        },
        ended: (reason) => failed(reason ?? refuse(signal.aborted ? 'watchCanceled' : 'stopped')),
      },
    );
  });
}
