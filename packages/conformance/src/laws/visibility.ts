/** What was acknowledged is seen by every later read, and concurrent commits happen one after the other. */
import { expect } from 'vitest';
import type { CommitResult } from '@rollcall/core';
import { law, type Law } from '../law.js';
import { numbered, one, put, span, version } from '../talk.js';

function revisionsOf(results: readonly CommitResult[]): number[] {
  return results.map((result) => result.revision).sort((left, right) => left - right);
}

export const visibility: Law = law('visibility', 'what was acknowledged is seen by every later read', {
  'the next read sees the write': async ({ write, pairs, store }) => {
    for (let round = 0; round < 30; round++) {
      const { revision } = await write(put('a', `${round}`));
      expect(await pairs(one('a'))).toEqual([`a=${round}`]);
      expect((await store.range({ range: one('x') })).revision).toBe(revision);
      expect((await store.status()).revision).toBe(revision);
    }
  },

  'a read at the revision of an acknowledged write is not the future': async ({ write, pairs }) => {
    const writes = numbered('k', 20).map(async (key) => {
      const { revision } = await write(put(key, '1'));
      expect(await pairs(one(key), revision)).toEqual([`${key}=1`]);
    });
    await Promise.all(writes);
  },

  'concurrent writers get distinct revisions without gaps': async ({ write, head }) => {
    const results = await Promise.all(numbered('k', 50).map((key) => write(put(key, '1'))));
    expect(revisionsOf(results)).toEqual(results.map((_, index) => index + 2));
    expect(await head()).toBe(51);
  },

  'writers of one key come one after the other': async ({ write, store }) => {
    const results = await Promise.all(numbered('', 40).map((value) => write(put('a', value))));
    expect(revisionsOf(results)).toEqual(results.map((_, index) => index + 2));
    const { entries } = await store.range({ range: one('a') });
    expect(entries[0]).toMatchObject({ createRevision: 2, modRevision: 41, version: 40 });
  },

  'of those who compare and then write, one succeeds': async ({ store }) => {
    for (let round = 0; round < 10; round++) {
      const attempts = numbered('', 8).map((value) => store.commit({ when: [version(one('a'), '=', round)], then: [put('a', value)] }));
      expect((await Promise.all(attempts)).filter((attempt) => attempt.succeeded).length).toBe(1);
    }
  },

  'counting by compare and repeat loses nothing': async ({ store, write, pairs }) => {
    await write(put('n', '0'));
    const count = async (): Promise<void> => {
      for (let done = false; !done;) {
        const [now] = (await store.range({ range: one('n') })).entries;
        const next = String(Number(String.fromCharCode(...(now?.value ?? []))) + 1);
        done = (await store.commit({ when: [version(one('n'), '=', now?.version ?? 0)], then: [put('n', next)] })).succeeded;
      }
    };
    await Promise.all(Array.from({ length: 10 }, count));
    expect(await pairs(one('n'))).toEqual(['n=10']);
  },

  'a read answers one moment, not two': async ({ write, store }) => {
    await write(put('a', '0'), put('b', '0'));
    const writing = (async () => {
      for (let round = 1; round <= 40; round++) await write(put('a', `${round}`), put('b', `${round}`));
    })();
    for (let reading = 0; reading < 40; reading++) {
      const { entries, revision } = await store.range({ range: span('') });
      expect(entries.map((entry) => entry.modRevision)).toEqual([revision, revision]);
    }
    await writing;
  },
});
