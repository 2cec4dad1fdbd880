/** The store in a run against the model, with its watches and what each of them has to have been told. */
import { isRollcallError, toText, type KeyRange, type LeaseId, type Store } from '@rollcall/core';
import { expect } from 'vitest';
import type { StoreUnderTest } from './harness.js';
import { Listener } from './listener.js';
import type { Model } from './model.js';
import { plainBatch } from './plain.js';
import { SeededRandom } from './seeded-random.js';
import { eventually, turns } from './wait.js';

interface OpenWatch {
  readonly listener: Listener;
  readonly range: KeyRange;
  readonly from: number;
  /** It asked for what was already forgotten. */
  readonly tooLate: boolean;
}

export class Subject {
  readonly #under: StoreUnderTest;
  readonly #random: SeededRandom;
  #watches: OpenWatch[] = [];

  constructor(under: StoreUnderTest, seed: number) {
    this.#under = under;
    this.#random = new SeededRandom(seed);
  }

  get store(): Store {
    return this.#under.store;
  }

  watch(model: Model, range: KeyRange, fromRevision: number | null, slowness: number): void {
    const pace = (): void | Promise<void> => {
      const wait = this.#random.below(slowness + 1);
      return wait === 0 ? undefined : turns(wait);
    };
    const request = { range, previous: true, ...(fromRevision === null ? {} : { fromRevision }) };
    const from = fromRevision ?? model.revision + 1;
    this.#watches.push({ listener: new Listener(this.store, request, pace), range, from, tooLate: from < model.compactedRevision });
  }

  /** Every watch has been told what the model says, or that it came too late. */
  async checkWatches(model: Model): Promise<void> {
    for (const watch of this.#watches) await checkWatch(watch, model);
    this.#watches = this.#watches.filter((watch) => !watch.tooLate);
  }

  async advance(ms: number, expiring: LeaseId): Promise<void> {
    await this.#under.advance(ms);
    await eventually(
      async () => !(await this.store.leases()).includes(expiring),
      () => `for lease ${expiring} to expire`,
    );
  }

  async checkLeases(model: Model): Promise<void> {
    const ids = [...model.leases.keys()];
    expect(new Set(await this.store.leases())).toEqual(new Set(ids));
    for (const id of ids) {
      const { keys } = await this.store.lease(id);
      expect(keys.map(toText).sort()).toEqual(model.keysOn(id));
    }
  }

  /** Watches end with the old store; each is taken up again behind its position. */
  async reopen(model: Model): Promise<void> {
    if (this.#under.reopen === undefined) return;
    await this.checkWatches(model);
    const open = this.#watches;
    this.#watches = [];
    await this.#under.reopen();
    for (const { listener, range, from } of open) {
      expect(await listener.ends()).toBeNull();
      this.watch(model, range, Math.max(from, listener.watch.position + 1), 0);
    }
  }

  async finish(model: Model): Promise<void> {
    await this.checkWatches(model);
    const open = this.#watches;
    await this.store.close();
    for (const { listener } of open) expect(await listener.ends()).toBeNull();
    expect(open.flatMap(({ listener }) => listener.complaints)).toEqual([]);
  }
}

async function checkWatch({ listener, range, from, tooLate }: OpenWatch, model: Model): Promise<void> {
  if (tooLate) {
    expect(isRollcallError(await listener.ends(), 'revision-compacted')).toBe(true);
    expect(listener.batches).toEqual([]);
    return;
  }
  if (from <= model.revision) await listener.reaches(model.revision);
  const heard = listener.batches.map(plainBatch);
  const wanted = model.story(range, from);
  // What the first batch of a compacted log replaced is itself history that is gone: either answer is right.
  expect(heard.map(withoutFirstBefore(from))).toEqual(wanted.map(withoutFirstBefore(from)));
}

type Batch = ReturnType<typeof plainBatch>;

function withoutFirstBefore(from: number): (batch: Batch) => Batch {
  return (batch) => (batch.revision > from ? batch : { ...batch, changes: batch.changes.map((change) => ({ ...change, before: null })) });
}
