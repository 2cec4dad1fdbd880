/**
 * How long a whole registry is away that is ended and started anew on the data that it had: from the start of the process until it
 * says that it is ready, with everybody in its view and attended to. The same data once more after `kill -9`, with whatever the log
 * has and the tables have not.
 */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuTimeMs } from '../support/cpu-time.js';
import { few, megabytes } from '../support/figures.js';
import { connectHttp, requestOf, type HttpConnection } from '../support/http-client.js';
import { metricsAt } from '../support/metrics.js';
import { startRollcall, type Rollcall } from '../support/rollcall.js';
import type { Benchmark, BenchmarkContext, Row } from '../support/row.js';
import { spreadOf } from '../support/statistics.js';

const TARGET_S_PER_MILLION = 5;
/** More than this for each instance of ten times as many is no longer linear: caches and the collector take their share. */
const LINEAR_MAX = 1.6;
/** Instances in a request: twenty services of fifty. */
const BATCH = 1_000;
const PER_SERVICE = 50;
const REGISTERING_AT_ONCE = 4;
const ROUNDS = 3;
const READY_MS_MAX = 120_000;
const LOOK_MS = 10;

export const readyAgain: Benchmark = {
  name: 'registry/ready-again',
  run: async (context) => {
    const [few, many] = context.quick ? [20_000, 200_000] : [100_000, 1_000_000];
    const [small, large] = [await measured(context, few), await measured(context, many)];
    return [rowOf(small, large)];
  },
};

interface Measured {
  readonly instances: number;
  /** After a polite end. */
  readonly readyMs: readonly number[];
  readonly cpuMs: readonly number[];
  readonly killed: Started;
  readonly residentBytes: number;
}

interface Started {
  readonly registry: Rollcall;
  readonly readyMs: number;
  readonly cpuMs: number;
}

async function measured({ directory, cleanup }: BenchmarkContext, instances: number): Promise<Measured> {
  const data = await mkdtemp(join(directory, 'ready-'));
  let { registry } = await startedOn(data, cleanup);
  await fill(registry.port, instances);
  await registry.kill();
  const killed = await startedOn(data, cleanup);
  await mustHave(killed.registry, instances);
  ({ registry } = killed);
  const rounds: Started[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await registry.end();
    const started = await startedOn(data, cleanup);
    rounds.push(started);
    ({ registry } = started);
  }
  await mustHave(registry, instances);
  const residentBytes = (await metricsAt(registry.port)).total('process_resident_memory_bytes');
  await registry.kill();
  return { instances, readyMs: rounds.map(({ readyMs }) => readyMs), cpuMs: rounds.map(({ cpuMs }) => cpuMs), killed, residentBytes };
}

async function startedOn(data: string, cleanup: BenchmarkContext['cleanup']): Promise<Started> {
  const beganMs = performance.now();
  const registry = await startRollcall(data, cleanup);
  const connection = await connectHttp(registry.port);
  while (!(await isReady(connection))) {
    if (performance.now() - beganMs > READY_MS_MAX) throw new Error('it did not become ready');
    await sleep(LOOK_MS);
  }
  const readyMs = performance.now() - beganMs;
  const cpuMs = cpuTimeMs(registry.pid);
  connection.close();
  return { registry, readyMs, cpuMs };
}

function isReady(connection: HttpConnection): Promise<boolean> {
  return connection.send(requestOf('GET', '/readyz', '')).then(
    () => true,
    () => false,
  );
}

async function mustHave(registry: Rollcall, instances: number): Promise<void> {
  const present = (await metricsAt(registry.port)).total('rollcall_instances');
  if (present !== instances) throw new Error(`${present} of ${instances} instances were there again`);
}

async function fill(port: number, instances: number): Promise<void> {
  let next = 0;
  const register = async (): Promise<void> => {
    const connection = await connectHttp(port);
    for (let from = next; from < instances; from = next) {
      next += BATCH;
      const all = Array.from({ length: Math.min(BATCH, instances - from) }, (_, place) => instanceOf(from + place));
      await connection.send(requestOf('POST', '/register/bulk', JSON.stringify({ instances: all })));
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: REGISTERING_AT_ONCE }, register));
}

/** As services say it of themselves. Nobody lapses while this goes on. */
function instanceOf(at: number): object {
  const group = Math.floor(at / PER_SERVICE);
  const host = `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`;
  return {
    service: `service-${String(group).padStart(6, '0')}`,
    host,
    port: 8080,
    ttl: '1h',
    tags: ['v1', group % 2 === 0 ? 'blue' : 'green'],
    metadata: { team: `team-${group % 30}`, build: `b${group}` },
    zone: `zone-${group % 3}`,
    machine: `machine-${at % 20_000}`,
  };
}

function rowOf(small: Measured, large: Measured): Row {
  const perMillion = ({ instances, readyMs }: Measured): number => (spreadOf(readyMs).median * 1000) / instances;
  const growth = perMillion(large) / perMillion(small);
  const { median, low, high } = spreadOf(large.readyMs.map((ms) => ms / 1000));
  const cpuUs = (spreadOf(large.cpuMs).median * 1000) / large.instances;
  return {
    work: `a registry of ${large.instances.toLocaleString('en')} instances, started anew, until it is ready`,
    measured: `${few(median)} s (${few(low)}–${few(high)})`,
    beside: `one of ${small.instances.toLocaleString('en')}: ${few(spreadOf(small.readyMs).median / 1000)} s`,
    ratio: '',
    target: `≤ ${TARGET_S_PER_MILLION} s per million, linear`,
    met: perMillion(large) <= TARGET_S_PER_MILLION && growth <= LINEAR_MAX,
    notes: [
      `the whole process, from its start on: ${few(cpuUs)} µs of CPU time for each instance, all threads; ${megabytes(large.residentBytes)} resident`,
      `after kill -9 behind the last registration: ${few(large.killed.readyMs / 1000)} s`,
    ],
  };
}
