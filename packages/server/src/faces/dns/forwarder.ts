/**
 * Questions about the names of others, passed on to other servers. The same question is under way once, whoever asks it: so what
 * comes back to us by some way round waits for itself, and goes round no second time.
 */
import { isIn, readAddress, type AddressRange, type Clock, type Random } from '@rollcall/core';
import { decodeQuery, rcodes, type DnsQuery } from '@rollcall/wire';
import type { Transport } from './compose.js';
import type { Forwarding } from './desk.js';
import { ForwardCache } from './forward-cache.js';
import { answerFor, failure, keyOf, questionFor, type Remembered } from './forwarded.js';
import type { Asker } from './handler.js';
import type { Upstream } from './messages.js';
import type { Tally } from './tally.js';
import { askUpstream } from './upstream.js';

export interface ForwarderOptions {
  readonly upstreams: readonly Upstream[];
  /** Who may ask. */
  readonly forwardFor: readonly AddressRange[];
  readonly clock: Clock;
  readonly random: Random;
  readonly tally: Tally;
  readonly ask?: typeof askUpstream;
}

/** Different questions that are under way: each has a socket. */
const UNDER_WAY_MAX = 500;
/** Who may wait for the same one. */
const WAITING_MAX = 1000;

/** Whoever asks gives up after five seconds, mostly. */
const WITHIN_MS = 4500;
/** Where none answers, each is asked so often. */
const ROUNDS = 2;

/** One that did not answer is asked after all others for so long. */
const AVOIDED_MS = 10_000;

/** Addresses of which it is remembered whether they may ask. */
const KNOWN_ADDRESSES_MAX = 10_000;

interface Waiting {
  readonly question: DnsQuery;
  readonly transport: Transport;
  readonly answer: (bytes: Uint8Array) => void;
}

export class Forwarder implements Forwarding {
  readonly #options: ForwarderOptions;
  readonly #cache: ForwardCache;
  readonly #underWay = new Map<string, Waiting[]>();
  readonly #served = new Map<string, boolean>();
  /** Until when each of them is asked last. */
  readonly #avoidedUntilMs = new Map<Upstream, number>();
  #closed = false;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#cache = new ForwardCache(options.clock);
  }

  serves(address: string): boolean {
    const known = this.#served.get(address);
    if (known !== undefined) return known;
    const read = readAddress(address.replace(/%.*$/, ''));
    const isServed = read !== null && this.#options.forwardFor.some((range) => isIn(read, range));
    if (this.#served.size >= KNOWN_ADDRESSES_MAX) this.#served.clear();
    this.#served.set(address, isServed);
    return isServed;
  }

  forward(bytes: Uint8Array, { transport }: Asker, answer: (bytes: Uint8Array) => void): Uint8Array | 'later' {
    const { tally } = this.#options;
    const question = decodeQuery(bytes) as DnsQuery;
    const key = keyOf(question);
    const known = this.#cache.get(key);
    if (known !== undefined) {
      tally.forwarded('cached');
      return answerFor(question, known.answer, known.ageSeconds, transport);
    }
    const others = this.#underWay.get(key);
    if (this.#closed || (others === undefined ? this.#underWay.size >= UNDER_WAY_MAX : others.length >= WAITING_MAX)) {
      tally.forwarded('failed');
      return answerFor(question, failure(question), 0, transport);
    }
    const waiting = { question, transport, answer };
    if (others !== undefined) others.push(waiting);
    else {
      this.#underWay.set(key, [waiting]);
      void this.#ask(question).then((found) => this.#settle(key, found));
    }
    return 'later';
  }

  /** Whoever still waits is not answered any more. */
  close(): void {
    this.#closed = true;
    this.#underWay.clear();
  }

  #settle(key: string, found: Remembered): void {
    const { tally } = this.#options;
    this.#cache.put(key, found);
    for (const { question, transport, answer } of this.#underWay.get(key) ?? []) {
      tally.forwarded(found.rcode === rcodes.SERVFAIL ? 'failed' : 'answered');
      answer(answerFor(question, found, 0, transport));
    }
    this.#underWay.delete(key);
  }

  /** Never throws. */
  async #ask(question: DnsQuery): Promise<Remembered> {
    const { clock, random, ask = askUpstream } = this.#options;
    const untilMs = clock.monotonicMs() + WITHIN_MS;
    let refused: Remembered | null = null;
    for (let round = 0; round < ROUNDS; round++) {
      for (const upstream of this.#inOrder()) {
        if (this.#closed || clock.monotonicMs() >= untilMs) return refused ?? failure(question);
        try {
          const answer = await ask(upstream, questionFor(question, random), clock);
          this.#avoidedUntilMs.delete(upstream);
          if (answer.rcode !== rcodes.SERVFAIL && answer.rcode !== rcodes.REFUSED) return answer;
          // Another one may know better.
          refused = answer;
        } catch {
          this.#avoidedUntilMs.set(upstream, clock.monotonicMs() + AVOIDED_MS);
        }
      }
      // It was an answer: to ask again would bring it again.
      if (refused !== null) return refused;
    }
    return failure(question);
  }

  /** Those first that have not failed lately, otherwise as they were named. */
  #inOrder(): readonly Upstream[] {
    const nowMs = this.#options.clock.monotonicMs();
    const isAvoided = (upstream: Upstream): boolean => (this.#avoidedUntilMs.get(upstream) ?? 0) > nowMs;
    const { upstreams } = this.#options;
    return [...upstreams.filter((one) => !isAvoided(one)), ...upstreams.filter(isAvoided)];
  }
}
