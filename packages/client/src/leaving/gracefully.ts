/**
 * Leaving without hurting anybody: say goodbye to the registry, go on serving while callers hear of it, finish what is asked,
 * close, and end. Asked for with one call, and set off by SIGTERM or SIGINT.
 */
import { constants } from 'node:os';
import type { Clock } from '../ports.js';
import { durationMs } from '../registering/ttl.js';
import { sleep } from '../sleep.js';
import { systemClock } from '../system-clock.js';
import { wayOut, type Closing } from './ways-out.js';

/** What is to be deregistered: what `registry.register()` answered. */
export interface Leaves {
  deregister(options: { readonly timeoutMs: number }): Promise<unknown>;
}

export type LeavingStep =
  /** The registry is told; whoever asks it from now on is not sent here any more. */
  | 'deregistering'
  /** Those who have not heard of it are still served. */
  | 'draining'
  /** Nothing new is taken, what is there is finished. */
  | 'closing'
  | 'closed'
  /** The time was over; what was still there has been ended. */
  | 'cut off';

export interface GracefulOptions {
  /** How long it goes on serving after the goodbye, such as `20s`; 15 s if left out. Callers that ask the registry now and then need longer than those that watch. */
  readonly drainTime?: string | number;
  /** How long the last requests, and `onClosed`, may take after that; 10 s if left out. */
  readonly closeTime?: string | number;
  /** What sets it off; SIGTERM and SIGINT if left out. The same again, or the other one, ends the process at once. */
  readonly signals?: readonly NodeJS.Signals[];
  /** When no request is left: for what they needed, such as a database. */
  readonly onClosed?: () => unknown;
  /** Told of each step. */
  readonly onStep?: (step: LeavingStep) => void;
  /** Instead of the end of the process. */
  readonly exit?: (code: number) => void;
  readonly clock?: Clock;
}

export interface Graceful {
  /** For a page that says whether this process is ready. */
  readonly isLeaving: boolean;
  /** Sets it off without a signal. Answers the exit code when all is done; the process goes on. */
  leave(): Promise<number>;
  /** Listens to signals no more. */
  release(): void;
}

/** All requests were finished; or some were cut off, or `onClosed` failed. Whoever is ended by a second signal ends with 128 and its number. */
const ALL_DONE = 0;
const CUT_OFF = 1;
const BY_SIGNAL = 128;

const DRAIN_MS = 15_000;
/** With the usual drain time it is over before the 30 s after which Kubernetes kills. */
const CLOSE_MS = 10_000;
/** As long as a registry that answers takes; one that is away is told while this drains, if it comes back. */
const GOODBYE_MS = 2000;
/** The same signal, twice: from a terminal and from the program that this was started by. */
const ECHO_MS = 100;

/** `closing`: servers, in the order in which they were made. `leaves`: what `registry.register()` answered, one or more. */
export function gracefully(
  closing: Closing | readonly Closing[],
  leaves: Leaves | readonly Leaves[],
  options: GracefulOptions = {},
): Graceful {
  const { signals = ['SIGTERM', 'SIGINT'], exit = (code) => process.exit(code), clock = systemClock } = options;
  const leaving = new Leaving([closing].flat(), [leaves].flat(), options);
  let sinceMs: number | null = null;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (sinceMs === null) {
      sinceMs = clock.monotonicMs();
      void leaving.leave().then(exit);
    } else if (clock.monotonicMs() - sinceMs > ECHO_MS) {
      exit(BY_SIGNAL + constants.signals[signal]);
    }
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    get isLeaving() {
      return leaving.hasBegun;
    },
    leave: () => leaving.leave(),
    release() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

class Leaving {
  readonly #ways: readonly ReturnType<typeof wayOut>[];
  readonly #leaves: readonly Leaves[];
  readonly #options: GracefulOptions;
  readonly #clock: Clock;
  readonly #drainMs: number;
  readonly #closeMs: number;
  #code: Promise<number> | null = null;

  constructor(closing: readonly Closing[], leaves: readonly Leaves[], options: GracefulOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#ways = closing.map((server) => wayOut(server, this.#clock));
    this.#leaves = leaves;
    this.#options = options;
    this.#drainMs = readTime('drainTime', options.drainTime, DRAIN_MS);
    this.#closeMs = readTime('closeTime', options.closeTime, CLOSE_MS);
  }

  get hasBegun(): boolean {
    return this.#code !== null;
  }

  /** Once, however often it is asked; never rejects. */
  leave(): Promise<number> {
    this.#code ??= this.#leave();
    return this.#code;
  }

  async #leave(): Promise<number> {
    this.#step('deregistering');
    for (const way of this.#ways) guarded(() => way.begin());
    const goodbyes = this.#leaves.map((one) => one.deregister({ timeoutMs: GOODBYE_MS + this.#drainMs }));
    await this.#within(Promise.allSettled(goodbyes), GOODBYE_MS);
    this.#step('draining');
    if (this.#drainMs > 0) await sleep(this.#clock, this.#drainMs);
    this.#step('closing');
    const done = await this.#within(this.#close(), this.#closeMs);
    if (done) {
      this.#step('closed');
      return ALL_DONE;
    }
    for (const way of this.#ways) guarded(() => way.cut());
    this.#step('cut off');
    return CUT_OFF;
  }

  async #close(): Promise<void> {
    await Promise.all(this.#ways.map((way) => way.close()));
    await this.#options.onClosed?.();
  }

  /** Did it come to a good end in time? */
  async #within(work: Promise<unknown>, timeMs: number): Promise<boolean> {
    const over = new AbortController();
    const late = sleep(this.#clock, timeMs, over.signal).then(() => false);
    const settled = work.then(
      () => true,
      (error: unknown) => {
        warn(error);
        return false;
      },
    );
    const inTime = await Promise.race([settled, late]);
    over.abort();
    return inTime;
  }

  #step(step: LeavingStep): void {
    guarded(() => this.#options.onStep?.(step));
  }
}

/** What is left to do is done, whatever one of its parts throws. */
function guarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    warn(error);
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}

function readTime(name: string, given: string | number | undefined, otherwiseMs: number): number {
  const ms = given === undefined ? otherwiseMs : durationMs(given);
  if (ms === undefined)
    throw new TypeError(`${name} is a duration such as "20s" or a number of milliseconds, not ${JSON.stringify(given)}.`);
  return ms;
}
