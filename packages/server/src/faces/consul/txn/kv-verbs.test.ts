import { describe, expect, it } from 'vitest';
import { KvTable } from '../keyspace/kv-table.js';
import { KvDraft } from '../kv/draft.js';
import { applyKv, type KvOperation } from './kv-verbs.js';
import { txnOperations } from './operations.js';

function draft(): KvDraft {
  const kv = new KvTable(1);
  const entry = { value: Buffer.from('v'), flags: 0n, lockIndex: 0, createRevision: 5, modRevision: 5 };
  kv.put({ ...entry, key: 'free', session: null });
  kv.put({ ...entry, key: 'held', session: 's' });
  return new KvDraft({ kv, sessions: new Map([['s', { id: 's' }]]), isDelayed: () => false });
}

const usual: KvOperation = { verb: 'get', key: 'free', value: Buffer.from('new'), flags: 0n, revision: 5, session: 's' };

describe('a verb', () => {
  it.each<[Partial<KvOperation>, number | string]>([
    [{ verb: 'get' }, 1],
    [{ verb: 'get', key: 'none' }, 'key "none" doesn\'t exist'],
    [{ verb: 'get-or-empty', key: 'none' }, 1],
    [{ verb: 'get-tree', key: '' }, 2],
    [{ verb: 'set', key: '' }, 'Must provide key'],
    [{ verb: 'set' }, 1],
    [{ verb: 'cas' }, 1],
    [{ verb: 'cas', revision: 4 }, 'failed to set key "free", index is stale'],
    [{ verb: 'lock' }, 1],
    [{ verb: 'lock', session: '' }, 'missing session'],
    [{ verb: 'lock', session: 'gone' }, 'invalid session "gone"'],
    [{ verb: 'unlock' }, 'failed to unlock key "free", lock isn\'t held, or is held by another session'],
    [{ verb: 'unlock', key: 'held' }, 1],
    [{ verb: 'check-index' }, 1],
    [{ verb: 'check-index', revision: 4 }, 'failed index check for key "free", index is stale'],
    [{ verb: 'check-session', key: 'held' }, 1],
    [{ verb: 'check-session' }, 'failed session check for key "free", current session "" != "s"'],
    [{ verb: 'check-not-exists' }, 'key "free" exists'],
    [{ verb: 'check-not-exists', key: 'none' }, 0],
    [{ verb: 'delete' }, 0],
    [{ verb: 'delete-tree', key: '' }, 0],
    [{ verb: 'delete-cas', revision: 4 }, 'failed to delete key "free", index is stale'],
    [{ verb: 'toString' }, 'unknown KV verb "toString"'],
  ])('%j', (operation, expected) => {
    const outcome = applyKv(draft(), { ...usual, ...operation });
    expect('fault' in outcome ? outcome.fault : outcome.shown.length).toBe(expected);
  });
});

describe('the operations of a body', () => {
  const read = txnOperations(Number);

  it('are read with numbers of 64 bits', () => {
    const [first] = read([{ KV: { Verb: 'set', Key: 'k', Value: 'dg==', Flags: '18446744073709551615', Index: 7 }, Node: null }], 'body');
    expect(first).toMatchObject({ kv: { verb: 'set', key: 'k', flags: 2n ** 64n - 1n, revision: 7 } });
  });

  it.each([
    [Array.from({ length: 65 }, () => ({ KV: { Verb: 'get', Key: 'k' } })), 'too many operations (65 > 64)'],
    [[{}], 'an operation is about'],
    [[{ KV: { Verb: 'set', Key: 'k', Value: '§' } }], 'is no base64'],
    [[{ KV: { Verb: 'set', Key: 'k', Flags: -1 } }], 'uint64'],
    [[{ KV: { What: 1 } }], 'unknown field "What"'],
  ])('are refused: %j', (body, refusal) => {
    expect(() => read(body, 'body')).toThrow(refusal);
  });
});
