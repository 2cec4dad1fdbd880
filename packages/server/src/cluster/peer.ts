/** One other node: what it is asked, and whether it answers. Where nothing else flows, a light question finds that out. */
import {
  backoffMs,
  type AttendantName,
  type Clock,
  type Heard,
  type LiveNode,
  type Log,
  type Look,
  type NodeName,
  type Random,
} from '@rollcall/core';
import { readNodeReport, type NodeReport } from '../shared/node-report.js';
import { agesBody, beatsBody, looksBody, peerPaths, readAges, readLooks } from '../shared/peer-protocol.js';
import type { PeerTrust } from '../shared/peer-trust.js';
import { inChunks } from './chunks.js';
import { Handing } from './handing.js';
import { Link, type PeerCall } from './link.js';
import { PeerFailure } from './peer-failure.js';
import type { PeerErrand, PeerMeters } from './peer-meters.js';

export interface PeerOptions {
  readonly node: LiveNode & { readonly peer: string };
  readonly self: NodeName;
  readonly trust: PeerTrust;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly meters: PeerMeters;
}

/** Nodes answer within milliseconds. Who takes a second is asked in another way, and is no help in a hurry. */
const ASK_WITHIN_MS = 1000;

/** Silence for so long is looked into. */
const PING_AFTER_MS = 1000;

/** An answer is proof of life for so long: a ping may fail once, and be repeated. */
const ANSWER_COUNTS_MS = 3000;

/** One failure is an accident. */
const FAILURES_MAX = 2;

/** Short: whoever comes back is to be found soon. */
const AGAIN = { firstMs: 250, longestMs: 2000 };

/** Of what takes long one cannot tell whether it was lost. */
const takesLong: ReadonlySet<PeerErrand> = new Set(['call', 'look']);

export class Peer {
  readonly #options: PeerOptions;
  readonly #link: Link;
  readonly #handing: Handing;
  #answeredMs = -Infinity;
  #failures = 0;
  /** What was last told of it in the log. */
  #said: 'nothing' | 'reached' | 'unreached' = 'nothing';
  #cancelPing: () => void = () => undefined;
  #closed = false;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.#link = new Link(options);
    const { clock, meters } = options;
    this.#handing = new Handing({
      send: (heard, waitedMs) => this.#take(heard, waitedMs),
      now: () => clock.monotonicMs(),
      handed: meters.handed,
      dropped: meters.dropped,
    });
    void this.#ping();
  }

  get node(): LiveNode {
    return this.#options.node;
  }

  get isReached(): boolean {
    return this.#failures < FAILURES_MAX && this.#options.clock.monotonicMs() < this.#answeredMs + ANSWER_COUNTS_MS;
  }

  /** It failed at the last attempt, and none has succeeded since. */
  get isDown(): boolean {
    return this.#failures >= FAILURES_MAX || (this.#failures > 0 && this.#answeredMs === -Infinity);
  }

  hand(heard: readonly Heard[]): Promise<void> {
    if (!this.isDown) return this.#handing.hand(heard);
    // To wait for it would only keep what grows old.
    this.#options.meters.dropped.add(heard.length);
    return Promise.reject(new PeerFailure('unreached', `${this.node.name} does not answer at present`));
  }

  async ages(who: readonly AttendantName[]): Promise<readonly (number | null)[]> {
    this.#options.meters.asked.add(who.length);
    const ages: (number | null)[] = [];
    for (const chunk of inChunks(who, (name) => name)) ages.push(...(await this.#ages(chunk)));
    return ages;
  }

  async look(keys: readonly string[], withinMs: number): Promise<readonly Look[]> {
    return readLooks(await this.ask('look', { path: peerPaths.looks, body: looksBody(keys), withinMs }), keys.length);
  }

  async report(): Promise<NodeReport> {
    return readNodeReport(await this.ask('report', { path: peerPaths.node, body: null, withinMs: ASK_WITHIN_MS }));
  }

  /** Throws a `PeerFailure`. */
  async ask(errand: PeerErrand, call: PeerCall): Promise<unknown> {
    const { clock, meters } = this.#options;
    const { done, failed, seconds } = meters.errands[errand];
    const beganMs = clock.monotonicMs();
    try {
      const answer = await this.#link.ask(call);
      done.add();
      seconds.observe((clock.monotonicMs() - beganMs) / 1000);
      this.#answered();
      return answer;
    } catch (error) {
      failed.add();
      this.#failed(error as PeerFailure, errand);
      throw error;
    }
  }

  /** The files of trust were read anew. */
  renew(): void {
    this.#link.renew();
    this.#failures = 0;
    void this.#ping();
  }

  close(): void {
    this.#closed = true;
    this.#cancelPing();
    this.#handing.close(new PeerFailure('unreached', `${this.node.name} is no longer there`));
    this.#link.close();
  }

  async #take(heard: readonly Heard[], waitedMs: number): Promise<void> {
    await this.ask('hand', { path: peerPaths.beats, body: beatsBody(heard, waitedMs), withinMs: ASK_WITHIN_MS });
  }

  async #ages(who: readonly AttendantName[]): Promise<readonly (number | null)[]> {
    const answer = await this.ask('ask', { path: peerPaths.ages, body: agesBody(who), withinMs: ASK_WITHIN_MS });
    return readAges(answer, who.length);
  }

  /** Beats of nobody: what it takes as long as it can be reached, member or not. */
  async #ping(): Promise<void> {
    this.#cancelPing();
    await this.ask('ping', { path: peerPaths.beats, body: beatsBody([], 0), withinMs: ASK_WITHIN_MS }).catch(() => undefined);
    this.#pingLater();
  }

  #pingLater(): void {
    if (this.#closed) return;
    this.#cancelPing();
    const { clock, random } = this.#options;
    const delayMs = this.#failures > 0 ? backoffMs(AGAIN, this.#failures, random) : PING_AFTER_MS;
    this.#cancelPing = clock.after(delayMs, () => {
      const isQuiet = this.#failures > 0 || clock.monotonicMs() >= this.#answeredMs + PING_AFTER_MS;
      if (isQuiet) void this.#ping();
      else this.#pingLater();
    });
  }

  #answered(): void {
    this.#answeredMs = this.#options.clock.monotonicMs();
    this.#failures = 0;
    if (this.#said === 'unreached') this.#options.log.info('another node answers again', this.#fields());
    this.#said = 'reached';
  }

  /** What is only busy answers: it says that it is. A call that takes long says nothing of the way there. */
  #failed({ kind, refusal, message, isDistrust }: PeerFailure, errand: PeerErrand): void {
    if (refusal?.code === 'overloaded' || (takesLong.has(errand) && kind === 'lost')) return;
    // An older program, which does not look for others, is well all the same.
    if (errand === 'look' && refusal !== null) return;
    this.#failures++;
    // A question about nobody, twice: whoever asked for something that takes longer need not wait until its time is up.
    if (this.#failures === FAILURES_MAX) this.#link.giveUp();
    if (this.#closed || this.#said === 'unreached' || (this.#failures < FAILURES_MAX && !isDistrust)) return;
    this.#said = 'unreached';
    this.#options.log.warn('another node does not answer', {
      ...this.#fields(),
      reason: message,
    });
  }

  #fields(): { readonly node: string; readonly peer: string } {
    const { name, peer } = this.#options.node;
    return { node: name, peer };
  }
}
