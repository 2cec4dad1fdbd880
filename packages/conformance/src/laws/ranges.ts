/** A range answers the entries between its ends in order, as many and as much of them as was asked for. */
import { expect } from 'vitest';
import type { RangeRequest } from '@rollcall/core';
import { law, type Law } from '../law.js';
import { pairs, plainRange } from '../plain.js';
import { numbered, one, put, remove, span } from '../talk.js';
import type { Trial } from '../trial.js';

/** a..f, created at 2; b and e written again at 3, d at 4; g created at 5. */
async function prepare({ write }: Trial): Promise<void> {
  await write(...['a', 'b', 'c', 'd', 'e', 'f'].map((key) => put(key, '1')));
  await write(put('b', '2'), put('e', '2'));
  await write(put('d', '2'));
  await write(put('g', '1'));
}

interface Told {
  readonly keys: string;
  readonly more: boolean;
  readonly count?: number;
}

async function ask({ store }: Trial, request: Partial<RangeRequest>): Promise<Told> {
  const { entries, more, count } = plainRange(await store.range({ range: span(''), ...request }));
  return { keys: entries.map((entry) => entry.key).join(''), more, ...(count === undefined ? {} : { count }) };
}

export const ranges: Law = law('ranges', 'a range answers its entries in order, as many and as much of them as was asked for', {
  'from is in it, to is not': async (trial) => {
    await prepare(trial);
    expect(await ask(trial, { range: span('b', 'd') })).toEqual({ keys: 'bc', more: false });
    expect(await ask(trial, { range: span('aa', 'cc') })).toEqual({ keys: 'bc', more: false });
    expect(await ask(trial, { range: span('e') })).toEqual({ keys: 'efg', more: false });
    expect(await ask(trial, { range: one('c') })).toEqual({ keys: 'c', more: false });
    expect(await ask(trial, { range: one('cc') })).toEqual({ keys: '', more: false });
  },

  'empty and reversed ranges hold nothing': async (trial) => {
    await prepare(trial);
    for (const range of [span('b', 'b'), span('d', 'b'), span('', ''), span('x', 'z'), span('x')]) {
      expect(await ask(trial, { range, count: true })).toEqual({ keys: '', more: false, count: 0 });
    }
  },

  'a limit cuts, and says whether it did': async (trial) => {
    await prepare(trial);
    expect(await ask(trial, { limit: 3 })).toEqual({ keys: 'abc', more: true });
    expect(await ask(trial, { limit: 6 })).toEqual({ keys: 'abcdef', more: true });
    expect(await ask(trial, { limit: 7 })).toEqual({ keys: 'abcdefg', more: false });
    expect(await ask(trial, { limit: 8 })).toEqual({ keys: 'abcdefg', more: false });
    expect(await ask(trial, { limit: 1, range: one('c') })).toEqual({ keys: 'c', more: false });
  },

  'a limit of 0 answers none': async (trial) => {
    await prepare(trial);
    expect(await ask(trial, { limit: 0 })).toEqual({ keys: '', more: true });
    expect(await ask(trial, { limit: 0, count: true })).toEqual({ keys: '', more: true, count: 7 });
    expect(await ask(trial, { limit: 0, range: span('x') })).toEqual({ keys: '', more: false });
  },

  'a count is of the whole range': async (trial) => {
    await prepare(trial);
    expect(await ask(trial, { count: true })).toEqual({ keys: 'abcdefg', more: false, count: 7 });
    expect(await ask(trial, { count: true, limit: 2 })).toEqual({ keys: 'ab', more: true, count: 7 });
    expect(await ask(trial, { count: true, range: span('b', 'e'), minModRevision: 4 })).toEqual({ keys: 'd', more: false, count: 3 });
    expect(await ask(trial, { count: true, limit: 1, minModRevision: 3 })).toEqual({ keys: 'b', more: true, count: 7 });
  },

  'bounds on revisions, both ends included': async (trial) => {
    await prepare(trial);
    expect(await ask(trial, { minModRevision: 3 })).toEqual({ keys: 'bdeg', more: false });
    expect(await ask(trial, { maxModRevision: 3 })).toEqual({ keys: 'abcef', more: false });
    expect(await ask(trial, { minModRevision: 3, maxModRevision: 4 })).toEqual({ keys: 'bde', more: false });
    expect(await ask(trial, { minCreateRevision: 3 })).toEqual({ keys: 'g', more: false });
    expect(await ask(trial, { maxCreateRevision: 4, minModRevision: 4 })).toEqual({ keys: 'd', more: false });
  },

  'a limit counts only what is within the bounds': async (trial) => {
    await prepare(trial);
    expect(await ask(trial, { minModRevision: 3, limit: 4 })).toEqual({ keys: 'bdeg', more: false });
    expect(await ask(trial, { minModRevision: 3, limit: 3 })).toEqual({ keys: 'bde', more: true });
    expect(await ask(trial, { maxModRevision: 2, limit: 3 })).toEqual({ keys: 'acf', more: false });
  },

  'keys only: the values are empty, the rest is there': async (trial) => {
    await prepare(trial);
    const { entries } = plainRange(await trial.store.range({ range: one('b'), keysOnly: true }));
    expect(entries).toEqual([{ key: 'b', value: '', create: 2, mod: 3, version: 2, lease: 0n }]);
    expect(await trial.pairs(one('b'))).toEqual(['b=2']);
  },

  'page by page, a range is read whole': async ({ write, store }) => {
    const keys = numbered('k', 100);
    await write(...keys.map((key) => put(key, key)));
    await write(remove('k050'), put('z', '1'));
    const seen: string[] = [];
    for (let from = 'k', more = true; more;) {
      const page = await store.range({ range: span(from, 'l'), limit: 7, revision: 2 });
      seen.push(...pairs(page.entries));
      from = `${plainRange(page).entries.at(-1)?.key}\0`;
      more = page.more;
    }
    expect(seen).toEqual(keys.map((key) => `${key}=${key}`));
  },

  'the answer tells where the log stands': async ({ write, store }) => {
    await write(put('a', '1'));
    await write(put('b', '1'));
    expect(await store.range({ range: span('x') })).toEqual({ revision: 3, entries: [], more: false });
    expect(await store.range({ range: span('b'), revision: 2 })).toEqual({ revision: 3, entries: [], more: false });
  },
});
