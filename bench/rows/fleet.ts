/** A million instances at a whole registry, all beating in bulk over HTTP: whether anybody lapses, and how late the loop ever is. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuTimeMs } from '../support/cpu-time.js';
import { few, megabytes } from '../support/figures.js';
import { connectHttp, requestOf, type HttpConnection } from '../support/http-client.js';
import { boundBetween, metricsAt } from '../support/metrics.js';
import { startRollcall } from '../support/rollcall.js';
import type { Benchmark } from '../support/row.js';

const TARGET_DELAY_MS = 50;
/** Instances in a request, all of one service. */
const BATCH = 1_000;
const BEAT_EVERY_MS = 10_000;
const REGISTERING_AT_ONCE = 4;

export const beatingFleet: Benchmark = {
  name: 'attendance/registry',
  run: async ({ quick, directory, cleanup }) => {
    const instances = quick ? 100_000 : 1_000_000;
    const durationMs = quick ? 20_000 : 60_000;
    const registry = await startRollcall(await mkdtemp(join(directory, 'fleet-')), cleanup);
    const fleet = new Fleet(await connectHttp(registry.port), instances / BATCH);
    // From the first registration on: whoever came first would lapse before the last has come.
    const beating = fleet.beat();
    const beganMs = performance.now();
    await Promise.all(Array.from({ length: REGISTERING_AT_ONCE }, async () => fleet.register(await connectHttp(registry.port))));
    const registeredMs = performance.now() - beganMs;
    await sleep(BEAT_EVERY_MS);
    const [before, cpuBefore, beatsBefore] = [await metricsAt(registry.port), cpuTimeMs(registry.pid), fleet.beats];
    await sleep(durationMs);
    const [after, cpuAfter, beatsAfter] = [await metricsAt(registry.port), cpuTimeMs(registry.pid), fleet.beats];
    fleet.stop();
    await beating;
    const lapses = after.total('rollcall_verdicts_total{verdict="lapse"}');
    const present = after.total('rollcall_instances');
    const delayMs = boundBetween(before, after, 'rollcall_event_loop_delay_seconds', 0.99) * 1000;
    await registry.kill();
    const beatsPerSecond = (beatsAfter - beatsBefore) / (durationMs / 1000);
    return [
      {
        work: `${instances.toLocaleString('en')} instances at one registry, all beating every ${BEAT_EVERY_MS / 1000} s for ${durationMs / 1000} s: the loop’s delay, p99`,
        measured: `≤ ${few(delayMs)} ms`,
        beside: '',
        ratio: '',
        target: `≤ ${TARGET_DELAY_MS} ms`,
        met:
          delayMs <= TARGET_DELAY_MS &&
          lapses === 0 &&
          present === instances &&
          beatsPerSecond >= (0.95 * instances * 1000) / BEAT_EVERY_MS,
        notes: [
          `${present} present, ${lapses} lapsed, ${few(beatsPerSecond / 1000)}k beats/s, ${BATCH} ids in a request, ttl 30 s`,
          `registered in ${few(registeredMs / 1000)} s, ${BATCH} in a request, while those who had come were beating`,
          `${few((cpuAfter - cpuBefore) / durationMs)} of a core; resident ${megabytes(after.total('process_resident_memory_bytes'))} in all`,
        ],
      },
    ];
  },
};

class Fleet {
  readonly #beats: HttpConnection;
  readonly #batches: number;
  readonly #registered: Buffer[] = [];
  #next = 0;
  #stopped = false;
  /** Heartbeats that were answered. */
  beats = 0;

  constructor(beats: HttpConnection, batches: number) {
    this.#beats = beats;
    this.#batches = batches;
  }

  /** One batch after the other, until all have come. */
  async register(connection: HttpConnection): Promise<void> {
    for (let batch = this.#next++; batch < this.#batches; batch = this.#next++) {
      const instances = idsOf(batch).map((id, at) => ({
        service: `fleet-${batch}`,
        id,
        host: `10.0.${batch % 256}.${at % 256}`,
        port: 8080,
      }));
      await connection.send(requestOf('POST', '/register/bulk', JSON.stringify({ instances })));
      this.#registered.push(requestOf('PUT', '/heartbeats', JSON.stringify({ ids: idsOf(batch) })));
    }
    connection.close();
  }

  /** Evenly over the time that a round takes, until it is stopped. */
  async beat(): Promise<void> {
    for (let at = 0, round = performance.now(); !this.#stopped;) {
      const request = this.#registered[at];
      if (request !== undefined) {
        await this.#beats.send(request);
        this.beats += BATCH;
      }
      at = (at + 1) % this.#batches;
      if (at === 0) round += BEAT_EVERY_MS;
      const dueMs = round + (at * BEAT_EVERY_MS) / this.#batches;
      // Timers are as coarse as the pace is fine: a few batches at a time.
      if (dueMs - performance.now() > 5 || request === undefined) await sleep(Math.max(0, dueMs - performance.now()));
    }
    this.#beats.close();
  }

  stop(): void {
    this.#stopped = true;
  }
}

function idsOf(batch: number): readonly string[] {
  return Array.from({ length: BATCH }, (_, at) => `fleet-${batch}-${at}`);
}
