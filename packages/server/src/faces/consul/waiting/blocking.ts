/**
 * Blocking queries: who knows the answer waits until it is another one, or the time is over. Those who ask the same wait in one
 * channel: what moved is read once for all of them, and if it still says the same nobody is woken.
 */
import { createHash } from 'node:crypto';
import type { Clock, Random } from '@rollcall/core';
import type { HttpAnswer, HttpLater } from '../../../shared/http-face.js';
import { Slices } from '../../../shared/slice.js';
import { atTurnsEnd, nextTurn } from '../../../shared/turn.js';
import { Deadlines } from './deadlines.js';
import { ConsulRefusal } from '../refusal.js';
import { isNews, type Known, type Shown, type Watched } from './watched.js';

export interface BlockingOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Each holds what waits for it; a connection may carry several. */
  readonly waitersMax: number;
  /** The index of what this node shows now: whoever knows a greater one has it from elsewhere. */
  readonly now: () => number;
}

export interface Wait extends Known {
  readonly waitMs: number;
  /** Makes the answer; `key` tells apart those of one channel that are answered alike. */
  readonly manner: Manner;
}

export interface Manner {
  readonly key: string;
  answer(shown: Shown, index: number): HttpAnswer;
  failed(error: unknown): HttpAnswer;
}

type Found = { readonly index: number; readonly shown: Shown } | { readonly error: unknown };

/** Added to every wait, up to this share of it, so that those who began together do not come back together. */
const JITTER_SHARE = 1 / 16;

/**
 * Who knows an index that is still to come may have it from another node, which is ahead by a moment, or from a log that is no
 * more: then it hears so after this, and begins anew.
 */
const FUTURE_MS_MAX = 10_000;

/** What happens within so much is one change: a deployment of a thousand instances wakes nobody a thousand times. */
const GATHER_MS = 20;

const ANSWERS_PER_SLICE = 200;

/** A read that others notice; after it comes so much rest for each millisecond that it took. */
const LONG_READ_MS = 5;
const REST_PER_READ = 10;

/** Questions that take long: more of them are made up. */
const RESTS_MAX = 1000;

/** There are tens of thousands: it keeps nothing of the question. */
interface Waiter {
  readonly manner: Manner;
  readonly answer: (answer: HttpAnswer) => void;
  readonly channel: Channel;
  moment: number;
  done: boolean;
}

/** All who asked the same. */
interface Channel {
  readonly watched: Watched;
  readonly unlisten: () => void;
  waiters: Set<Waiter>;
  /** Of the answer that all of them have; `null` where every move of the index is news. */
  digest: string | null;
  index: number;
  moved: boolean;
}

export class Blocking {
  readonly #options: BlockingOptions;
  readonly #channels = new Map<string, Channel>();
  readonly #deadlines: Deadlines<Waiter>;
  #moved = new Set<Channel>();
  /** Until when what takes long to read is not read again for those who wait, by its key. */
  readonly #rests = new Map<string, number>();
  #size = 0;
  #telling = false;
  #toldMs = -Infinity;
  #ended = false;

  constructor(options: BlockingOptions) {
    this.#options = options;
    this.#deadlines = new Deadlines(options.clock, (waiter) => this.#tell(waiter));
  }

  /** Who waits. */
  get size(): number {
    return this.#size;
  }

