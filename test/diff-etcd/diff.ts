/** The same questions to a real etcd and to the face, and every answer of the one beside that of the other. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@rollcall/conformance';
import { etcd } from '@rollcall/wire';
import { excuses, unsent } from './excuses.js';
import { asked, prelude, Sequence, STREAMS, type Known, type Step } from './sequence.js';
import { briefly, shown } from './shown.js';
import { WatchStreams, type Told } from './streams.js';
import { calls, type Outcome, type Subject } from './subject.js';

export interface Report {
  readonly asked: number;
  /** With those within transactions. */
  readonly operations: number;
  readonly events: number;
  readonly settled: number;
  /** How often what differed was excused, or not sent for it. */
  readonly excused: Readonly<Record<string, number>>;
  /** The first that was found, and what led to it; `null` for none. */
  readonly difference: string | null;
}

/** A real etcd tells the past in rounds of a tenth of a second, and more slowly where it has much to do. */
const SETTLED_WITHIN_MS = 10_000;
/** A cancellation may have no answer. */
const CANCELLED_WITHIN_MS = 20;
/** Two of those rounds, and some more. */
const LOOKING_BACK_MS = 250;
/** What led to a difference, as far as it is shown. */
const LATELY = 20;
/** So often all watches are compared, beside where they have to be. */
const SETTLE_EVERY = 200;

export class Diff {
  readonly #real: Subject;
  readonly #face: Subject;
  readonly #known: Known = { revision: 1, compacted: 0 };
  readonly #sequence: Sequence;
  readonly #realWatches: WatchStreams;
  readonly #faceWatches: WatchStreams;
  readonly #excused: Record<string, number> = {};
  readonly #lately: string[] = [];
  #asked = 0;
  #operations = 0;
  #settled = 0;
  /** When somebody asked for the past. */
  #lookedBackMs = 0;
  #difference: string | null = null;

  constructor(seed: number, real: Subject, face: Subject, isLenient = false) {
    this.#real = real;
    this.#face = face;
    this.#sequence = new Sequence(new SeededRandom(seed), this.#known, isLenient);
    this.#realWatches = new WatchStreams(real, STREAMS, () => this.#known.compacted);
    this.#faceWatches = new WatchStreams(face, STREAMS, () => this.#known.compacted);
  }

  async run(steps: number): Promise<Report> {
    if (this.#asked === 0) await this.#align();
    if (this.#asked === 0) for (const step of prelude(this.#known.revision + 1)) await this.#take(step);
    for (let at = 0; at < steps && this.#difference === null; at++) {
      if (at % SETTLE_EVERY === SETTLE_EVERY - 1) await this.#settle();
      const step = this.#sequence.next();
      this.#remember(step);
      await this.#take(step);
    }
    if (this.#difference === null) await this.#settle();
    return this.#report();
  }

  /** A registry has written for itself before anybody comes: then the other log is brought to where this one stands. */
  async #align(): Promise<void> {
    for (const [behind, ahead] of [[this.#face, this.#real] as const, [this.#real, this.#face] as const]) {
      let missing = (await revisionOf(ahead)) - (await revisionOf(behind));
      // A key that is put and deleted makes two revisions; put once more, three.
      if (missing === 1) await touch(ahead, 2);
      if (missing === 1) missing = 3;
      if (missing > 1) await touch(behind, missing);
    }
    this.#known.revision = await revisionOf(this.#real);
  }

  close(): void {
    this.#realWatches.close();
    this.#faceWatches.close();
  }

  #report(): Report {
    const { events } = this.#realWatches;
    return {
      asked: this.#asked,
      operations: this.#operations,
      events,
      settled: this.#settled,
      excused: this.#excused,
      difference: this.#difference,
    };
  }

  async #take(step: Step): Promise<void> {
    this.#asked++;
    switch (step.kind) {
      case 'ask':
        // What forgets, forgets what a watch may still have to be told: there the two need not come to the same.
        if (step.call.path.endsWith('/Compact')) await this.#settleForCompaction();
        return this.#ask(step);
      case 'keep':
        return this.#keep(step.id);
      case 'create':
        return this.#send(step.stream, { createRequest: step.request });
      case 'cancel':
        await this.#settle();
        return this.#send(step.stream, { cancelRequest: { watchId: step.id } });
      case 'progress':
        return undefined;
      case 'reopen':
        await this.#settle();
        this.#realWatches.reopen(step.stream);
        this.#faceWatches.reopen(step.stream);
    }
  }

  async #ask(step: Step & { readonly kind: 'ask' }): Promise<void> {
    this.#operations += operationsIn(step.request);
    const face = await this.#face.ask(step.call, step.request as never);
    const ours = shown(face);
    const kept = unsent.find(({ covers }) => covers(step, '', ours));
    if (kept !== undefined) return this.#excuse(kept.name);
    const real = await this.#real.ask(step.call, step.request as never);
    const theirs = shown(real);
    this.#learn(step, real);
    if (ours === theirs) return;
    const excuse = excuses.find(({ covers }) => covers(step, theirs, ours));
    if (excuse === undefined) this.#differs(theirs, ours);
    else this.#excuse(excuse.name);
  }

  #learn({ call, request }: Step & { readonly kind: 'ask' }, outcome: Outcome<object>): void {
    if ('refusal' in outcome) return;
    const { header } = outcome.response as { readonly header: etcd.ResponseHeader };
    this.#known.revision = header.revision;
    if (call.path.endsWith('/Compact')) this.#known.compacted = (request as etcd.CompactionRequest).revision;
  }

