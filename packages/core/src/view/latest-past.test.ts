import { describe, expect, it } from 'vitest';
import type { Change, Entry } from '../ports/store.js';
import { fromText } from '../store/bytes.js';
import { LatestPast } from './latest-past.js';

function entry(key: string, modRevision: number, bytes = 1): Entry {
  return { key: fromText(key), value: new Uint8Array(bytes), createRevision: 1, modRevision, version: 1, lease: 0n };
}

function put(key: string, revision: number, previous: Entry | null = null, bytes = 1): Change {
  return { type: 'put', entry: entry(key, revision, bytes), previous };
}

const KEY = '/rollcall/instances/default/payments/a';

describe('the latest past', () => {
  it('knows what each key was before the first change of it', () => {
    const past = new LatestPast(10);
    const old = entry(KEY, 3);
    past.add({ revision: 11, changes: [put(KEY, 11, old), put(`${KEY}b`, 11)] });
    past.add({ revision: 12, changes: [{ type: 'delete', key: fromText(KEY), previous: entry(KEY, 11) }] });
    expect(past.asOf).toBe(10);
    expect([...past.before()]).toEqual([
      [KEY, old],
      [`${KEY}b`, null],
    ]);
  });

  it('leaves out what belongs to others', () => {
    const past = new LatestPast(10);
    past.add({ revision: 11, changes: [put('services/a', 11)] });
    past.add({ revision: 12, changes: [put('services/a', 12), put(KEY, 12)] });
    expect(past.batches.map(({ revision, changes }) => [revision, changes.length])).toEqual([[12, 1]]);
  });

  it.each([
    ['changes', 20_000, 1],
    ['bytes', 200, 1024 * 1024],
  ])('is bounded in %s: it then begins later', (_what, revisions, bytes) => {
    const past = new LatestPast(0);
    let last: Entry | null = null;
    for (let revision = 1; revision <= revisions; revision++) {
      past.add({ revision, changes: [put(KEY, revision, last, bytes)] });
      last = entry(KEY, revision, bytes);
    }
    expect(past.asOf).toBeGreaterThan(0);
    expect(past.batches.length).toBeGreaterThan(0);
    expect(past.batches[0]?.revision).toBe(past.asOf + 1);
    expect(past.before().get(KEY)?.modRevision).toBe(past.asOf);
    expect(past.batches.at(-1)?.revision).toBe(revisions);
  });
});
