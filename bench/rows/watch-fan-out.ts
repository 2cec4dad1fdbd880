/** What a watcher costs: one commit, told to a thousand of them, against a loop that calls a thousand functions. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyRange, RevisionBatch, Store } from '@rollcall/core';
import { openStore } from '../support/engine.js';
import { few } from '../support/figures.js';
import type { Benchmark, Row } from '../support/row.js';
import { spreadOf, type Spread } from '../support/statistics.js';

const WATCHERS = 1_000;

export const watchFanOut: Benchmark = {
  name: 'watch/fan-out',
  run: async ({ directory, quick }) => {
    const store = await openStore(await mkdtemp(join(directory, 'watch-')));
    const commits = quick ? 300 : 2_000;
    const bare = measureBareLoop(commits);
    const same = await measureWatchers(store, commits, () => ({ from: Buffer.from('k'), to: Buffer.from('l') }));
    const apart = await measureWatchers(store, commits, (at) => ({ from: Buffer.from('k'), to: Buffer.from(`l${at}`) }));
    await store.close();
    return [row('all watching the same range', same, bare), row('each watching a range of its own', apart, bare)];
  },
};

function row(who: string, told: Spread, bare: Spread): Row {
  return {
    work: `one commit told to ${WATCHERS} watchers, ${who}`,
    measured: `${few(told.median)} ns per watcher`,
    beside: `a bare loop ${few(bare.median)} ns per call`,
    ratio: `${few(told.median / bare.median)}×`,
    target: '',
    met: null,
  };
}

/** Notes when the first and the last of a thousand calls came, which is what lies between whoever makes them. */
class Stopwatch {
  readonly perCallNs: number[] = [];
  #calls = 0;
  #first = 0n;

  readonly call = (_batch: RevisionBatch): void => {
    if (++this.#calls === 1) this.#first = process.hrtime.bigint();
    if (this.#calls < WATCHERS) return;
    this.perCallNs.push(Number(process.hrtime.bigint() - this.#first) / (WATCHERS - 1));
    this.#calls = 0;
  };
}

async function measureWatchers(store: Store, commits: number, rangeOf: (at: number) => KeyRange): Promise<Spread> {
  const stopwatch = new Stopwatch();
  const watches = Array.from({ length: WATCHERS }, (_, at) =>
    store.watch({ range: rangeOf(at) }, { next: (batch) => stopwatch.call(batch), ended: () => undefined }),
  );
  for (let commit = 0; commit < commits; commit++) {
    await store.commit({ then: [{ type: 'put', key: Buffer.from('key'), value: Buffer.from(String(commit)) }] });
  }
  for (const watch of watches) watch.cancel();
  return spreadOf(stopwatch.perCallNs);
}

function measureBareLoop(rounds: number): Spread {
  const stopwatch = new Stopwatch();
  const batch: RevisionBatch = { revision: 2, changes: [] };
  const functions = Array.from(
    { length: WATCHERS },
    () =>
      (batch: RevisionBatch): void =>
        stopwatch.call(batch),
  );
  for (let round = 0; round < rounds; round++) for (const each of functions) each(batch);
  return spreadOf(stopwatch.perCallNs);
}
