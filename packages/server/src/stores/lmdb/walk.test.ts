import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Entry } from '@rollcall/core';
import { encodeEntries } from './codec.js';
import { Walk } from './walk.js';

const KEY_AT = 32;

/** Sizes of keys and values, most of them small, some beyond any piece. */
const sizes = fc.array(
  fc.record({
    keyBytes: fc.integer({ min: 1, max: 1978 }),
    valueBytes: fc.oneof(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 0, max: 150_000 })),
    lease: fc.constantFrom(0n, 7n, -3n),
  }),
  { minLength: 1, maxLength: 60 },
);

it('whatever was written is walked through as it was', () => {
  fc.assert(
    fc.property(sizes, (asked) => {
      const entries = asked.map(entryOf);
      const walk = new Walk();
      const walked = encodeEntries(entries).map((record, at) => step(walk, entries[at] as Entry, record));
      expect(walked.map(plain)).toEqual(entries.map(plain));
    }),
    { numRuns: 50 },
  );
});

it('a key that was asked for alone disturbs nobody', () => {
  const [one, other] = [entryOf({ keyBytes: 9, valueBytes: 300, lease: 0n }, 0), entryOf({ keyBytes: 12, valueBytes: 30, lease: 0n }, 1)];
  const [first, second] = encodeEntries([one, other]) as [Buffer, Buffer];
  const walk = new Walk();
  const before = step(walk, one, first);
  const alone = walk.keys.readKey(Buffer.from(one.key), 0, one.key.length);
  expect(plain(step(walk, other, second))).toEqual(plain(other));
  expect([Buffer.from(alone), plain(before)]).toEqual([Buffer.from(one.key), plain(one)]);
});

it('one wrong bit is noticed, wherever it is', () => {
  const entry = entryOf({ keyBytes: 20, valueBytes: 50, lease: 0n }, 3);
  const [record] = encodeEntries([entry]) as [Buffer];
  for (let bit = 0; bit < record.length * 8; bit++) {
    const damaged = Buffer.from(record);
    damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(step(new Walk(), entry, damaged)).toBeNull();
  }
  expect(step(new Walk(), { ...entry, key: Buffer.from('another') }, record)).toBeNull();
  expect(step(new Walk(), entry, record.subarray(0, 3))).toBeNull();
});

/** As lmdb does it: both in memory that is larger and is written over by the next one. */
function step(walk: Walk, { key }: Entry, record: Buffer): Entry | null {
  const keys = Buffer.alloc(4096, 0xee);
  const values = Buffer.alloc(200_000, 0xee);
  keys.set(key, KEY_AT);
  values.set(record);
  walk.keys.readKey(keys, KEY_AT, KEY_AT + key.length);
  const entry = walk.values.decode(values, record.length);
  keys.fill(0xdd);
  values.fill(0xdd);
  return entry;
}

function entryOf({ keyBytes, valueBytes, lease }: { keyBytes: number; valueBytes: number; lease: bigint }, at: number): Entry {
  return {
    key: Buffer.alloc(keyBytes, at + 1),
    value: Buffer.alloc(valueBytes, 255 - at),
    createRevision: at + 1,
    modRevision: 2 ** 40 + at,
    version: 3,
    lease,
  };
}

function plain(entry: Entry | null): object | null {
  return entry && { ...entry, key: Buffer.from(entry.key).toString('hex'), value: Buffer.from(entry.value).toString('hex') };
}
