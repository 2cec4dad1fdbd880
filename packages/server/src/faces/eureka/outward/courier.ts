/**
 * Tells one server what there is to tell: in batches, several at the same time, each instance in one of them. What does not arrive is
 * told again, later and later; what a server would not have is told in smaller and smaller batches, until it is known what that is.
 */
import {
  backoffMs,
  heartbeatCheck,
  type Backoff,
  type Clock,
  type Instance,
  type InstanceRef,
  type Log,
  type Random,
} from '@rollcall/core';
import { Outbox, type Letter } from './outbox.js';
import { LinkFailure, type Link } from './link.js';
import { beatMs, isOurs } from './told.js';
import { answersIn, itemsFor, meaningOf, type Item, type ItemAnswer } from './wording.js';
import type { OutwardMeters } from './meters.js';

export interface CourierOptions {
  /** It is known beforehand to be this registry itself. */
  readonly isSelf: boolean;
  /** What people call that server. */
  readonly name: string;
  readonly link: Pick<Link, 'send'>;
  readonly instanceOf: (ref: InstanceRef) => Instance | undefined;
  /** How long ago it was heard; `null` where that is not known here, or it need not be. */
  readonly heardAgeMs: (ref: InstanceRef) => number | null;
  /** That server has a newer one. Never throws. */
  readonly takeNewer: (said: unknown) => Promise<void>;
  /** That server was told a goodbye of it, after what it was told from here of the registration of that revision. Never throws. */
  readonly takeGoodbye: (ref: InstanceRef, revision: number) => Promise<void>;
  /** It answers, for the first time or again; `awayMs`: for how long it did not. */
  readonly reached: (awayMs: number) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly meters: OutwardMeters;
}

/** As real servers have it. */
const LETTERS_MAX = 250;
const FLUSH_MS = 500;

/** Small enough for every server's bound on a body. */
const BATCH_BYTES_MAX = 1024 * 1024;

/** Of some there is nothing to say any more; others wait meanwhile. */
const LOOKS_PER_BATCH_MAX = 2000;

/** What a server can do beside each other, without being flooded. */
const BATCHES_AT_ONCE_MAX = 4;

/** Whoever was not heard is listened for, and vouched for as soon as it is. */
const LISTEN_MS = 1000;

/** By so much may be said later that it is here, than it was. */
const SLACK_MS: number = LISTEN_MS + 2 * FLUSH_MS;

/** So much later nobody misses a word, who beats within such a lease; a shorter one is over soon enough. */
const LISTENED_FOR_TTL_MS = 30_000;

const away: Backoff = { firstMs: 100, longestMs: 30_000 };
const busy: Backoff = { firstMs: 1000, longestMs: 30_000 };

/** Why it does not hear, and since when. */
export interface Trouble {
  readonly reason: string;
  /** By the monotonic clock. */
  readonly sinceMs: number;
  readonly times: number;
}

