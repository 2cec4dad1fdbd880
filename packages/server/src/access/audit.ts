/**
 * Who did what: a line of JSON for every call that changes something, and for every one that was refused. It never holds up
 * those calls: what the file does not take in time is dropped, and counted.
 */
import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Clock, Counter, Log, Meter, Metric } from '@rollcall/core';

/** Never with a token or another secret in it. */
export interface AuditEntry {
  /** The name of a token or a certificate; `anonymous`, or `unknown` for one that nobody knows. */
  readonly who: string;
  readonly from: string;
  readonly face: string;
  readonly operation: string;
  readonly namespace?: string;
  readonly service?: string;
  readonly id?: string;
  /** `done`, or the code of what it was answered instead. */
  readonly result: string;
  readonly revision?: number;
  /** That was missing. */
  readonly right?: string;
}

export interface AuditOptions {
  /** A file that is added to; `-` for standard error. */
  readonly target: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
}

/** What may wait for a slow disk: some twenty thousand lines. */
const WAITING_BYTES_MAX = 4 * 1024 * 1024;

/** Of refusals from one address within a minute: who knocks again and again shall not fill the disk. */
const REFUSALS_PER_MINUTE_MAX = 60;
const MINUTE_MS = 60_000;

/** Addresses that are told apart within a minute; beyond them all share one count. */
const ADDRESSES_MAX = 4096;

const dropped: Metric = {
  name: 'rollcall_audit_lines_dropped_total',
  kind: 'counter',
  help: 'Lines of the audit that were not written: the file did not take them in time (`slow`), or failed (`failed`), or one address was refused very often (`many`).',
  labels: { reason: ['slow', 'failed', 'many'] },
};

const refusals: ReadonlySet<string> = new Set(['unauthenticated', 'forbidden']);

export class Audit {
  readonly #options: AuditOptions;
  readonly #dropped: Readonly<Record<'slow' | 'failed' | 'many', Counter>>;
  #file: WriteStream | null = null;
  #minuteMs = -Infinity;
  readonly #refused = new Map<string, number>();

  constructor(options: AuditOptions) {
    this.#options = options;
    const counter = (reason: string): Counter => options.meter.counter(dropped, { reason });
    this.#dropped = { slow: counter('slow'), failed: counter('failed'), many: counter('many') };
  }

  /** Throws a sentence if the file cannot be had. Opens it anew after it was moved away. */
  async open(): Promise<void> {
    const { target, log } = this.#options;
    if (target === '-') return;
    const file = createWriteStream(target, { flags: 'a', mode: 0o600 });
    try {
      await once(file, 'open');
    } catch (error) {
      throw new Error(`--audit ${target} cannot be written: ${(error as Error).message}.`, { cause: error });
    }
    file.on('error', (error) => {
      if (this.#file === file) this.#file = null;
      log.error('the audit cannot be written; SIGHUP tries again', { reason: error.message });
    });
    this.#file?.end();
    this.#file = file;
  }

  async reopen(): Promise<void> {
    try {
      await this.open();
    } catch (error) {
      this.#options.log.error('the audit cannot be opened anew', { reason: (error as Error).message });
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    if (file === null) return;
    file.end();
    if (!file.writableFinished && !file.destroyed) await Promise.race([once(file, 'finish'), once(file, 'close')]);
  }

  /** At once, and without waiting for anything. */
  record(entry: AuditEntry): void {
    if (refusals.has(entry.result) && !this.#isHeard(entry.from)) return this.#dropped.many.add();
    const line = `${JSON.stringify({ time: new Date(this.#options.clock.wallMs()).toISOString(), audit: true, ...entry })}\n`;
    const sink = this.#options.target === '-' ? process.stderr : this.#file;
    if (sink === null) this.#dropped.failed.add();
    else if (sink.writableLength > WAITING_BYTES_MAX) this.#dropped.slow.add();
    else sink.write(line);
  }

  #isHeard(from: string): boolean {
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#minuteMs >= MINUTE_MS) {
      this.#minuteMs = nowMs;
      this.#refused.clear();
    }
    const address = this.#refused.has(from) || this.#refused.size < ADDRESSES_MAX ? from : 'others';
    const count = (this.#refused.get(address) ?? 0) + 1;
    this.#refused.set(address, count);
    return count <= REFUSALS_PER_MINUTE_MAX;
  }
}
