/**
 * What Consul's verbs do to keys, decided over the keys as they are: pure, and nothing is written before all of it is known. A draft
 * shows its own changes to whoever comes after them, as one transaction does.
 */
import { deleteRangeOperations, putOperation, unchangedKey, type KvChange } from './draft-commit.js';
import type { Compare, Operation } from '@rollcall/core';
import type { KvEntry, KvReading } from '../keyspace/kv-table.js';

/** As much of the keyspace as a draft needs. */
export interface DraftBase {
  readonly kv: KvReading;
  readonly sessions: ReadonlyMap<string, { readonly id: string }>;
  isDelayed(key: string): boolean;
}

/** An entry that this draft wrote has the revision that it will make: none yet. */
export const PENDING = -1;

export interface Written {
  readonly value: Uint8Array;
  readonly flags: bigint;
}

export class KvDraft implements KvReading {
  readonly #base: DraftBase;
  /** `null`: deleted. */
  readonly #changes = new Map<string, KvEntry | null>();
  readonly #trees: string[] = [];
  /** Keys by which something was decided, with the revision that they were seen at; 0 for one that is not there. */
  readonly #seen = new Map<string, number>();
  readonly #sessions = new Set<string>();

  constructor(base: DraftBase) {
    this.#base = base;
  }

  get(key: string): KvEntry | undefined {
    const changed = this.#changes.get(key);
    if (changed !== undefined) return changed ?? undefined;
    if (this.#trees.some((prefix) => key.startsWith(prefix))) return undefined;
    const found = this.#base.kv.get(key);
    this.#seen.set(key, found?.modRevision ?? 0);
    return found;
  }

  /** Those who come or go beneath are no reason to begin anew: only what was written here is. */
  *under(prefix: string): Generator<KvEntry> {
    const own = [...this.#changes].filter(([key]) => key.startsWith(prefix));
    if (own.length === 0 && this.#trees.length === 0) return void (yield* this.#base.kv.under(prefix));
    const isGone = (key: string): boolean => this.#changes.has(key) || this.#trees.some((tree) => key.startsWith(tree));
    const kept = [...this.#base.kv.under(prefix)].filter(({ key }) => !isGone(key));
    const written = own.flatMap(([, entry]) => (entry === null ? [] : [entry]));
    yield* [...kept, ...written].toSorted((one, other) => Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)));
  }

  /** Whoever holds the key goes on holding it. */
  set(key: string, written: Written): KvEntry {
    const before = this.get(key);
    if (before !== undefined && before.flags === written.flags && isSameBytes(before.value, written.value)) return before;
    return this.#put(before, { key, ...written, lockIndex: before?.lockIndex ?? 0, session: before?.session ?? null });
  }

  /** `null` where the key is not at this revision; 0 stands for one that is not there. */
  cas(key: string, written: Written, revision: number): KvEntry | null {
    return this.isAt(key, revision) ? this.set(key, written) : null;
  }

  /** `null` where somebody else holds it, or nobody may for a while. Throws `NoSession`. */
  lock(key: string, written: Written, session: string): KvEntry | null {
    this.#demandSession(session);
    const before = this.get(key);
    if (before !== undefined && before.session !== null && before.session !== session) return null;
    const isHeld = before?.session === session;
    if (!isHeld && this.#base.isDelayed(key)) return null;
    if (isHeld && before.flags === written.flags && isSameBytes(before.value, written.value)) return before;
    return this.#put(before, { key, ...written, lockIndex: (before?.lockIndex ?? 0) + (isHeld ? 0 : 1), session });
  }

  /** `null` where this session does not hold it. Throws `NoSession` where none is named. */
  unlock(key: string, written: Written, session: string): KvEntry | null {
    if (session === '') throw new NoSession(session);
    const before = this.get(key);
    if (before === undefined || before.session !== session) return null;
    return this.#put(before, { key, ...written, lockIndex: before.lockIndex, session: null });
  }

  delete(key: string): void {
    if (this.get(key) !== undefined) this.#changes.set(key, null);
  }

  /** `false` where the key is there, and not at this revision. */
  deleteCas(key: string, revision: number): boolean {
    const before = this.get(key);
    if (before === undefined) return true;
    if (before.modRevision !== revision) return false;
    this.#changes.set(key, null);
    return true;
  }

  /** Whatever begins so when it is written, those that are not known here too. */
  deleteTree(prefix: string): void {
    for (const key of this.#changes.keys()) if (key.startsWith(prefix)) this.#changes.delete(key);
    this.#trees.push(prefix);
  }

  isAt(key: string, revision: number): boolean {
    return (this.get(key)?.modRevision ?? 0) === revision;
  }

  /** What must still be so in the log for all this to be right. */
  get conditions(): readonly Compare[] {
    return unchangedKey(this.#seen, this.#sessions);
  }

  get operations(): readonly Operation[] {
    const changes: KvChange[] = [...this.#changes].map(([key, entry]) => ({ key, entry }));
    const puts = changes.filter(({ entry }) => entry !== null);
    return [
      ...puts.map(putOperation),
      ...deleteRangeOperations(
        changes.filter(({ entry }) => entry === null).map(({ key }) => key),
        this.#trees,
        puts.map(({ key }) => key),
      ),
    ];
  }

  #put(before: KvEntry | undefined, entry: Omit<KvEntry, 'createRevision' | 'modRevision'>): KvEntry {
    const put = { ...entry, createRevision: before?.createRevision ?? PENDING, modRevision: PENDING };
    this.#changes.set(entry.key, put);
    return put;
  }

  #demandSession(session: string): void {
    if (!this.#base.sessions.has(session)) throw new NoSession(session);
    this.#sessions.add(session);
  }
}

/** It ended, or was never there. */
export class NoSession extends Error {
  constructor(session: string) {
    super(session === '' ? 'missing session' : `invalid session ${JSON.stringify(session)}`);
  }
}

function isSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