export class Courier {
  readonly outbox: Outbox;
  readonly #options: CourierOptions;
  #trouble: Trouble | null = null;
  #lettersMax = LETTERS_MAX;
  #underway = 0;
  #timer: (() => void) | null = null;
  #running = false;
  #isSelf: boolean;
  #wasReached = false;
  #lastToldMs: number | null = null;

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#isSelf = options.isSelf;
    this.outbox = new Outbox(() => options.clock.monotonicMs());
  }

  get trouble(): Trouble | null {
    return this.#trouble;
  }

  /** It is this registry itself. */
  get isSelf(): boolean {
    return this.#isSelf;
  }

  get lastToldMs(): number | null {
    return this.#lastToldMs;
  }

  start(): void {
    if (this.#running || this.#isSelf) return;
    this.#running = true;
    this.#plan(0);
  }

  /** What is on its way arrives; the rest is forgotten. */
  stop(): void {
    this.#running = false;
    this.#timer?.();
    this.#timer = null;
    this.outbox.clear();
    this.#trouble = null;
    this.#wasReached = false;
  }

  /** Tells what waits, once, whatever was planned. Settles when that arrived, or did not. */
  async flush(): Promise<void> {
    if (this.#running && this.#trouble === null) await Promise.all(this.#sendAll());
  }

  #plan(delayMs: number): void {
    if (!this.#running) return;
    this.#timer?.();
    this.#timer = this.#options.clock.after(delayMs, () => {
      this.#timer = null;
      void this.#sendAll();
      // Somebody may have to be vouched for, and nobody says so.
      if (this.#trouble === null) this.#plan(FLUSH_MS);
    });
  }

  #sendAll(): readonly Promise<void>[] {
    const batches: Promise<void>[] = [];
    // A server that was away is asked by one batch whether it is back.
    const atOnceMax = this.#trouble === null && this.#wasReached ? BATCHES_AT_ONCE_MAX : 1;
    while (this.#running && this.#underway < atOnceMax) {
      const batch = this.#nextBatch();
      if (batch.length === 0) break;
      batches.push(this.#send(batch));
    }
    // With nothing to tell, it is asked all the same whether it is back: nobody else would find out.
    if (batches.length === 0 && this.#trouble !== null && this.#underway === 0) batches.push(this.#send([]));
    return batches;
  }

  /** Letters without words are told already. */
  #nextBatch(): readonly Worded[] {
    const { outbox } = this;
    const batch: Worded[] = [];
    let bytes = 0;
    for (let looked = 0; looked < LOOKS_PER_BATCH_MAX && batch.length < this.#lettersMax && bytes < BATCH_BYTES_MAX; looked++) {
      const [letter] = outbox.take(1);
      if (letter === undefined) break;
      const instance = this.#options.instanceOf(letter.ref);
      if (instance !== undefined && isSilent(letter, instance, this.#options.heardAgeMs)) {
        outbox.told(letter, LISTEN_MS);
        continue;
      }
      const items = itemsFor(letter, instance);
      if (items.length === 0) outbox.told(letter, this.#beatMs(letter));
      else batch.push({ letter, items, revision: instance?.revision ?? 0 });
      for (const { json } of items) bytes += json.length;
    }
    this.#options.meters.dropped.add(outbox.takeDropped());
    return batch;
  }

  async #send(batch: readonly Worded[]): Promise<void> {
    const { link, meters } = this.#options;
    const items = batch.flatMap((one) => one.items);
    this.#underway++;
    try {
      const body = await link.send(`{"replicationList":[${items.map(({ json }) => json).join(',')}]}`);
      const answers = answersIn(body, items.length);
      if (answers === null) throw new LinkFailure('refused', 'it answers, but not as a Eureka server does');
      this.#underway--;
      meters.batches.ok.add();
      this.#answered(batch, answers);
      this.#lettersMax = Math.min(LETTERS_MAX, this.#lettersMax * 2);
      this.#isReached();
    } catch (error) {
      this.#underway--;
      meters.batches.failed.add();
      this.#failed(batch, error instanceof LinkFailure ? error : new LinkFailure('away', String(error)));
    }
  }

  #answered(batch: readonly Worded[], answers: readonly ItemAnswer[]): void {
    const { meters } = this.#options;
    let at = 0;
    for (const { letter, items, revision } of batch) {
      const own = items.map((item) => ({ item, answer: answers[at++] as ItemAnswer }));
      const meanings = own.map(({ item, answer }) => meaningOf(item.action, answer));
      own.forEach(({ item }, place) => (meanings[place] === 'refused' ? meters.refused : meters.told[item.action]).add());
      if (meanings.includes('refused')) this.outbox.refused(letter, this.#beatMs(letter));
      else if (meanings.includes('register')) this.outbox.toldAnd(letter, { register: true }, this.#beatMs(letter));
      else this.outbox.told(letter, this.#beatMs(letter));
      if (meanings.includes('gone')) void this.#options.takeGoodbye(letter.ref, revision);
      const place = meanings.indexOf('conflict');
      if (place >= 0) void this.#options.takeNewer(own[place]?.answer.instance);
    }
  }

  #beatMs({ ref }: Letter): number | null {
    const instance = this.#options.instanceOf(ref);
    return instance !== undefined && isOurs(instance) ? beatMs(instance) : null;
  }

  #isReached(): void {
    const { clock, log, name, reached } = this.#options;
    const before = this.#trouble;
    const nowMs = clock.monotonicMs();
    this.#lastToldMs = nowMs;
    this.#trouble = null;
    if (before !== null) log.info('a Eureka server hears again', { peer: name });
    if (before !== null || !this.#wasReached) reached(before === null ? 0 : nowMs - before.sinceMs);
    this.#wasReached = true;
    // There may be more than fitted, or more than it was trusted with.
    this.#plan(this.outbox.waiting > 0 ? 0 : FLUSH_MS);
  }

  #failed(batch: readonly Worded[], failure: LinkFailure): void {
    const { clock, random, log, name } = this.#options;
    const { trouble: kind, message: reason } = failure;
    if (kind === 'self') {
      this.#isSelf = true;
      this.stop();
      log.warn('a Eureka server that is to be told is this registry itself: it is left out', { peer: name });
      return;
    }
    if (kind === 'refused' && batch.length === 1) {
      // It is this one that it would not have.
      for (const { letter } of batch) this.outbox.refused(letter, this.#beatMs(letter));
      this.#options.meters.refused.add();
    } else for (const { letter } of batch) this.outbox.untold(letter);
    if (kind === 'refused' && batch.length > 0) this.#lettersMax = Math.ceil(batch.length / 2);
    const before = this.#trouble;
    if (before === null) log.warn('a Eureka server does not hear', { peer: name, reason });
    const times = (before?.times ?? 0) + 1;
    this.#trouble = { reason, sinceMs: before?.sinceMs ?? clock.monotonicMs(), times };
    if (this.#underway > 0) return;
    // A batch that is refused is looked into at once: what it is of it.
    const isSearching = kind === 'refused' && batch.length > 1;
    this.#plan(isSearching ? FLUSH_MS : backoffMs(kind === 'away' ? away : busy, times, random));
  }
}

/** There is nothing to say but that it is here, and it was not heard since that was said last. */
function isSilent({ ref, news }: Letter, instance: Instance, heardAgeMs: CourierOptions['heardAgeMs']): boolean {
  const { register, override } = news;
  if (register || override || !isOurs(instance) || (heartbeatCheck(instance)?.ttlMs ?? 0) < LISTENED_FOR_TTL_MS) return false;
  const ageMs = heardAgeMs(ref);
  return ageMs !== null && ageMs > beatMs(instance) + SLACK_MS;
}

interface Worded {
  readonly letter: Letter;
  readonly items: readonly Item[];
  /** Of the registration that they speak of. */
  readonly revision: number;
}
