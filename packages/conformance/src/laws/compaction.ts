/** Compaction forgets what is older than a revision, and nothing else. */
import { isRollcallError } from '@rollcall/core';
import { expect } from 'vitest';
import { law, refused, type Law } from '../law.js';
import { plainRange } from '../plain.js';
import { one, put, remove, span } from '../talk.js';
import type { Trial } from '../trial.js';

/** 2: a=1 gone=1, 3: b=1, 4: a=2, 5: -gone, 6: a=3 */
async function prepare({ write }: Trial): Promise<void> {
  await write(put('a', '1'), put('gone', '1'));
  await write(put('b', '1'));
  await write(put('a', '2'));
  await write(remove('gone'));
  await write(put('a', '3'));
}

export const compaction: Law = law('compaction', 'compaction forgets what is older than a revision, and nothing else', {
  'the revision itself and those after it can be read': async (trial) => {
    await prepare(trial);
    await trial.store.compact(4);
    expect(await trial.pairs(span(''), 4)).toEqual(['a=2', 'b=1', 'gone=1']);
    expect(await trial.pairs(span(''), 5)).toEqual(['a=2', 'b=1']);
    expect(await trial.pairs(span(''), 6)).toEqual(['a=3', 'b=1']);
    expect(await trial.pairs()).toEqual(['a=3', 'b=1']);
  },

  'those before it are refused': async (trial) => {
    await prepare(trial);
    await trial.store.compact(4);
    for (const revision of [1, 2, 3]) {
      await refused(trial.store.range({ range: one('a'), revision }), 'revision-compacted');
      await refused(trial.store.range({ range: span('x'), revision }), 'revision-compacted');
    }
  },

  'what stands keeps its numbers, however old': async (trial) => {
    await prepare(trial);
    const before = plainRange(await trial.store.range({ range: span('') }));
    await trial.store.compact(6);
    expect(plainRange(await trial.store.range({ range: span('') }))).toEqual(before);
    expect(plainRange(await trial.store.range({ range: span(''), revision: 6 }))).toEqual(before);
    await trial.write(put('a', '4'));
    expect(plainRange(await trial.store.range({ range: one('a') })).entries).toMatchObject([{ create: 2, mod: 7, version: 4 }]);
  },

  'it takes no revision, and status tells of it': async (trial) => {
    await prepare(trial);
    await trial.store.compact(4);
    expect(await trial.store.status()).toMatchObject({ revision: 6, compactedRevision: 4 });
  },

  'doing it again is nothing': async (trial) => {
    await prepare(trial);
    await trial.store.compact(5);
    await trial.store.compact(5);
    await trial.store.compact(3);
    expect(await trial.store.status()).toMatchObject({ revision: 6, compactedRevision: 5 });
    await refused(trial.store.range({ range: one('a'), revision: 4 }), 'revision-compacted');
  },

  'step by step is as good as at once': async (trial) => {
    await prepare(trial);
    for (const revision of [2, 3, 4, 5, 6]) {
      await trial.store.compact(revision);
      expect(await trial.pairs()).toEqual(['a=3', 'b=1']);
      expect(await trial.pairs(span('b', 'h'), revision)).toEqual(revision < 3 ? ['gone=1'] : revision < 5 ? ['b=1', 'gone=1'] : ['b=1']);
    }
  },

  'the future cannot be forgotten': async (trial) => {
    await prepare(trial);
    await refused(trial.store.compact(7), 'revision-in-future');
    expect(await trial.pairs(span(''), 2)).toEqual(['a=1', 'gone=1']);
  },

  'watches from the compacted revision on are told everything': async (trial) => {
    await prepare(trial);
    await trial.store.compact(5);
    const listeners = [5, 6, 7].map((fromRevision) => trial.listen({ fromRevision }));
    await trial.write(put('z', '1'));
    for (const listener of listeners) await listener.reaches(7);
    expect(listeners.map((listener) => listener.story)).toEqual([['5: -gone', '6: a=3', '7: z=1'], ['6: a=3', '7: z=1'], ['7: z=1']]);
  },

  'previous values behind it are those that were': async (trial) => {
    await prepare(trial);
    await trial.store.compact(5);
    const listener = trial.listen({ fromRevision: 6, previous: true });
    await listener.reaches(6);
    expect(listener.batches[0]?.changes).toMatchObject([{ previous: { modRevision: 4, version: 2 } }]);
  },

  'watches from before it are told so': async (trial) => {
    await prepare(trial);
    await trial.store.compact(5);
    const listener = trial.listen({ fromRevision: 4 });
    const reason = await listener.ends();
    expect(isRollcallError(reason, 'revision-compacted')).toBe(true);
    expect(listener.batches).toEqual([]);
  },

  'leases do not mind': async (trial) => {
    const { id } = await trial.grant();
    await trial.write(put('a', '1', id));
    await trial.write(put('b', '1'));
    await trial.store.compact(3);
    expect((await trial.store.lease(id)).keys.length).toBe(1);
    await trial.store.revokeLease(id);
    expect(await trial.pairs()).toEqual(['b=1']);
  },

  'writes and reads go on beside it': async ({ write, store, pairs, head }) => {
    for (let round = 0; round < 20; round++) {
      const compacting = store.compact(await head());
      await Promise.all([write(put('a', `${round}`), put(`k${round % 3}`, `${round}`)), compacting, store.range({ range: span('') })]);
      expect(await pairs(one('a'))).toEqual([`a=${round}`]);
    }
    expect(await head()).toBe(21);
  },
});
