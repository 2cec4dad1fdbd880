/** What other servers said, for as long as they said that it holds, and in bounded memory: who was not asked for longest goes first. */
import type { Clock } from '@rollcall/core';
import type { Remembered } from './forwarded.js';

const ENTRIES_MAX = 10_000;
const BYTES_MAX = 16 * 1024 * 1024;
/** What is larger is rare, and would drive out many others. */
const ANSWER_BYTES_MAX = 16 * 1024;
/** Key, map and object around an answer, roughly. */
const ENTRY_BYTES = 300;

/** An hour, and five minutes for a "no": whoever changes something should not have to wait a day for us. */
const TTL_SECONDS_MAX = 3600;
const NO_TTL_SECONDS_MAX = 300;

interface Entry {
  readonly answer: Remembered;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly bytes: number;
}

export class ForwardCache {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** With its age. */
  get(key: string): { readonly answer: Remembered; readonly ageSeconds: number } | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const nowMs = this.#clock.monotonicMs();
    this.#remove(key, entry);
    if (nowMs >= entry.untilMs) return undefined;
    this.#put(key, entry);
    return { answer: entry.answer, ageSeconds: Math.floor((nowMs - entry.sinceMs) / 1000) };
  }

  put(key: string, answer: Remembered): void {
    const seconds = Math.min(answer.ttlSeconds, answer.rcode === 0 ? TTL_SECONDS_MAX : NO_TTL_SECONDS_MAX);
    if (seconds === 0 || answer.bytes.length > ANSWER_BYTES_MAX) return;
    const known = this.#entries.get(key);
    if (known !== undefined) this.#remove(key, known);
    const sinceMs = this.#clock.monotonicMs();
    this.#put(key, { answer, sinceMs, untilMs: sinceMs + seconds * 1000, bytes: answer.bytes.length + key.length * 2 + ENTRY_BYTES });
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= ENTRIES_MAX && this.#bytes <= BYTES_MAX) break;
      this.#remove(oldest, entry);
    }
  }

  #put(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
  }

  #remove(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}