  async #keep(id: bigint): Promise<void> {
    const [theirs, ours] = await Promise.all([this.#real, this.#face].map((subject) => keptBy(subject, id)));
    if (theirs !== ours) this.#differs(theirs ?? '', ours ?? '');
  }

  /** The answers are waited for, so that the two are asked at the same revision. Of an id that nobody has nothing is said. */
  async #send(stream: number, request: Partial<etcd.WatchRequest>): Promise<void> {
    this.#operations++;
    const startRevision = request.createRequest?.startRevision ?? 0;
    if (startRevision > 0 && startRevision <= this.#known.revision) this.#lookedBackMs = Date.now();
    const watches = [this.#realWatches, this.#faceWatches];
    const answers = Math.max(...watches.map((one) => one.answers)) + 1;
    for (const one of watches) one.send(stream, request);
    await turns();
    const untilMs = Date.now() + (request.cancelRequest === undefined ? SETTLED_WITHIN_MS : CANCELLED_WITHIN_MS);
    while (watches.some((one) => one.answers < answers) && Date.now() < untilMs) await sleep(1);
  }

  /** Who watches the past may not have been told of it yet by etcd, also where there was nothing to tell. */
  async #settleForCompaction(): Promise<void> {
    await this.#settle();
    const sinceMs = Date.now() - this.#lookedBackMs;
    if (sinceMs < LOOKING_BACK_MS) await sleep(LOOKING_BACK_MS - sinceMs);
  }

  /** Waits until both were told the same. */
  async #settle(): Promise<void> {
    this.#settled++;
    await turns();
    const untilMs = Date.now() + SETTLED_WITHIN_MS;
    for (let pauseMs = 1; this.#objection() !== null && Date.now() < untilMs; pauseMs = Math.min(pauseMs * 2, 20)) await sleep(pauseMs);
    const objection = this.#objection();
    if (objection !== null) return this.#differs(objection.real, objection.face);
    this.#realWatches.forget();
    this.#faceWatches.forget();
  }

  #objection(): { readonly real: string; readonly face: string } | null {
    const [real, face] = [linesOf(this.#realWatches.told), linesOf(this.#faceWatches.told)];
    const at = real.findIndex((line, index) => line !== face[index]);
    if (at < 0 && real.length === face.length) return null;
    const from = Math.max(0, (at < 0 ? real.length : at) - 3);
    return { real: real.slice(from, from + 8).join('\n'), face: face.slice(from, from + 8).join('\n') };
  }

  #excuse(name: string): void {
    this.#excused[name] = (this.#excused[name] ?? 0) + 1;
  }

  #remember(step: Step): void {
    this.#lately.push(describe(step));
    if (this.#lately.length > LATELY) this.#lately.shift();
  }

  #differs(real: string, face: string): void {
    this.#difference = [
      `at question ${this.#asked}, at revision ${this.#known.revision}, compacted to ${this.#known.compacted}:`,
      ...this.#lately,
      `etcd:\n${real}`,
      `face:\n${face}`,
    ].join('\n');
  }
}

async function revisionOf(subject: Subject): Promise<number> {
  const outcome = await subject.ask(asked.range, { ...etcd.rangeRequest.empty, key: Uint8Array.of(1) });
  if ('refusal' in outcome) throw new Error(`${subject.name} does not answer: ${outcome.refusal.message}`);
  return outcome.response.header.revision;
}

async function touch(subject: Subject, revisions: number): Promise<void> {
  const key = Uint8Array.of(1);
  for (let at = 1; at < revisions; at++) await subject.ask(asked.put, { ...etcd.putRequest.empty, key });
  await subject.ask(asked.remove, { ...etcd.deleteRangeRequest.empty, key });
}

async function keptBy(subject: Subject, id: bigint): Promise<string> {
  return new Promise((kept) => {
    const stream = subject.open(
      calls.keepAlive,
      (response) => {
        kept(shown({ response }));
        stream.end();
      },
      (refusal) => kept(shown({ refusal })),
    );
    stream.send({ id });
  });
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((next) => setImmediate(next));
}

function linesOf(told: readonly Told[]): readonly string[] {
  return told.flatMap((watches, stream) =>
    [...watches].toSorted(([a], [b]) => a - b).flatMap(([id, said]) => said.map((line) => `  stream ${stream}, watch ${id}: ${line}`)),
  );
}

function operationsIn(request: object): number {
  const { success, failure } = request as Partial<etcd.TxnRequest>;
  return [...(success ?? []), ...(failure ?? [])].reduce(
    (sum, { requestTxn }) => sum + (requestTxn === null ? 1 : operationsIn(requestTxn)),
    1,
  );
}

function describe(step: Step): string {
  return step.kind === 'ask' ? `${step.call.path} ${briefly(step.request)}` : briefly(step);
}
