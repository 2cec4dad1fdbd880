/**
 * How many answers a network may have in a second. Whoever asks over udp may lie about where it is: what it is sent then hits
 * somebody else. So a network that gets very many answers is sent no more of them, but for every second one a word that
 * it may ask over TCP, where nobody can lie.
 */
import type { Clock } from '@rollcall/core';
import { addressBytes } from './addresses.js';

/** `cut`: only the word to come by TCP. */
export type Verdict = 'answer' | 'cut' | 'nothing';

export interface RateLimitOptions {
  /** 0: no limit. */
  readonly answersPerSecond: number;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

const WINDOW_MS = 1000;

/** Networks that are counted each for itself; those that come later in the same second are counted as one. */
const NETWORKS_MAX = 20_000;
const OTHERS = '';

/** Of those that get no answer, each so many-th is told to come by TCP. */
const CUT_EVERY = 2;

/** What is handed out to one customer of a provider: RFC 6177. */
const IPV6_NETWORK_BYTES = 7;

export class RateLimit {
  readonly #answersPerSecond: number;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #counts = new Map<string, number>();
  #windowStartMs = -Infinity;

  constructor({ answersPerSecond, clock }: RateLimitOptions) {
    this.#answersPerSecond = answersPerSecond;
    this.#clock = clock;
  }

  /** Counts one answer to this address. This machine is never limited: nobody else can say that he is it. */
  judge(address: string): Verdict {
    if (this.#answersPerSecond === 0 || address.startsWith('127.') || address === '::1') return 'answer';
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#windowStartMs >= WINDOW_MS) {
      this.#windowStartMs = nowMs;
      this.#counts.clear();
    }
    const network = networkOf(address);
    const known = this.#counts.get(network);
    const counted = known === undefined && this.#counts.size >= NETWORKS_MAX ? OTHERS : network;
    const count = (known ?? this.#counts.get(counted) ?? 0) + 1;
    this.#counts.set(counted, count);
    if (count <= this.#answersPerSecond) return 'answer';
    return count % CUT_EVERY === 0 ? 'cut' : 'nothing';
  }
}

/** An IPv4 address without its last byte, an IPv6 address's first seven bytes. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address.slice(0, address.lastIndexOf('.'));
  // A zone behind it names one of our own interfaces.
  const bytes = addressBytes(address.replace(/%.*$/, ''));
  return bytes === null ? address : String.fromCharCode(...bytes.subarray(0, IPV6_NETWORK_BYTES));
}
