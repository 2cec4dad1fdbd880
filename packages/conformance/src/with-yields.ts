/**
 * The same engine in worse luck: around every call the event loop turns a random number of times, and every
 * sink keeps its watch waiting. Who counts on calls arriving in a moment, or in the order they were made, is found out.
 */
import type { CallOptions, Commit, Store, Watch, WatchRequest, WatchSink } from '@rollcall/core';
import type { StoreHarness, StoreUnderTest } from './harness.js';
import { SeededRandom } from './seeded-random.js';
import { turns } from './wait.js';

const TURNS_MAX = 4;

export function withYields(harness: StoreHarness, seed: number): StoreHarness {
  return {
    ...harness,
    name: `${harness.name}, with yields (seed ${seed})`,
    create: async () => yielding(await harness.create(), new SeededRandom(seed)),
  };
}

function yielding(inner: StoreUnderTest, random: SeededRandom): StoreUnderTest {
  let store = new YieldingStore(inner.store, random);
  const { reopen, sleep } = inner;
  return {
    get store() {
      return store;
    },
    advance: (ms) => inner.advance(ms),
    destroy: () => inner.destroy(),
    ...(sleep === undefined ? {} : { sleep: (ms: number) => sleep.call(inner, ms) }),
    ...(reopen === undefined
      ? {}
      : {
          async reopen() {
            await store.settled();
            await reopen.call(inner);
            store = new YieldingStore(inner.store, random);
          },
        }),
  };
}

class YieldingStore implements Store {
  readonly #inner: Store;
  readonly #random: SeededRandom;
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | null = null;

  constructor(inner: Store, random: SeededRandom) {
    this.#inner = inner;
    this.#random = random;
  }

  readonly range: Store['range'] = (request, options) => this.#call(() => this.#inner.range(request, options), options);

  /** The commit is copied, since its buffers are the caller's again after the call. */
  readonly commit: Store['commit'] = (commit, options) => {
    const own = structuredClone(plain(commit)) as Commit;
    return this.#call(() => this.#inner.commit(own, options), options);
  };

  readonly compact: Store['compact'] = (revision) => this.#call(() => this.#inner.compact(revision));
  readonly grantLease: Store['grantLease'] = (request) => this.#call(() => this.#inner.grantLease(request));
  readonly keepLease: Store['keepLease'] = (id) => this.#call(() => this.#inner.keepLease(id));
  readonly revokeLease: Store['revokeLease'] = (id) => this.#call(() => this.#inner.revokeLease(id));
  readonly lease: Store['lease'] = (id) => this.#call(() => this.#inner.lease(id));
  readonly leases: Store['leases'] = () => this.#call(() => this.#inner.leases());
  readonly status: Store['status'] = () => this.#call(() => this.#inner.status());

  watch(request: WatchRequest, sink: WatchSink): Watch {
    const slowly: WatchSink = {
      next: async (batch) => {
        await sink.next(batch);
        await this.#yield();
      },
      ended: (reason) => sink.ended(reason),
    };
    return this.#inner.watch(request, slowly);
  }

  /** What is under way here has not reached the engine yet, but was accepted all the same. */
  close(): Promise<void> {
    this.#closing ??= this.settled().then(() => this.#inner.close());
    return this.#closing;
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  #call<Answer>(ask: () => Promise<Answer>, options?: CallOptions): Promise<Answer> {
    const answer = this.#askSlowly(ask, options);
    this.#underWay.add(answer);
    return answer.finally(() => this.#underWay.delete(answer));
  }

  async #askSlowly<Answer>(ask: () => Promise<Answer>, options: CallOptions = {}): Promise<Answer> {
    if (this.#closing !== null) await this.#closing;
    else if (options.signal?.aborted !== true) await this.#yield();
    const answer = await ask();
    await this.#yield();
    return answer;
  }

  #yield(): Promise<void> {
    return turns(this.#random.below(TURNS_MAX));
  }
}

/** As data: a range may be an object that makes its end when it is asked for it, and that is not copied with it. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(plain);
  if ('from' in value && 'to' in value) return { from: value.from, to: value.to };
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}
