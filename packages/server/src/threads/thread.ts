/**
 * A reader from the ledger's side: a thread of its own, fed with what the catalog is fed with. If it fails, or says nothing
 * any more, another one takes its place, and is filled anew.
 */
import { Worker } from 'node:worker_threads';
import {
  backoffMs,
  type Backoff,
  type Clock,
  type Counter,
  type Log,
  type Meter,
  type Metric,
  type PanicRule,
  type Random,
  type ScopeOptions,
} from '@rollcall/core';
import { Feed, type Source } from './feed.js';
import type { FeedMessage, FromReader, ReaderSettings, ToReader } from './messages.js';

export interface ReaderThreadOptions<FaceSettings, Word> {
  /** What the thread runs. */
  readonly program: URL;
  readonly source: Source;
  readonly panicRule: PanicRule;
  /** Asked whenever one begins. */
  readonly rights: () => ScopeOptions;
  /** Asked whenever one begins. */
  readonly face: () => FaceSettings;
  /** What the reader's face has to say. */
  readonly heard: (word: Word) => void;
  /** The thread is gone, and another one will come. */
  readonly failed: (reason: string) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly meter: Meter;
}

const fills: Metric = {
  name: 'rollcall_reader_fills_total',
  kind: 'counter',
  help: 'How often a reader thread was filled from the view: when it had begun anew, and when it had not kept up with the changes.',
  labels: { reason: ['begun', 'behind'] },
};

const failures: Metric = {
  name: 'rollcall_reader_failures_total',
  kind: 'counter',
  help: 'Reader threads that failed, or said nothing any more, and were replaced.',
};

const lateness: Metric = {
  name: 'rollcall_reader_lateness_seconds',
  kind: 'histogram',
  help: 'How long it took from a change in the catalog until the reader thread had taken it in.',
  buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
};

const backlog: Metric = {
  name: 'rollcall_reader_backlog_bytes',
  kind: 'gauge',
  help: 'What was sent to the reader thread, and not taken in yet.',
};

/** A thread that fails at once would fail again. */
const again: Backoff = { firstMs: 250, longestMs: 30_000 };
/** One that ran for so long has not failed in a row with the one before. */
const SOUND_AFTER_MS = 60_000;

/**
 * A reader says something every second, but for when it has a million instances to look through, which takes a busy machine a
 * while. One that says nothing in all of these looks is caught in itself.
 */
const LOOK_MS = 5_000;
const SILENT_LOOKS_MAX = 12;

export class ReaderThread<FaceSettings, Order, Word> {
  readonly #options: ReaderThreadOptions<FaceSettings, Word>;
  readonly #fills: Readonly<Record<'begun' | 'behind', Counter>>;
  readonly #failures: Counter;
  readonly #late: { observe(value: number): void };
  #worker: Worker | null = null;
  #feed: Feed | null = null;
  #changesSent: Int32Array = new Int32Array(1);
  #begunMs = 0;
  #failedTimes = 0;
  #silentLooks = 0;
  #cancelLook: () => void = () => undefined;
  #cancelAgain: () => void = () => undefined;
  #closed = false;

  constructor(options: ReaderThreadOptions<FaceSettings, Word>) {
    this.#options = options;
    const { meter } = options;
    this.#fills = { begun: meter.counter(fills, { reason: 'begun' }), behind: meter.counter(fills, { reason: 'behind' }) };
    this.#failures = meter.counter(failures);
    this.#late = meter.histogram(lateness);
    meter.gauge(backlog, () => this.#feed?.backlogBytes ?? 0);
  }

  /** Before the catalog reads: then the reader has everything when the catalog has it. */
  start(): void {
    const { program, panicRule, source, clock, rights } = this.#options;
    const changesSent = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    this.#changesSent = new Int32Array(changesSent);
    const workerData: ReaderSettings<FaceSettings> = { panicRule, changesSent, face: this.#options.face() };
    // Without the flags of the process: whoever tests from sources has some that lead there.
    const worker = new Worker(program, { workerData, execArgv: [] });
    // Whoever embeds a registry may forget it.
    worker.unref();
    worker.on('message', (message: FromReader<Word>) => this.#heard(message));
    worker.on('error', (error) => this.#failed(worker, String(error)));
    worker.on('exit', () => this.#failed(worker, 'it ended'));
    this.#worker = worker;
    this.#begunMs = clock.monotonicMs();
    this.#silentLooks = 0;
    this.#send({ type: 'rights', read: rights() });
    this.#feed = new Feed({
      source,
      clock,
      post: poster(worker, this.#changesSent),
      stale: (sinceMs) => this.#send({ type: 'stale', sinceMs }),
      filling: (reason) => this.#tellFilling(reason),
      late: (lateMs) => this.#late.observe(lateMs / 1000),
    });
    this.#look();
  }

  order(order: Order): void {
    this.#send({ type: 'order', order, isCounted: false });
  }

  /** Is part of every answer from now on, as a change of the catalog is. */
  news(order: Order): void {
    if (this.#worker === null) return;
    this.#send({ type: 'order', order, isCounted: true });
    Atomics.add(this.#changesSent, 0, 1);
  }

  /** Others may be seen now than before. */
  rightsChanged(): void {
    this.#send({ type: 'rights', read: this.#options.rights() });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelAgain();
    this.#cancelLook();
    this.#feed?.close();
    await this.#worker?.terminate();
  }

  #send(message: ToReader<Order>): void {
    this.#worker?.postMessage(message);
  }

  #heard(message: FromReader<Word>): void {
    this.#silentLooks = 0;
    if (message.type === 'took') this.#feed?.took(message.number);
    else this.#options.heard(message.word);
  }

  #tellFilling(reason: 'begun' | 'behind'): void {
    this.#fills[reason].add();
    if (reason === 'behind') this.#options.log.warn('a reader thread did not keep up with the changes, and is filled anew');
  }

  /** Looks, not time: a process that slept has looked once. */
  #look(): void {
    this.#cancelLook = this.#options.clock.after(LOOK_MS, () => {
      if (this.#silentLooks++ < SILENT_LOOKS_MAX) return this.#look();
      const worker = this.#worker;
      if (worker === null) return;
      this.#failed(worker, 'it said nothing any more');
      void worker.terminate();
    });
  }

  #failed(worker: Worker, reason: string): void {
    if (this.#closed || worker !== this.#worker) return;
    const { log, clock, random, failed } = this.#options;
    this.#worker = null;
    this.#cancelLook();
    this.#feed?.close();
    this.#feed = null;
    this.#failures.add();
    this.#failedTimes = clock.monotonicMs() - this.#begunMs >= SOUND_AFTER_MS ? 1 : this.#failedTimes + 1;
    const afterMs = Math.round(backoffMs(again, this.#failedTimes, random));
    log.error('a reader thread has failed; another one takes its place', { reason, afterMs });
    failed(reason);
    this.#cancelAgain = clock.after(afterMs, () => this.start());
  }
}

/** The bytes go over with their memory, and are counted behind that: who sees the count finds the message. */
function poster(worker: Worker, changesSent: Int32Array): (message: FeedMessage) => void {
  return (message) => {
    if (message.type === 'begin' || message.type === 'finish') return worker.postMessage(message);
    worker.postMessage(message, [message.bytes.buffer as ArrayBuffer]);
    if (message.type === 'changes') Atomics.add(changesSent, 0, 1);
  };
}
