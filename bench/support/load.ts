/**
 * The load that every writing benchmark puts on its subject: so many writers, each with one put in flight at
 * any time, each going round its own thousand keys. A closed loop: who is answered sooner asks sooner.
 */
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { percentile } from './statistics.js';

const KEYS_PER_WRITER = 1_000;
export const VALUE_BYTES = 300;

export interface Load {
  readonly writers: number;
  /** Not counted: connections, compilers and caches come up to speed. */
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export interface LoadResult {
  /** All of them, the warm-up's too. */
  readonly puts: number;
  /** Without the warm-up, as all that follows. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Settles when the put is acknowledged. `writer` says whose put it is, for clients with several connections. */
export type Put = (key: Buffer, value: Buffer, writer: number) => Promise<unknown>;

export async function runLoad({ writers, warmUpMs, durationMs }: Load, put: Put): Promise<LoadResult> {
  const value = randomBytes(VALUE_BYTES);
  const latenciesMs: number[] = [];
  let puts = 0;
  const countFromMs = performance.now() + warmUpMs;
  const stopAtMs = countFromMs + durationMs;
  const write = async (writer: number): Promise<void> => {
    for (let turn = 0; ; turn++) {
      const beganMs = performance.now();
      if (beganMs >= stopAtMs) return;
      await put(keyOf(writer, turn), value, writer);
      puts++;
      const doneMs = performance.now();
      if (doneMs >= countFromMs && doneMs < stopAtMs) latenciesMs.push(doneMs - beganMs);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  const sorted = Float64Array.from(latenciesMs).sort();
  return {
    puts,
    perSecond: sorted.length / (durationMs / 1000),
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
  };
}

function keyOf(writer: number, turn: number): Buffer {
  return Buffer.from(`bench/${String(writer).padStart(2, '0')}/${String(turn % KEYS_PER_WRITER).padStart(4, '0')}`);
}
