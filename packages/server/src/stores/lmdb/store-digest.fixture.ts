/** Everything that can be read of a store, in a word: two stores with the same digest hold the same. */
import { createHash } from 'node:crypto';
import { allKeys, type RevisionBatch, type Store } from '@rollcall/core';

export async function digestOf(store: Store): Promise<string> {
  const parts: unknown[] = [];
  const tell = (part: unknown): unknown => parts.push(part);
  const { epoch, revision, compactedRevision } = await store.status();
  tell([epoch, revision, compactedRevision]);
  tell((await store.range({ range: allKeys, revision, count: true })).entries);
  tell((await store.range({ range: allKeys, revision: compactedRevision })).entries);
  for (const id of [...(await store.leases())].sort((left, right) => Number(left - right))) {
    const { ttlMs, keys } = await store.lease(id);
    tell([id, ttlMs, keys]);
  }
  for (const batch of await historyOf(store, compactedRevision, revision)) tell(batch);
  return digest(parts);
}

function historyOf(store: Store, from: number, to: number): Promise<RevisionBatch[]> {
  const batches: RevisionBatch[] = [];
  return new Promise((resolve, reject) => {
    store.watch(
      { range: allKeys, fromRevision: from, previous: true },
      {
        next(batch) {
          batches.push(batch);
          if (batch.revision >= to) resolve(batches);
        },
        ended: (reason) => reject(reason ?? new Error('the watch ended')),
      },
    );
  });
}

/** Of the entries as they were at this revision. */
export async function digestOfEntries(store: Store, revision: number): Promise<string> {
  return digest((await store.range({ range: allKeys, revision })).entries);
}

function digest(what: unknown): string {
  const text = JSON.stringify(what, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
  return createHash('sha256').update(text).digest('hex');
}
