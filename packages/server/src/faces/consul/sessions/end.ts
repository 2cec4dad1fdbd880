/**
 * The end of a session, as commits: it goes with what it holds, in one commit where that is possible. What a session leaves behind
 * that is no more is let go in the same way, whoever finds it.
 */
import { NO_LEASE, singleKey, type Compare, type LeaseId, type Operation } from '@rollcall/core';
import { encodeKv, type Behavior } from '../keyspace/records.js';
import { byteText, shelfKey } from '../keyspace/keys.js';
import type { Keyspace, Query } from '../keyspace/keyspace.js';
import type { KvEntry } from '../keyspace/kv-table.js';

export interface EndStep {
  readonly when: readonly Compare[];
  readonly then: readonly Operation[];
  /** There is more of it than one commit takes. */
  readonly more: boolean;
}

export interface Ending {
  readonly session: string;
  readonly behavior: Behavior;
  /** What the marks hang on that keep others from locking at once; `null` for none. */
  readonly delayLease: LeaseId | null;
}

/** Each key takes two operations, and a commit takes 128, some of which are for the session and its queries. */
const KEYS_MAX = 48;
const QUERIES_MAX = 12;

/** A commit takes a mebibyte; the rest is room for keys and marks. */
const VALUE_BYTES_MAX: number = 900 * 1024;

/** The next commit on the way; `null` when it is over. */
export function nextEndStep(keyspace: Keyspace, { session, behavior, delayLease }: Ending): EndStep | null {
  const present = keyspace.sessions.get(session);
  const held = keyspace.kv.heldBy(session).flatMap((key) => keyspace.kv.get(key) ?? []);
  const bound = [...keyspace.queries.values()].filter((query) => query.session === session);
  if (present === undefined && held.length + bound.length === 0) return null;
  const now = fitting(held);
  const queries = bound.slice(0, QUERIES_MAX);
  const sessionKey = shelfKey('sessions', session);
  const own: readonly Operation[] = present === undefined ? [] : [{ type: 'delete', range: singleKey(sessionKey) }];
  return {
    when: [
      { range: singleKey(sessionKey), target: 'mod', is: '=', operand: present?.modRevision ?? 0 },
      ...now.map(({ key, modRevision }): Compare => ({ range: singleKey(kvKey(key)), target: 'mod', is: '=', operand: modRevision })),
    ],
    then: [...own, ...now.flatMap((entry) => letGo(entry, behavior, delayLease)), ...queries.flatMap(goneQuery)],
    more: now.length < held.length || queries.length < bound.length,
  };
}

function letGo(entry: KvEntry, behavior: Behavior, delayLease: LeaseId | null): readonly Operation[] {
  const key = kvKey(entry.key);
  const operation: Operation =
    behavior === 'delete' ? { type: 'delete', range: singleKey(key) } : { type: 'put', key, value: encodeKv({ ...entry, session: null }) };
  if (delayLease === null || delayLease === NO_LEASE) return [operation];
  return [operation, { type: 'put', key: shelfKey('delays', byteText(entry.key)), value: Buffer.from('{"format":1}'), lease: delayLease }];
}

export function goneQuery(query: Pick<Query, 'id' | 'name' | 'template'>): readonly Operation[] {
  const name = nameKey(query);
  return [shelfKey('queries', query.id), ...(name === null ? [] : [name])].map((key) => ({ type: 'delete', range: singleKey(key) }));
}

/** Where a query's name is taken; `null` for one that has none. A template may be for all names. Names are the same without regard to case. */
export function nameKey({ name, template }: Pick<Query, 'name' | 'template'>): Uint8Array | null {
  return name === '' && template?.byPrefix !== true ? null : shelfKey('query-names', byteText(name.toLowerCase()));
}

function fitting(entries: readonly KvEntry[]): readonly KvEntry[] {
  let bytes = 0;
  return entries.slice(0, KEYS_MAX).filter(({ value }, at) => (bytes += value.length) <= VALUE_BYTES_MAX || at === 0);
}

function kvKey(key: string): Uint8Array {
  return shelfKey('kv', byteText(key));
}
