/**
 * Names of targets as addresses. The system is asked, so that its own rules hold (hosts file, search domains); but it answers
 * on a few threads that the whole process shares, the log's sync of the disk among them. So only few questions are
 * under way, and a name that was slow waits apart from the others.
 */
import { lookup } from 'node:dns/promises';
import type { Clock } from '@rollcall/core';

/** Of the four threads that there are, never more than these. */
const QUESTIONS_MAX = { quick: 2, slow: 1 } as const;

/** Short enough for a service that moves, long enough that a thousand instances on one name are one question. */
const FRESH_MS = 5_000;

/** Who takes so long will take so long again. */
const SLOW_AFTER_MS = 500;

/** Names are forgotten, the oldest first; far more than a node looks after. */
const NAMES_MAX = 10_000;

interface Known {
  readonly addresses: readonly string[];
  readonly untilMs: number;
}

type Lane = keyof typeof QUESTIONS_MAX;

export type Ask = (name: string) => Promise<readonly string[]>;

const askSystem: Ask = async (name) => (await lookup(name, { all: true })).map(({ address }) => address);

export class Names {
  readonly #clock: Clock;
  readonly #ask: Ask;
  readonly #known = new Map<string, Known>();
  readonly #asking = new Map<string, Promise<readonly string[]>>();
  readonly #slow = new Set<string>();
  readonly #underWay: Record<Lane, number> = { quick: 0, slow: 0 };
  readonly #lines: Record<Lane, (() => void)[]> = { quick: [], slow: [] };

  constructor(clock: Clock, ask: Ask = askSystem) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** Never an empty list; throws what the system says. */
  addresses(name: string): Promise<readonly string[]> {
    const known = this.#known.get(name);
    if (known !== undefined && known.untilMs > this.#clock.monotonicMs()) return Promise.resolve(known.addresses);
    const asking = this.#asking.get(name) ?? this.#askFor(name).finally(() => this.#asking.delete(name));
    this.#asking.set(name, asking);
    return asking;
  }

  async #askFor(name: string): Promise<readonly string[]> {
    const lane: Lane = this.#slow.has(name) ? 'slow' : 'quick';
    if (this.#underWay[lane] >= QUESTIONS_MAX[lane]) await new Promise<void>((turn) => this.#lines[lane].push(turn));
    else this.#underWay[lane]++;
    const sinceMs = this.#clock.monotonicMs();
    try {
      const addresses = await this.#ask(name);
      this.#remember(name, addresses);
      return addresses;
    } finally {
      const isSlow = this.#clock.monotonicMs() - sinceMs > SLOW_AFTER_MS;
      if (isSlow && this.#slow.size < NAMES_MAX) this.#slow.add(name);
      else if (!isSlow) this.#slow.delete(name);
      const next = this.#lines[lane].shift();
      if (next === undefined) this.#underWay[lane]--;
      else next();
    }
  }

  #remember(name: string, addresses: readonly string[]): void {
    this.#known.delete(name);
    this.#known.set(name, { addresses, untilMs: this.#clock.monotonicMs() + FRESH_MS });
    const [oldest] = this.#known.keys();
    if (this.#known.size > NAMES_MAX && oldest !== undefined) this.#known.delete(oldest);
  }
}
