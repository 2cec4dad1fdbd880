/** What each verb of a transaction does to keys, and what it answers. */
import { KvDraft, NoSession } from '../kv/draft.js';
import type { KvEntry } from '../keyspace/kv-table.js';

export interface KvOperation {
  readonly verb: string;
  readonly key: string;
  readonly value: Uint8Array;
  readonly flags: bigint;
  /** The revision that was said; 0 for what is not there. */
  readonly revision: number;
  readonly session: string;
}

/** What it has to show, or why it cannot be. */
export type Outcome = { readonly shown: readonly ShownEntry[] } | { readonly fault: string };

export interface ShownEntry {
  readonly entry: KvEntry;
  /** Of what was only written nobody needs to be sent the value again. */
  readonly value: boolean;
}

type Verb = (draft: KvDraft, operation: KvOperation) => Outcome;

const verbs: Readonly<Record<string, Verb>> = {
  'set': (draft, one) => written(draft.set(one.key, one)),
  'cas': (draft, one) => written(draft.cas(one.key, one, one.revision), `failed to set key ${quoted(one)}, index is stale`),
  'lock': (draft, one) => written(draft.lock(one.key, one, one.session), `failed to lock key ${quoted(one)}, lock is already held`),
  'unlock': (draft, one) =>
    written(draft.unlock(one.key, one, one.session), `failed to unlock key ${quoted(one)}, lock isn't held, or is held by another session`),
  'get': (draft, one) => read(draft.get(one.key), `key ${quoted(one)} doesn't exist`),
  'get-or-empty': (draft, { key }) => ({ shown: [{ entry: draft.get(key) ?? emptyEntry(key), value: true }] }),
  'get-tree': (draft, { key }) => ({ shown: [...draft.under(key)].map((entry) => ({ entry, value: true })) }),
  'check-index': (draft, one) => {
    const found = draft.get(one.key);
    if (found === undefined) return { fault: `key ${quoted(one)} doesn't exist` };
    return found.modRevision === one.revision ? seen(found) : { fault: `failed index check for key ${quoted(one)}, index is stale` };
  },
  'check-session': (draft, one) => {
    const found = draft.get(one.key);
    if (found === undefined) return { fault: `key ${quoted(one)} doesn't exist` };
    if ((found.session ?? '') === one.session) return seen(found);
    return {
      fault: `failed session check for key ${quoted(one)}, current session ${JSON.stringify(found.session ?? '')} != ${JSON.stringify(one.session)}`,
    };
  },
  'check-not-exists': (draft, one) => (draft.get(one.key) === undefined ? nothing : { fault: `key ${quoted(one)} exists` }),
  'delete': (draft, { key }) => {
    draft.delete(key);
    return nothing;
  },
  'delete-tree': (draft, { key }) => {
    draft.deleteTree(key);
    return nothing;
  },
  'delete-cas': (draft, one) =>
    draft.deleteCas(one.key, one.revision) ? nothing : { fault: `failed to delete key ${quoted(one)}, index is stale` },
};

/** Those that change nothing. */
const READING: ReadonlySet<string> = new Set(['get', 'get-or-empty', 'get-tree', 'check-index', 'check-session', 'check-not-exists']);

/** Those that take no key to be all keys. */
const OF_ALL: ReadonlySet<string> = new Set(['get-tree', 'delete-tree']);

export function isReading({ verb }: Pick<KvOperation, 'verb'>): boolean {
  return READING.has(verb);
}

export function applyKv(draft: KvDraft, operation: KvOperation): Outcome {
  const { verb, key } = operation;
  const apply = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (apply === undefined) return { fault: `unknown KV verb ${JSON.stringify(verb)}` };
  if (key === '' && !OF_ALL.has(verb)) return { fault: 'Must provide key' };
  try {
    return apply(draft, operation);
  } catch (error) {
    if (error instanceof NoSession) return { fault: error.message };
    throw error;
  }
}

const nothing: Outcome = { shown: [] };

function written(entry: KvEntry | null, fault = ''): Outcome {
  return entry === null ? { fault } : { shown: [{ entry, value: false }] };
}

function read(entry: KvEntry | undefined, fault: string): Outcome {
  return entry === undefined ? { fault } : { shown: [{ entry, value: true }] };
}

function seen(entry: KvEntry): Outcome {
  return { shown: [{ entry, value: false }] };
}

function emptyEntry(key: string): KvEntry {
  return { key, value: new Uint8Array(0), flags: 0n, lockIndex: 0, session: null, createRevision: 0, modRevision: 0 };
}

function quoted({ key }: KvOperation): string {
  return JSON.stringify(key);
}
