/**
 * A service as a model: instances with so many workers each and a queue before them, callers that choose by their own pools, and time
 * that passes as fast as it can be calculated. The same seed, the same numbers, to the last call.
 */
import { Pool, type BalancingOptions, type Clock, type Instance, type Random } from '@rollcall/client';

export interface ModelInstance {
  readonly id: string;
  /** What is said of it to the callers. */
  readonly said?: Partial<Instance>;
  /** Calls that it works on at once; the others wait. */
  readonly workers: number;
  /** How long a call takes at this time, beside the others: 1 is usual, and 0 is not at all, until it is something again. */
  readonly slowness?: (nowMs: number) => number;
  /** When it joins; from the beginning, if left out. */
  readonly joinsAtMs?: number;
  /** What its memory holds: so many keys. Whatever it does not hold takes longer. */
  readonly cacheKeys?: number;
}

export interface Model {
  readonly instances: readonly ModelInstance[];
  /** Programs that call, each with a pool of its own: none knows of the calls of the others. */
  readonly callers: number;
  readonly callsPerSecond: number;
  readonly seconds: number;
  /** What a call takes on average, by chance, without waiting. */
  readonly meanMs: number;
  /** Whom a call is for, of so many; the first ones more often. */
  readonly keys?: number;
  /** How much longer a call takes that finds nothing in the memory. */
  readonly missFactor?: number;
  /** What is measured, counts from here. */
  readonly fromMs?: number;
}

export interface Measured {
  /** Of every call, in ascending order. */
  readonly latenciesMs: readonly number[];
  /** By instance. */
  readonly calls: ReadonlyMap<string, number>;
  readonly cacheHits: number;
}

/** Chooses whom to call as `options` say. */
export function simulate(model: Model, options: BalancingOptions, random: Random): Measured {
  const time = new Time();
  const servers = new Map(model.instances.map((instance) => [instance.id, new Server(instance, model, time, random)]));
  const pools = Array.from({ length: model.callers }, () => new Pool({ ...options, clock: time, random }));
  const list = (): void => {
    const here = model.instances.filter(({ joinsAtMs = 0 }) => joinsAtMs <= time.nowMs).map(instanceOf);
    for (const pool of pools) pool.update(here);
  };
  for (const atMs of new Set(model.instances.map(({ joinsAtMs = 0 }) => joinsAtMs))) time.at(atMs, list);

  const latenciesMs: number[] = [];
  const calls = new Map<string, number>(model.instances.map(({ id }) => [id, 0]));
  let cacheHits = 0;
  const { keys = 1000, fromMs = 0 } = model;
  const call = (): void => {
    const pool = pools[Math.floor(random.number() * pools.length)] as Pool;
    // Cubed: a tenth of the keys have about half of the calls.
    const key = `key-${Math.floor(random.number() ** 3 * keys)}`;
    const begunMs = time.nowMs;
    const begun = pool.pick({ key })?.begin();
    if (begun === undefined) return;
    const server = servers.get(begun.endpoint.id) as Server;
    const hit = server.take(key, () => {
      begun.end({ kind: 'answered' });
      if (begunMs >= fromMs) latenciesMs.push(time.nowMs - begunMs);
    });
    if (begunMs < fromMs) return;
    if (hit) cacheHits++;
    calls.set(begun.endpoint.id, (calls.get(begun.endpoint.id) ?? 0) + 1);
  };
  const arrive = (): void => {
    call();
    const nextMs = time.nowMs + exponential(1000 / model.callsPerSecond, random);
    if (nextMs < model.seconds * 1000) time.at(nextMs, arrive);
  };
  time.at(0, arrive);
  time.run();
  return { latenciesMs: latenciesMs.toSorted((a, b) => a - b), calls, cacheHits };
}

function instanceOf({ id, said }: ModelInstance): Instance {
  const never = { ttl: '30s', deregisterAfter: '90s', registeredAt: '', revision: 1 };
  const usual = { ports: {}, tags: [], metadata: {}, weight: 1, mode: 'in', health: 'passing', incarnation: 1 } as const;
  return { namespace: 'default', service: 'model', id, host: `${id}.test`, port: 80, ...usual, ...never, ...said };
}

function exponential(mean: number, random: Random): number {
  return -mean * Math.log(1 - random.number());
}

/** While an instance stands still, it looks up so often. */
const STILL_MS = 10;

class Server {
  readonly #instance: ModelInstance;
  readonly #model: Model;
  readonly #time: Time;
  readonly #random: Random;
  readonly #waiting: (() => void)[] = [];
  readonly #cache = new Set<string>();
  #busy = 0;

  constructor(instance: ModelInstance, model: Model, time: Time, random: Random) {
    this.#instance = instance;
    this.#model = model;
    this.#time = time;
    this.#random = random;
  }

  /** Answers whether its memory held the key. */
  take(key: string, done: () => void): boolean {
    const hit = this.#remember(key);
    const { meanMs, missFactor = 1 } = this.#model;
    const workMs = exponential(meanMs * (hit ? 1 : missFactor), this.#random);
    const work = (): void => this.#work(workMs, done);
    if (this.#busy < this.#instance.workers) work();
    else this.#waiting.push(work);
    return hit;
  }

  #work(workMs: number, done: () => void): void {
    this.#busy++;
    this.#go(workMs, () => {
      this.#busy--;
      done();
      this.#waiting.shift()?.();
    });
  }

  #go(workMs: number, done: () => void): void {
    const slowness = this.#instance.slowness?.(this.#time.nowMs) ?? 1;
    if (slowness === 0) this.#time.at(this.#time.nowMs + STILL_MS, () => this.#go(workMs, done));
    else this.#time.at(this.#time.nowMs + workMs * slowness, done);
  }

  /** What was used longest ago is forgotten first. */
  #remember(key: string): boolean {
    const { cacheKeys } = this.#instance;
    if (cacheKeys === undefined) return true;
    const hit = this.#cache.delete(key);
    this.#cache.add(key);
    const [oldest] = this.#cache;
    if (this.#cache.size > cacheKeys && oldest !== undefined) this.#cache.delete(oldest);
    return hit;
  }
}

interface Happening {
  readonly atMs: number;
  readonly happen: () => void;
}

/** Happenings in the order of their times: a heap. */
class Time implements Clock {
  nowMs = 0;
  readonly #heap: Happening[] = [];

  monotonicMs(): number {
    return this.nowMs;
  }

  wallMs(): number {
    return this.nowMs;
  }

  /** Pools set no timers. */
  after(): () => void {
    return () => undefined;
  }

  at(atMs: number, happen: () => void): void {
    const heap = this.#heap;
    let place = heap.push({ atMs, happen }) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if ((heap[above] as Happening).atMs <= atMs) break;
      this.#swap(place, above);
      place = above;
    }
  }

  run(): void {
    for (let next = this.#pop(); next !== undefined; next = this.#pop()) {
      this.nowMs = next.atMs;
      next.happen();
    }
  }

  #pop(): Happening | undefined {
    const heap = this.#heap;
    const last = heap.pop();
    const first = heap[0];
    if (last === undefined || first === undefined) return last;
    heap[0] = last;
    for (let place = 0; ;) {
      let least = place;
      for (const below of [2 * place + 1, 2 * place + 2]) {
        if (below < heap.length && (heap[below] as Happening).atMs < (heap[least] as Happening).atMs) least = below;
      }
      if (least === place) return first;
      this.#swap(place, least);
      place = least;
    }
  }

  #swap(a: number, b: number): void {
    [this.#heap[a], this.#heap[b]] = [this.#heap[b] as Happening, this.#heap[a] as Happening];
  }
}
