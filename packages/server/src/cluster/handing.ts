/**
 * The beats that are on their way to one node. What does not go out quickly enough is dropped, the oldest first: handing over
 * is an optimisation, and whoever would say a lapse asks before.
 */
import type { Counter, Heard } from '@rollcall/core';
import { bytesOf, inChunks } from './chunks.js';

export interface HandingOptions {
  /** Ages have grown by `waitedMs` since they were handed in. */
  readonly send: (heard: readonly Heard[], waitedMs: number) => Promise<void>;
  readonly now: () => number;
  readonly handed: Counter;
  readonly dropped: Counter;
}

/** One is being read over there while the next is on its way. */
const AT_ONCE_MAX = 2;

/** Seconds of a large fleet's beats. Older ones are worth less than those that come. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024;

interface Batch {
  readonly heard: readonly Heard[];
  readonly bytes: number;
  readonly sinceMs: number;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

export class Handing {
  readonly #options: HandingOptions;
  readonly #waiting: Batch[] = [];
  #bytes = 0;
  #underWay = 0;

  constructor(options: HandingOptions) {
    this.#options = options;
  }

  /** Settles when all of it is there; rejects where that is not known. */
  async hand(heard: readonly Heard[]): Promise<void> {
    await Promise.all(inChunks(heard, ({ who }) => who).map((chunk) => this.#wait(chunk)));
  }

  /** Whatever waits is dropped. */
  close(reason: Error): void {
    while (this.#waiting.length > 0) this.#dropOldest(reason);
  }

  #wait(heard: readonly Heard[]): Promise<void> {
    const bytes = heard.reduce((sum, { who }) => sum + bytesOf(who), 0);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ heard, bytes, sinceMs: this.#options.now(), resolve, reject });
      this.#bytes += bytes;
      this.#sendNext();
      while (this.#bytes > WAITING_BYTES_MAX) this.#dropOldest(new Error('more beats than that node takes in time'));
    });
  }

  #sendNext(): void {
    if (this.#underWay >= AT_ONCE_MAX) return;
    const batch = this.#takeOldest();
    if (batch === undefined) return;
    const { now } = this.#options;
    this.#underWay++;
    void this.#send(batch, now() - batch.sinceMs).finally(() => {
      this.#underWay--;
      this.#sendNext();
    });
  }

  async #send({ heard, resolve, reject }: Batch, waitedMs: number): Promise<void> {
    const { send, handed, dropped } = this.#options;
    try {
      await send(heard, waitedMs);
      handed.add(heard.length);
      resolve();
    } catch (error) {
      dropped.add(heard.length);
      reject(error as Error);
    }
  }

  #dropOldest(reason: Error): void {
    const batch = this.#takeOldest();
    if (batch === undefined) return;
    this.#options.dropped.add(batch.heard.length);
    batch.reject(reason);
  }

  #takeOldest(): Batch | undefined {
    const batch = this.#waiting.shift();
    if (batch !== undefined) this.#bytes -= batch.bytes;
    return batch;
  }
}
