import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KvTable, type KvEntry } from '../keyspace/kv-table.js';
import { KvDraft, NoSession, PENDING } from './draft.js';
import { listedKeys } from './show.js';

function entry(key: string, modRevision: number, more: Partial<KvEntry> = {}): KvEntry {
  return { key, value: Buffer.from('v'), flags: 0n, lockIndex: 0, session: null, createRevision: modRevision, modRevision, ...more };
}

function draftOver(entries: readonly KvEntry[], { sessions = ['s', 'other'], delayed = [] as readonly string[] } = {}): KvDraft {
  const kv = new KvTable(1);
  for (const one of entries) kv.put(one);
  return new KvDraft({ kv, sessions: new Map(sessions.map((id) => [id, { id }])), isDelayed: (key) => delayed.includes(key) });
}

const written = { value: Buffer.from('new'), flags: 7n };

describe('a draft', () => {
  it('creates with 0, and changes only what is as it was seen', () => {
    expect(draftOver([]).cas('k', written, 0)).toMatchObject({ flags: 7n, modRevision: PENDING });
    expect(draftOver([entry('k', 5)]).cas('k', written, 0)).toBeNull();
    expect(draftOver([entry('k', 5)]).cas('k', written, 5)).toMatchObject({ createRevision: 5 });
    expect(draftOver([entry('k', 5)]).cas('k', written, 4)).toBeNull();
    expect(draftOver([]).cas('k', written, 4)).toBeNull();
  });

  it('writes nothing where nothing would change', () => {
    const draft = draftOver([entry('k', 5)]);
    draft.set('k', { value: Buffer.from('v'), flags: 0n });
    expect(draft.operations).toEqual([]);
  });

  it('counts who locks anew, and not who holds already', () => {
    const draft = draftOver([entry('k', 5, { lockIndex: 2 })]);
    expect(draft.lock('k', written, 's')).toMatchObject({ lockIndex: 3, session: 's' });
    expect(draft.lock('k', { ...written, flags: 8n }, 's')).toMatchObject({ lockIndex: 3 });
    expect(draft.lock('k', written, 'other')).toBeNull();
    expect(draft.unlock('k', written, 'other')).toBeNull();
    expect(draft.unlock('k', written, 's')).toMatchObject({ lockIndex: 3, session: null });
    expect(draft.unlock('none', written, 's')).toBeNull();
  });

  it('lets the holder hold whatever is written without a lock', () => {
    const draft = draftOver([entry('k', 5, { session: 's', lockIndex: 1 })]);
    expect(draft.set('k', written)).toMatchObject({ session: 's', lockIndex: 1 });
  });

  it('locks for nobody who is not there, and nothing that rests', () => {
    expect(() => draftOver([]).lock('k', written, 'nobody')).toThrow(NoSession);
    expect(draftOver([], { delayed: ['k'] }).lock('k', written, 's')).toBeNull();
  });

  it('deletes what is not there with any index, as Consul does', () => {
    expect(draftOver([]).deleteCas('k', 4)).toBe(true);
    expect(draftOver([entry('k', 5)]).deleteCas('k', 4)).toBe(false);
  });

  it('shows a transaction what it did before', () => {
    const draft = draftOver([entry('a/1', 5), entry('a/2', 6), entry('b', 7)]);
    draft.deleteTree('a/');
    expect(draft.get('a/1')).toBeUndefined();
    draft.set('a/3', written);
    expect([...draft.under('')].map(({ key }) => key)).toEqual(['a/3', 'b']);
    draft.delete('b');
    expect([...draft.under('')].map(({ key }) => key)).toEqual(['a/3']);
  });

  it('never writes a key twice in one commit, whatever was done to it', () => {
    const key = fc.constantFrom('a', 'a/b', 'a/c', 'b');
    const step = fc.oneof(
      key.map((one) => (draft: KvDraft) => void draft.set(one, written)),
      key.map((one) => (draft: KvDraft) => draft.delete(one)),
      key.map((one) => (draft: KvDraft) => draft.deleteTree(one)),
      key.map((one) => (draft: KvDraft) => void draft.lock(one, written, 's')),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const draft = draftOver([entry('a', 2), entry('a/b', 3), entry('a/bc', 4)]);
        for (const one of steps) one(draft);
        const names = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
        const puts = draft.operations.flatMap((one) => (one.type === 'put' ? [names(one.key)] : []));
        const ranges = draft.operations.flatMap((one) => (one.type === 'delete' ? [one.range] : []));
        expect(new Set(puts).size).toBe(puts.length);
        for (const put of puts)
          for (const { from, to } of ranges) expect(put >= names(from) && (to === null || put < names(to))).toBe(false);
      }),
    );
  });
});

describe('keys that are listed', () => {
  const keys = ['a', 'a/b', 'a/c/d', 'a/c/e', 'b/'];

  it.each([
    ['', '', keys],
    ['', '/', ['a', 'a/', 'b/']],
    ['a/', '/', ['a/b', 'a/c/']],
    ['a', 'c', ['a', 'a/b', 'a/c']],
  ])('under %j by %j', (prefix, separator, expected) => {
    expect(
      listedKeys(
        keys.filter((key) => key.startsWith(prefix)),
        prefix,
        separator,
      ),
    ).toEqual(expected);
  });
});
