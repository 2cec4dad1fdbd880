/**
 * Who did what: a line of JSON for every call that changes something, and for every one that was refused. It never holds up
 * those calls: what the file does not take in time is dropped, and counted.
 */
import { constants, type WriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { once } from 'node:events';
import type { Clock, Counter, Log, Meter, Metric } from '@rollcall/core';
import { isPipe } from '../shared/file-text.js';
import { inert } from '../shared/inert-text.js';

/** Never with a token or another secret in it. */
export interface AuditEntry {
  /** The name of a token or a certificate; `anonymous`, or `unknown` for one that nobody knows. */
  readonly who: string;
  readonly from: string;
  readonly face: string;
  /** The replica that it came to. Left out: this node. */
  readonly via?: string;
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
  #isClosed = false;
  /** When it was last tried to open it anew. */
  #triedMs = -Infinity;
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
    let file: WriteStream;
    try {
      file = await openToAdd(target);
    } catch (error) {
      throw new Error(`--audit ${target} cannot be written: ${(error as Error).message}.`, { cause: error });
    }
    file.on('error', (error) => {
      if (this.#file !== file) return;
      this.#file = null;
      this.#triedMs = this.#options.clock.monotonicMs();
      this.#dropped.failed.add();
      log.error('the audit cannot be written; it is tried again in a minute, and on SIGHUP', { reason: error.message });
    });
    if (this.#isClosed) return void file.end();
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
    this.#isClosed = true;
    if (file === null) return;
    file.end();
    if (!file.writableFinished && !file.destroyed) await Promise.race([once(file, 'finish'), once(file, 'close')]);
  }

  /** At once, and without waiting for anything. */
  record(entry: AuditEntry): void {
    if (refusals.has(entry.result) && !this.#isHeard(entry.from)) return this.#dropped.many.add();
    const time = new Date(this.#options.clock.wallMs()).toISOString();
    const line = `${inert(JSON.stringify({ time, audit: true, ...entry }))}\n`;
    const sink = this.#options.target === '-' ? process.stderr : this.#file;
    if (sink === null) this.#fail();
    else if (sink.writableLength > WAITING_BYTES_MAX) this.#dropped.slow.add();
    else sink.write(line);
  }

  /** A full disk has room again some day. */
  #fail(): void {
    this.#dropped.failed.add();
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#isClosed || nowMs - this.#triedMs < MINUTE_MS) return;
    this.#triedMs = nowMs;
    void this.reopen();
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

/** A pipe is not waited for, neither here nor later: whoever should read it could hold up the whole registry. */
async function openToAdd(path: string): Promise<WriteStream> {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
  const file = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o600).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENXIO' ? new Error(notAPipe) : error;
  });
  if (!isPipe(await file.stat())) return file.createWriteStream();
  await file.close();
  throw new Error(notAPipe);
}

const notAPipe = 'it is a pipe; give a file, or - for standard error';
