import { SimulatedClock } from '@rollcall/conformance';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Commit, NestedCommit } from '../ports/store.js';
import { fromText } from '../store/bytes.js';
import { singleKey } from '../store/key-range.js';
import { Deadlines } from './deadline.js';
import { PlainLog } from './plain-log.fixture.js';
import { SharedCommits, VALUE_BYTES_MAX } from './shared-commits.js';

let log: PlainLog;
let clock: SimulatedClock;
let shared: SharedCommits;
let endTurn: () => void;
let told: string[];
/** What the log was asked to commit, told by how many shared it. */
let sizes: number[];

beforeEach(() => {
  log = new PlainLog();
  clock = new SimulatedClock();
  told = [];
  sizes = [];
  log.beforeCommit = ({ then }: Commit) => void sizes.push(then[0]?.type === 'commit' ? then.length : 1);
  let ends: (() => void)[] = [];
  shared = new SharedCommits(log.asStore, new Deadlines(clock, 5000), (work) => ends.push(work));
  endTurn = () => {
    const works = ends;
    ends = [];
    for (const work of works) work();
  };
});

/** Creates the key, provided that it is not there. */
function creating(key: string, bytes = 1): NestedCommit {
  const range = singleKey(fromText(key));
  return {
    type: 'commit',
    when: [{ range, target: 'mod', is: '=', operand: 0 }],
    then: [{ type: 'put', key: range.from, value: new Uint8Array(bytes) }],
  };
}

function join(name: string, commit: NestedCommit = creating(name)): void {
  shared.join({
    commit,
    done: (revision) => told.push(`${name} done in ${revision}`),
    overtaken: async (deadline) => {
      const { revision } = await deadline.wait(log.asStore.commit({ then: [] }));
      told.push(`${name} overtaken by ${revision}`);
    },
    failed: (reason) => told.push(`${name} failed: ${(reason as { readonly code: string }).code}`),
  });
}

describe('writers of one turn', () => {
  it('share a commit and its revision', async () => {
    for (const name of ['a', 'b', 'c']) join(name);
    await clock.advance(0);
    expect(told).toEqual([]);
    endTurn();
    await clock.advance(0);
    expect(told).toEqual(['a done in 2', 'b done in 2', 'c done in 2']);
    expect(sizes).toEqual([3]);
  });

  it('have one of their own where nobody else comes', async () => {
    join('a');
    endTurn();
    await clock.advance(0);
    join('b');
    endTurn();
    await clock.advance(0);
    expect(told).toEqual(['a done in 2', 'b done in 3']);
    expect(sizes).toEqual([1, 1]);
  });

  it('do not fail each other: each has its own condition', async () => {
    await log.asStore.commit({ then: creating('b').then });
    for (const name of ['a', 'b', 'c']) join(name);
    endTurn();
    await clock.advance(0);
    expect(told).toEqual(['a done in 3', 'c done in 3', 'b overtaken by 3']);
  });

  it('are sent off early where they are many, or bring much', async () => {
    for (let at = 0; at < 40; at++) join(`many-${at}`);
    await clock.advance(0);
    expect(told).toHaveLength(32);
    join('large', creating('large', VALUE_BYTES_MAX - 8));
    join('small', creating('small', 1));
    await clock.advance(0);
    endTurn();
    await clock.advance(0);
    expect(sizes).toEqual([32, 9, 1]);
    expect(told).toHaveLength(42);
  });

  it('are all told where the log fails or does not answer', async () => {
    log.beforeCommit = () => Promise.reject(Object.assign(new Error('full'), { code: 'store-full' }));
    for (const name of ['a', 'b']) join(name);
    endTurn();
    await clock.advance(0);
    log.beforeCommit = () => new Promise<never>(() => undefined);
    for (const name of ['c', 'd']) join(name);
    endTurn();
    await clock.advance(5000);
    expect(told).toEqual(['a failed: store-full', 'b failed: store-full', 'c failed: outcome-unknown', 'd failed: outcome-unknown']);
  });
});
