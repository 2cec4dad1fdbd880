/** A service whose instances a test names, with a pool over them as callers have it. */
import { SeededRandom } from '@rollcall/conformance';
import { instanceOf } from '../balancing/instances.fixture.js';
import { Pool, type PoolOptions } from '../balancing/pool.js';
import type { LiveInstances } from '../discovery/live-instances.js';
import type { Clock } from '../ports.js';
import type { Instance } from '../shapes.js';
import type { OpenService } from './calling.js';

class FakeInstances implements LiveInstances {
  readonly service: string;
  current: readonly Instance[];
  known: boolean;
  readonly #listeners = new Set<(current: readonly Instance[]) => void>();
  #hear: () => void = () => undefined;
  readonly #heard: Promise<void>;

  constructor(service: string, current: readonly Instance[] | undefined) {
    this.service = service;
    this.current = current ?? [];
    this.known = current !== undefined;
    this.#heard = new Promise((resolve) => {
      this.#hear = resolve;
    });
  }

  set(current: readonly Instance[]): void {
    this.current = current;
    this.known = true;
    this.#hear();
    for (const listener of this.#listeners) listener(current);
  }

  onChange(listener: (current: readonly Instance[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async ready(signal?: AbortSignal): Promise<void> {
    if (this.known) return;
    const givenUp = new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('given up')), { once: true });
    });
    await Promise.race([this.#heard, givenUp]);
  }
}

export interface FakeService extends OpenService {
  readonly live: FakeInstances;
}

/** Round-robin and without slow start, unless a test says otherwise, so that the order is known. */
export function fakeService(
  service: string,
  instances: readonly Instance[] | undefined,
  clock: Clock,
  options: PoolOptions = {},
): FakeService {
  const live = new FakeInstances(service, instances);
  const pool = new Pool({ clock, random: new SeededRandom(7), slowStart: false, balancer: 'round-robin', ...options });
  const close = pool.follow(live);
  return { live, pool, close };
}

/** Instances at these ports of this machine: `a`, `b`, `c`, … */
export function atPorts(...ports: readonly number[]): readonly Instance[] {
  return ports.map((port, at) => instanceOf(String.fromCharCode(97 + at), { host: '127.0.0.1', port }));
}
