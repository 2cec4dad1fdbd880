/** Keys are in the order of their bytes, whatever the bytes and however many. */
import { expect } from 'vitest';
import { law, type Law } from '../law.js';
import { plainRange } from '../plain.js';
import { one, put, remove, removeSpan, span } from '../talk.js';
import type { Trial } from '../trial.js';

/** Sorted. Zeros, 0xff and what only looks like text; each is the prefix of something else. */
const awkward: readonly string[] = [
  '\0',
  '\0\0',
  '\0\x01',
  '\0\xff',
  '\x01',
  'A',
  'a',
  'a\0',
  'a\0\0',
  'a\0b',
  'a\x01',
  'aa',
  'a\xff',
  'b',
  '\x7f',
  '\x80',
  '\xc3\xa9',
  '\xff',
  '\xff\0',
  '\xff\xff',
];

/** LMDB's keys end at 1,978 bytes, others elsewhere; a registry's must not. */
const LENGTHS: readonly number[] = [510, 511, 512, 1_977, 1_978, 1_979, 4_096, 100_000];

/** Sorted. Long keys that differ only behind where engines stop looking, among short ones. */
const long: readonly string[] = ['k', ...LENGTHS.flatMap((length) => tails(length)), 'l', 'l\xff'].sort();

function tails(length: number): string[] {
  const stem = 'k'.repeat(length - 1);
  return [`${stem}\0`, `${stem}a`, `${stem}\xff`, `m${stem}`];
}

async function keysOf(
  { store }: Trial,
  from: string,
  to: string | null,
  options: { limit?: number; revision?: number } = {},
): Promise<string[]> {
  return plainRange(await store.range({ range: span(from, to), ...options })).entries.map((entry) => entry.key);
}

async function putAll({ write }: Trial, keys: readonly string[]): Promise<void> {
  // Last first and far apart, so that no engine gets them in order by luck.
  const shuffled = keys.toReversed().toSorted((left, right) => (left.length % 7) - (right.length % 7));
  for (let at = 0; at < shuffled.length; at += 4)
    await write(...shuffled.slice(at, at + 4).map((key) => put(key, `value of ${key.length}`)));
}

/** What tests print of a long key. */
function brief(keys: readonly string[]): string[] {
  return keys.map((key) => (key.length < 20 ? key : `${key.slice(0, 2)}…${key.slice(-2)} (${key.length})`));
}

async function expectEveryRange(trial: Trial, keys: readonly string[], bounds: readonly string[]): Promise<void> {
  for (const from of bounds) {
    for (const to of [...bounds, null]) {
      const wanted = keys.filter((key) => key >= from && (to === null || key < to));
      expect(brief(await keysOf(trial, from, to))).toEqual(brief(wanted));
    }
  }
}

export const keyOrder: Law = law('key-order', 'keys are in the order of their bytes, whatever the bytes and however many', {
  'awkward bytes sort as bytes': async (trial) => {
    await putAll(trial, awkward);
    expect(await keysOf(trial, '', null)).toEqual(awkward);
  },

  'every range between awkward bytes holds what it should': async (trial) => {
    await putAll(trial, awkward);
    await expectEveryRange(trial, awkward, ['', ...awkward]);
    for (const key of awkward) expect(plainRange(await trial.store.range({ range: one(key) })).entries).toMatchObject([{ key }]);
  },

  'long keys sort among short ones': async (trial) => {
    await putAll(trial, long);
    expect(brief(await keysOf(trial, '', null))).toEqual(brief(long));
    expect(brief(await keysOf(trial, '', null, { limit: 5 }))).toEqual(brief(long.slice(0, 5)));
  },

  'long keys are the ends of ranges': async (trial) => {
    await putAll(trial, long);
    await expectEveryRange(trial, long, ['k', ...tails(1_978), ...tails(1_979), `${'k'.repeat(1_978)}\x01`]);
  },

  'long keys are told apart: each has its own value, history and end': async (trial) => {
    const [first, second, third] = tails(100_000) as [string, string, string];
    await trial.write(put(first, '1'), put(second, '1'), put(third, '1'));
    await trial.write(put(second, '2'));
    await trial.write(remove(second));
    expect(brief(await keysOf(trial, '', null))).toEqual(brief([first, third]));
    expect(await trial.pairs(one(second), 3)).toEqual([`${second}=2`]);
    expect(await trial.pairs(one(second), 2)).toEqual([`${second}=1`]);
    expect(await trial.pairs(one(first))).toEqual([`${first}=1`]);
  },

  'long keys are watched, leased, deleted and compacted like others': async (trial) => {
    const [first, second, third] = tails(1_979) as [string, string, string];
    const listener = trial.listen({ range: span(second, third) });
    const { id } = await trial.grant();
    await trial.write(put(first, '1'), put(second, '2', id), put(third, '3'));
    expect((await trial.store.lease(id)).keys.length).toBe(1);
    await trial.write(removeSpan(third));
    await trial.store.revokeLease(id);
    await listener.reaches(4);
    expect(listener.story).toEqual([`2: ${second}=2`, `4: -${second}`]);
    await trial.store.compact(4);
    expect(brief(await keysOf(trial, '', null))).toEqual(brief([first]));
  },
});