  /** Throws if no further one can wait. */
  wait(watched: Watched, wait: Wait): HttpLater {
    if (this.#size >= this.#options.waitersMax) {
      const text = `Too many blocking queries: ${this.#size} wait at this node already. Ask another one, or come back later.`;
      throw new ConsulRefusal(429, text, ['retry-after', '1']);
    }
    return { start: (answer) => this.#begin(watched, wait, answer) };
  }

  /** Nobody waits any more: all are answered as it is now, and go elsewhere. */
  end(): void {
    this.#ended = true;
    for (const { waiters } of this.#channels.values()) for (const waiter of waiters) this.#tell(waiter);
  }

  #begin(watched: Watched, wait: Wait, answer: Waiter['answer']): () => void {
    const channel = this.#channel(watched);
    const waiter: Waiter = { manner: wait.manner, answer, channel, moment: 0, done: false };
    channel.waiters.add(waiter);
    this.#size++;
    waiter.moment = this.#deadlines.add(waiter, this.#ended ? 0 : this.#waitMs(wait));
    // Something may have moved since it was asked first.
    if (isNews(watched, wait)) this.#tell(waiter);
    return () => this.#release(waiter);
  }

  #waitMs({ index, waitMs }: Wait): number {
    const isFuture = index !== null && index > this.#options.now();
    return (isFuture ? Math.min(waitMs, FUTURE_MS_MAX) : waitMs) * (1 + JITTER_SHARE * this.#options.random.number());
  }

  #channel(watched: Watched): Channel {
    const found = this.#channels.get(watched.key);
    if (found !== undefined) {
      // Whoever comes now knows what moved already.
      if (found.moved) this.#flush(found);
      if (this.#channels.get(watched.key) === found) return found;
    }
    const channel: Channel = {
      watched,
      unlisten: watched.listen(() => this.#gather(channel)),
      waiters: new Set(),
      digest: watched.isExact === true ? null : digestOf(this.#read(watched)),
      index: watched.index(),
      moved: false,
    };
    this.#channels.set(watched.key, channel);
    return channel;
  }

  #release(waiter: Waiter): void {
    if (waiter.done) return;
    waiter.done = true;
    this.#size--;
    this.#deadlines.remove(waiter, waiter.moment);
    const { channel } = waiter;
    if (channel.waiters.delete(waiter) && channel.waiters.size === 0) this.#remove(channel);
  }

  #remove(channel: Channel): void {
    channel.unlisten();
    this.#moved.delete(channel);
    if (this.#channels.get(channel.watched.key) === channel) this.#channels.delete(channel.watched.key);
  }

  #gather(channel: Channel): void {
    if (channel.moved) return;
    channel.moved = true;
    if (channel.watched.isPrompt === true) {
      atTurnsEnd(() => {
        if (channel.moved) this.#flush(channel);
      });
      return;
    }
    this.#moved.add(channel);
    if (!this.#telling) void this.#tellMoved();
  }

  /** Not within the turn of the change: what happens in it is one answer. */
  async #tellMoved(): Promise<void> {
    const { clock } = this.#options;
    this.#telling = true;
    const slices = new Slices(clock, ANSWERS_PER_SLICE);
    while (this.#moved.size > 0) {
      const restMs = this.#toldMs + GATHER_MS - clock.monotonicMs();
      await (restMs > 0 ? new Promise<void>((resolve) => void clock.after(restMs, resolve)) : nextTurn());
      this.#toldMs = clock.monotonicMs();
      const moved = this.#moved;
      this.#moved = new Set();
      for (const channel of moved) {
        if (this.#mayRead(channel)) this.#flush(channel);
        else this.#moved.add(channel);
        if (slices.isOver()) await slices.next();
      }
    }
    this.#telling = false;
  }

  /** What takes long to read is read the more seldom: all of the catalog, while it changes all the time, would take all of the time. */
  #mayRead({ watched: { key } }: Channel): boolean {
    const untilMs = this.#rests.get(key);
    if (untilMs === undefined) return true;
    if (this.#options.clock.monotonicMs() < untilMs) return false;
    this.#rests.delete(key);
    return true;
  }

  #read(watched: Watched): Shown {
    const { clock } = this.#options;
    const beganMs = clock.monotonicMs();
    const shown = watched.read();
    const tookMs = clock.monotonicMs() - beganMs;
    if (tookMs > LONG_READ_MS) {
      if (this.#rests.size >= RESTS_MAX) this.#rests.clear();
      this.#rests.set(watched.key, clock.monotonicMs() + tookMs * REST_PER_READ);
    }
    return shown;
  }

  /** Reads what moved, and answers all who waited if it says something else. */
  #flush(channel: Channel): void {
    channel.moved = false;
    this.#moved.delete(channel);
    if (channel.waiters.size === 0) return;
    const found = this.#found(channel);
    if (found === null) return;
    const { waiters } = channel;
    channel.waiters = new Set();
    this.#remove(channel);
    void this.#answerAll(waiters, found);
  }

  /** `null`: it says what it said. */
  #found(channel: Channel): Found | null {
    const { watched } = channel;
    const index = watched.index();
    // The log was set back: what they know is worth nothing.
    const before = channel.index;
    const isBack = index < before;
    channel.index = index;
    try {
      if (index === before) return null;
      const shown = this.#read(watched);
      if (channel.digest === null) return { index, shown };
      const digest = digestOf(shown);
      if (digest === channel.digest && !isBack) return null;
      channel.digest = digest;
      return { index, shown };
    } catch (error) {
      return { error };
    }
  }

  async #answerAll(waiters: Iterable<Waiter>, found: Found): Promise<void> {
    const slices = new Slices(this.#options.clock, ANSWERS_PER_SLICE);
    const answers = new Map<string, HttpAnswer>();
    for (const waiter of waiters) {
      if (waiter.done) continue;
      this.#release(waiter);
      const { manner } = waiter;
      let answer = answers.get(manner.key);
      if (answer === undefined) answers.set(manner.key, (answer = answerOf(manner, found)));
      waiter.answer(answer);
      if (slices.isOver()) await slices.next();
    }
  }

  /** As it is now, whether that is news or not. */
  #tell(waiter: Waiter): void {
    if (waiter.done) return;
    const { watched } = waiter.channel;
    this.#release(waiter);
    let found: Found;
    try {
      found = { index: watched.index(), shown: watched.read() };
    } catch (error) {
      found = { error };
    }
    waiter.answer(answerOf(waiter.manner, found));
  }
}

function answerOf(manner: Manner, found: Found): HttpAnswer {
  return 'error' in found ? manner.failed(found.error) : manner.answer(found.shown, found.index);
}

/** Short, so that who waits for a large answer does not hold it. */
function digestOf({ status = 200, body }: Shown): string {
  return `${status} ${createHash('sha1')
    .update(body ?? '')
    .digest('base64')}`;
}
