/** Whatever runs at once, there is one order of it all: that of the revisions. */
import type { Commit, CommitResult, RangeRequest, RangeResult, Store } from '@rollcall/core';
import { expect } from 'vitest';
import { law, type Law } from '../law.js';
import { Model } from '../model.js';
import { plainCommit, plainRange, type PlainCommit } from '../plain.js';
import { SeededRandom } from '../seeded-random.js';
import { get, one, put, remove, span, value, version } from '../talk.js';
import { turns } from '../wait.js';

interface Done<Request, Result> {
  readonly request: Request;
  readonly result: Result;
  /** The latest revision that anybody had been told of when this was asked. */
  readonly known: number;
}

/** What every client asked and was answered. */
class Record {
  readonly commits: Done<Commit, CommitResult>[] = [];
  readonly ranges: Done<RangeRequest, RangeResult>[] = [];
  #known = 1;

  async commit(store: Store, request: Commit): Promise<void> {
    const known = this.#known;
    const result = await store.commit(request);
    this.#learn(result.revision);
    this.commits.push({ request, result, known });
  }

  async range(store: Store, request: RangeRequest): Promise<void> {
    const known = this.#known;
    const result = await store.range(request);
    this.#learn(result.revision);
    this.ranges.push({ request, result, known });
  }

  #learn(revision: number): void {
    this.#known = Math.max(this.#known, revision);
  }
}

const KEYS: readonly string[] = ['a', 'b', 'c', 'd'];

function anyCommit(random: SeededRandom, client: number, round: number): Commit {
  const [key, other] = [KEYS[random.below(4)] as string, KEYS[random.below(4)] as string];
  const content = `${client}.${round}`;
  switch (random.below(4)) {
    case 0:
      return { then: [put(key, content), get(span(''))] };
    case 1:
      return { when: [version(one(other), '<', random.below(5))], then: [put(key, content)], else: [remove(key)] };
    case 2:
      return { when: [value(one(other), '>', `${client}`)], then: [get(one(key)), put(key, content)], else: [get(span('b', 'd'))] };
    default:
      return { then: [remove(key), get(span(''), { count: true, limit: 2 })] };
  }
}

async function client(store: Store, record: Record, seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  for (let round = 0; round < 25; round++) {
    const pause = random.below(3);
    if (pause > 0) await turns(pause);
    if (random.number() < 0.3) await record.range(store, { range: span(''), count: true });
    else await record.commit(store, anyCommit(random, seed, round));
  }
}

/** Has the model do the commits in the order of their revisions, and compares every answer. */
function judge({ commits, ranges }: Record): void {
  const model = new Model();
  const changing = commits.filter(({ result }) => changesSomething(plainCommit(result)));
  const inOrder = changing.toSorted((left, right) => left.result.revision - right.result.revision);
  for (const { request, result } of inOrder) expect(model.commit(request)).toEqual({ answer: plainCommit(result) });
  for (const { request, result } of commits) {
    if (!changing.some((done) => done.result === result))
      expect(model.judge(request, result.revision)).toEqual({ answer: plainCommit(result) });
  }
  for (const { request, result } of ranges) {
    const told = { ...plainRange(result), revision: model.revision };
    expect(model.range({ ...request, revision: result.revision })).toEqual({ answer: told });
  }
}

function changesSomething({ results }: PlainCommit): boolean {
  return results.some((result) => 'put' in result || ('delete' in result && result.delete.length > 0));
}

export const linearizability: Law = law('linearizability', 'whatever runs at once, there is one order of it all', {
  'every answer is right in the order of the revisions': async ({ store }) => {
    const record = new Record();
    await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => client(store, record, seed)));
    judge(record);
  },

  'and nobody is answered from before what was known when they asked': async ({ store }) => {
    const record = new Record();
    await Promise.all([11, 12, 13, 14].map((seed) => client(store, record, seed)));
    for (const { result, known } of [...record.commits, ...record.ranges]) expect(result.revision).toBeGreaterThanOrEqual(known);
  },
});
