/**
 * The prober from the registry's side: a thread of its own, so that ten thousand connections a second are no heartbeat's
 * business. It begins with the first order: a registry that probes nothing has no second thread. If it should ever fail, another
 * one is given all orders anew.
 */
import { Worker } from 'node:worker_threads';
import type {
  Clock,
  DoubtingProber,
  Glance,
  Glanced,
  Log,
  Look,
  Meter,
  Metric,
  ProbeNews,
  ProbeOrder,
  ProbeReport,
  ProbeRunner,
  ProbeSpec,
} from '@rollcall/core';
import type { FromProber, ProberReport, ProberSettings, ToProber } from './messages.js';

export interface ProberThreadOptions {
  readonly settings: ProberSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
}

const metrics = {
  probes: { name: 'rollcall_probes_total', kind: 'counter', help: 'Probes that were begun.' },
  late: {
    name: 'rollcall_probe_lateness_seconds',
    kind: 'histogram',
    help: 'How much later than its interval says a probe had its turn.',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  doors: { name: 'rollcall_probed_checks', kind: 'gauge', help: 'Checks that this node probes.' },
  doubting: {
    name: 'rollcall_probes_doubted',
    kind: 'gauge',
    help: '1 while more than half of all targets are silent and none answers: then silence makes nobody critical.',
  },
  running: { name: 'rollcall_probes_under_way', kind: 'gauge', help: 'Probes that wait for an answer at this moment.' },
} as const satisfies Readonly<Record<string, Metric>>;

/** A thread that fails at once would fail again. */
const AGAIN_AFTER_MS = 1_000;

/** The thread answers between two probes; one that does not is busier than whoever asks has time. */
const ANSWER_WITHIN_MS = 1_000;

const idle: ProberReport = { lateMs: [], running: 0, waiting: 0, doors: 0, doubting: false };

type Answer = Extract<FromProber, { readonly question: number }>;

export class ProberThread implements ProbeRunner, DoubtingProber {
  readonly #options: ProberThreadOptions;
  readonly #orders = new Map<string, ProbeOrder<ProbeSpec>>();
  readonly #begun: { add(amount?: number): void };
  readonly #late: { observe(value: number): void };
  #settings: ProberSettings;
  #report = idle;
  #worker: Worker | null = null;
  #told: (news: ProbeNews) => void = () => undefined;
  #doubted: (keys: readonly string[]) => void = () => undefined;
  #cancelAgain: (() => void) | null = null;
  #closed = false;
  #questions = 0;
  /** Whoever waits for an answer, by the numbers of their questions. */
  readonly #asking = new Map<number, (answer: Answer | null) => void>();
  #isAccompanied = false;

  constructor(options: ProberThreadOptions) {
    this.#options = options;
    this.#settings = options.settings;
    const { meter } = options;
    this.#begun = meter.counter(metrics.probes);
    this.#late = meter.histogram(metrics.late);
    meter.gauge(metrics.doors, () => this.#report.doors);
    meter.gauge(metrics.doubting, () => Number(this.#report.doubting));
    meter.gauge(metrics.running, () => this.#report.running);
  }

  /** Who is told what is found. */
  tell(told: (news: ProbeNews) => void): void {
    this.#told = told;
  }

  /** Who is told whose silence did not count. */
  tellDoubts(doubted: (keys: readonly string[]) => void): void {
    this.#doubted = doubted;
  }

  /** Whom it believes besides those whom everybody does, from now on. In PEM. */
  trust(authorities: string | null): void {
    if (authorities === this.#settings.authorities) return;
    this.#settings = { ...this.#settings, authorities };
    this.#send({ type: 'trust', authorities });
  }

  opinion(found: Look, keys: readonly string[]): void {
    this.#send({ type: 'opinion', found, keys });
  }

  accompanied(isAccompanied: boolean): void {
    this.#isAccompanied = isAccompanied;
    this.#send({ type: 'accompanied', isAccompanied });
  }

  glance(at: readonly Glance[]): Promise<Glanced> {
    if (this.#worker === null) this.#begin();
    const withinMs = Math.max(0, ...at.map(({ timeoutMs }) => timeoutMs)) + ANSWER_WITHIN_MS;
    const failed = new Error('the thread that runs probes did not answer in time');
    return new Promise((resolve, reject) =>
      this.#ask(
        (question) => ({ type: 'glance', question, at }),
        withinMs,
        (answer) => (answer?.type === 'glanced' ? resolve(answer) : reject(failed)),
      ),
    );
  }

  order(order: ProbeOrder<ProbeSpec>): void {
    this.#orders.set(order.key, order);
    if (this.#worker === null) this.#begin();
    else this.#send({ type: 'order', order });
  }

  drop(key: string): void {
    if (this.#orders.delete(key)) this.#send({ type: 'drop', key });
  }

  reports(keys: readonly string[]): Promise<readonly (ProbeReport | null)[]> {
    const nothing = keys.map(() => null);
    if (this.#worker === null) return Promise.resolve(nothing);
    return new Promise((resolve) =>
      this.#ask(
        (question) => ({ type: 'ask', question, keys }),
        ANSWER_WITHIN_MS,
        (answer) => resolve(answer?.type === 'answer' ? answer.reports : nothing),
      ),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelAgain?.();
    await this.#worker?.terminate();
  }

  #begin(): void {
    if (this.#closed || this.#cancelAgain !== null) return;
    // Without the flags of the process: whoever tests from sources has some that lead there.
    const worker = new Worker(workerUrl(), { workerData: this.#settings, execArgv: [] });
    // Whoever embeds a registry may forget it.
    worker.unref();
    worker.on('message', (message: FromProber) => this.#heard(message));
    worker.on('error', (error) => this.#failed(error));
    this.#worker = worker;
    if (this.#isAccompanied) this.#send({ type: 'accompanied', isAccompanied: true });
    for (const order of this.#orders.values()) this.#send({ type: 'order', order });
  }

  /** `null` also where the thread fails, or ends, before it has answered. */
  #ask(message: (question: number) => ToProber, withinMs: number, answered: (answer: Answer | null) => void): void {
    const question = ++this.#questions;
    const settle = (answer: Answer | null): void => {
      cancel();
      this.#asking.delete(question);
      answered(answer);
    };
    const cancel = this.#options.clock.after(withinMs, () => settle(null));
    this.#asking.set(question, settle);
    this.#send(message(question));
  }

  #send(message: ToProber): void {
    this.#worker?.postMessage(message);
  }

  #heard(message: FromProber): void {
    if (message.type === 'news') return message.news.forEach((news) => this.#hearNews(news));
    if (message.type === 'answer' || message.type === 'glanced') return this.#asking.get(message.question)?.(message);
    if (message.type === 'doubts') return this.#doubted(message.keys);
    this.#sayDoubt(message.report.doubting);
    this.#report = message.report;
    this.#begun.add(message.report.lateMs.length);
    for (const lateMs of message.report.lateMs) this.#late.observe(Math.max(0, lateMs) / 1000);
  }

  /** Whoever takes the place of a thread that failed has to begin with what was told last, or it would tell nothing new. */
  #hearNews(news: ProbeNews): void {
    const order = this.#orders.get(news.key);
    if (order !== undefined) this.#orders.set(news.key, { ...order, status: news.status });
    this.#told(news);
  }

  #sayDoubt(doubting: boolean): void {
    if (doubting === this.#report.doubting) return;
    const { log } = this.#options;
    if (doubting)
      log.warn('more than half of all targets of probes are silent, and none answers; nobody is critical for that until one does');
    else log.info('targets of probes answer again');
  }

  #failed(error: unknown): void {
    const { log, clock } = this.#options;
    this.#worker = null;
    this.#report = idle;
    if (this.#closed) return;
    log.error('the thread that runs probes has failed; another one takes its place', { reason: String(error) });
    this.#cancelAgain = clock.after(AGAIN_AFTER_MS, () => {
      this.#cancelAgain = null;
      this.#begin();
    });
  }
}

/** Threads run what was built: from the sources it is looked for beside them. */
function workerUrl(): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL('../../dist/prober/worker.js', import.meta.url)
    : new URL('./worker.js', import.meta.url);
}
