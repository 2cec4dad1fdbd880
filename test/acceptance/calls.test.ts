/** Calls of a service under load, while its instances are killed and suspended: real processes, a real registry. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type EjectionTold, type Registry } from '@rollcall/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { embeddedRegistry, type EmbeddedRegistry } from '../support/embedded-registry.js';

/** Answers at once, and says at which port. */
const PROGRAM = `
const { createServer } = require('node:http');
const server = createServer((request, response) => { request.resume(); response.end('here'); });
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;
const CALLERS = 8;
/** Between two calls of a caller. */
const PAUSE_MS = 5;
/** What a call takes in health, and a lot more: this machine may be busy. */
const CALM_P99_MS = 500;

interface Made {
  readonly atMs: number;
  readonly tookMs: number;
  readonly error?: unknown;
}

let embedded: EmbeddedRegistry;
let registry: Registry;
let instances: ChildProcess[];
let ejected: EjectionTold[];

beforeEach(async () => {
  embedded = await embeddedRegistry();
  instances = [];
  ejected = [];
});
afterEach(async () => {
  for (const instance of instances) instance.kill('SIGKILL');
  await registry.close();
  await embedded.close();
});

async function fleetOf(size: number, options: Parameters<typeof connect>[0]): Promise<void> {
  registry = connect({ ...options, url: embedded.url });
  registry.on('ejected', (told) => ejected.push(told));
  for (let at = 0; at < size; at++) {
    const instance = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
    instances.push(instance);
    const [line] = (await once(instance.stdout ?? instance, 'data')) as [Buffer];
    // It does not beat: the registry will not notice, and the calls have to.
    await registry.api.register({ service: 'payments', id: `p${at}`, host: '127.0.0.1', port: Number(line.toString()), ttl: 'none' });
  }
}

/** Constant load until it is stopped; answers every call. */
function underLoad(): { readonly stop: () => Promise<readonly Made[]> } {
  const made: Made[] = [];
  const over = new AbortController();
  const callers = Array.from({ length: CALLERS }, async () => {
    while (!over.signal.aborted) {
      const atMs = performance.now();
      const error: unknown = await registry.fetch('http://payments/charge').then(
        async (response) => ((await response.text()) === 'here' && response.ok ? undefined : response.status),
        (reason: unknown) => reason,
      );
      made.push({ atMs, tookMs: performance.now() - atMs, error });
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  });
  const stop = async (): Promise<readonly Made[]> => {
    over.abort();
    await Promise.all(callers);
    return made;
  };
  return { stop };
}

const failedOf = (made: readonly Made[]): readonly unknown[] => made.flatMap(({ error }) => (error === undefined ? [] : [error]));

function p99(made: readonly Made[]): number {
  const sorted = made.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('calls of a service under load', () => {
  it('lose nothing when one of three instances is killed, and are quick again within a second', { timeout: 60_000 }, async () => {
    await fleetOf(3, {});
    const load = underLoad();
    await pause(1500);
    const killedMs = performance.now();
    instances[0]?.kill('SIGKILL');
    await pause(3500);
    // Whoever is picked by how quick he is may be passed over for a while before he has failed often enough.
    await expect.poll(() => ejected.some(({ id }) => id === 'p0'), { timeout: 15_000 }).toBe(true);
    const made = await load.stop();
    const after = made.filter(({ atMs }) => atMs > killedMs + 1000);
    console.log(
      `kill -9 of one of three: ${made.length} calls, p99 ${p99(made.filter(({ atMs }) => atMs < killedMs)).toFixed(1)} ms before, ${p99(after).toFixed(1)} ms a second later`,
    );
    expect(failedOf(made)).toEqual([]);
    expect(ejected[0]).toMatchObject({ service: 'payments', id: 'p0' });
    expect(after.length).toBeGreaterThan(100);
    expect(p99(after)).toBeLessThan(CALM_P99_MS);
  });

  it('leave a suspended instance alone after its timeout × failures', { timeout: 60_000 }, async () => {
    const tryMs = 300;
    const consecutiveFailures = 3;
    await fleetOf(3, { calls: { tryMs, outliers: { consecutiveFailures } } });
    const load = underLoad();
    await pause(1500);
    const hungMs = performance.now();
    instances[1]?.kill('SIGSTOP');
    await expect.poll(() => ejected.some(({ id }) => id === 'p1'), { timeout: 15_000, interval: 10 }).toBe(true);
    const ejectedMs = performance.now();
    await pause(2500);
    const made = await load.stop();
    const after = made.filter(({ atMs }) => atMs > ejectedMs + 1000);
    console.log(
      `a hung instance: ejected after ${(ejectedMs - hungMs).toFixed(0)} ms (${tryMs} ms × ${consecutiveFailures}), p99 ${p99(made).toFixed(1)} ms over all, ${p99(after).toFixed(1)} ms a second later`,
    );
    expect(failedOf(made)).toEqual([]);
    // Calls to it hang side by side; a busy machine notices a little later.
    expect(ejectedMs - hungMs).toBeLessThan(tryMs * consecutiveFailures + 1000);
    expect(p99(after)).toBeLessThan(CALM_P99_MS);
    instances[1]?.kill('SIGCONT');
  });
});
