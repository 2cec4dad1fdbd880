/** Taking this node's place among the others: a lease, and the key of its name, if nobody has it. */
import { nodeKey } from '../records/keys.js';
import type { Clock } from '../ports/clock.js';
import { NO_LEASE, type Entry, type LeaseId, type OperationResult, type Store } from '../ports/store.js';
import { singleKey } from '../store/key-range.js';
import { NODE_TTL_MS, type Place } from './life.js';
import { decodeNodeRecord, encodeNodeRecord, type NodeRecord } from './node-record.js';

/** Who has the name. */
export interface Occupant {
  /** Another one of the same process is another life. */
  readonly createRevision: number;
  /** `null` where this program cannot read it. */
  readonly record: NodeRecord | null;
}

export interface TakingOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly record: NodeRecord;
}

/**
 * What an earlier life of this process left, be it by a commit of which nobody knew whether it happened, is taken away
 * first. Throws what the store throws; then whatever did happen is met by the next attempt.
 */
export async function takePlace({ store, clock, record }: TakingOptions): Promise<Place | Occupant> {
  const range = singleKey(nodeKey(record.name));
  const { entries } = await store.range({ range });
  const found = entries[0];
  if (found !== undefined) {
    const occupant = occupantOf(found);
    if (occupant.record?.id !== record.id) return occupant;
    await clear(store, found);
  }
  const askedMs = clock.monotonicMs();
  const { id: lease, ttlMs } = await store.grantLease({ ttlMs: NODE_TTL_MS });
  try {
    const { revision, succeeded, results } = await store.commit({
      when: [{ range, target: 'create', is: '=', operand: 0 }],
      then: [{ type: 'put', key: range.from, value: encodeNodeRecord(record), lease }],
      else: [{ type: 'get', range }],
    });
    if (succeeded) return { lease, ttlMs, askedMs, createRevision: revision };
    await forgetLease(store, lease);
    return fasterOne(results);
  } catch (error) {
    await forgetLease(store, lease);
    throw error;
  }
}

/** With the lease goes the key. One that cannot be revoked now expires by itself. */
export async function forgetLease(store: Store, lease: LeaseId): Promise<void> {
  await store.revokeLease(lease).catch(() => undefined);
}

async function clear(store: Store, { key, modRevision, lease }: Entry): Promise<void> {
  const range = singleKey(key);
  await store.commit({ when: [{ range, target: 'mod', is: '=', operand: modRevision }], then: [{ type: 'delete', range }] });
  if (lease !== NO_LEASE) await forgetLease(store, lease);
}

function occupantOf({ value, createRevision }: Entry): Occupant {
  return { createRevision, record: decodeNodeRecord(value) };
}

function fasterOne([result]: readonly OperationResult[]): Occupant {
  const found = result?.type === 'get' ? result.entries[0] : undefined;
  return found === undefined ? { createRevision: 0, record: null } : occupantOf(found);
}
