/** One instance as this program experiences it: how many calls it has, how long they take, and whether it is left alone for now. */
import type { Clock } from '../ports.js';
import type { Instance } from '../shapes.js';
import { observe } from './latency.js';
import type { Call, Outcome } from './outcome.js';

/** Who looks after endpoints: the pool. Each is called at once and must not throw. */
export interface EndpointKeeper {
  /** A call began or ended: `outstanding` has changed. */
  loaded(endpoint: Endpoint, by: 1 | -1): void;
  /** After the call was counted out, and its time was learnt. */
  ended(endpoint: Endpoint, outcome: Outcome, tookMs: number): void;
  /** `ejectedUntil` was set or taken back. */
  ejectionChanged(endpoint: Endpoint): void;
}

/**
 * Outlives changes of weight, tags and metadata, so that what was learnt about it stays; a new one is made when the
 * instance's incarnation, host or port changes.
 */
export class Endpoint {
  /** As last heard. Set by the pool alone. */
  instance: Instance;
  /** Calls that began and have not ended. */
  outstanding = 0;
  /** What its answers take, in the way of `latency.ts`; 0 until something was learnt. */
  costMs = 0;
  /** When `costMs` was last brought up to date. */
  costAtMs = 0;
  /** Its weight as it counts now: slow start makes it smaller. Above 0. Set by the pool alone. */
  share = 1;
  /** How far its slow start has come, above 0 and up to 1. Set by the pool alone. */
  warmth = 1;
  /** Of the pool: no longer chosen while its last calls end, and then gone for good. Set by the pool alone. */
  standing: 'member' | 'leaving' | 'gone' = 'member';
  /** Where it is within its balancer, which alone uses this; -1: in none. */
  place = -1;
  readonly #clock: Clock;
  readonly #keeper: EndpointKeeper | undefined;
  #ejectedUntil: number | undefined;

  constructor(instance: Instance, { clock, keeper }: { readonly clock: Clock; readonly keeper?: EndpointKeeper }) {
    this.instance = instance;
    this.#clock = clock;
    this.#keeper = keeper;
  }

  get id(): string {
    return this.instance.id;
  }

  /** `host:port` as a URL has it; the host alone where the instance has no port, nothing where it has no host. */
  get address(): string {
    const { host = '', port } = this.instance;
    const written = host.includes(':') ? `[${host}]` : host;
    return port === undefined ? written : `${written}:${port}`;
  }

  /**
   * Until then, on the monotonic clock, it is chosen only if too few others are left. Set by whoever judges outcomes; the
   * pool takes it back when the time has come.
   */
  get ejectedUntil(): number | undefined {
    return this.#ejectedUntil;
  }

  set ejectedUntil(untilMs: number | undefined) {
    if (untilMs === this.#ejectedUntil) return;
    this.#ejectedUntil = untilMs;
    this.#keeper?.ejectionChanged(this);
  }

  /** Counts a call in. It must be ended; `using` sees to it whatever happens. */
  begin(): Call {
    this.outstanding++;
    this.#keeper?.loaded(this, 1);
    return new BegunCall(this, this.#clock, this.#keeper);
  }
}

class BegunCall implements Call {
  readonly endpoint: Endpoint;
  readonly startedMs: number;
  readonly #clock: Clock;
  readonly #keeper: EndpointKeeper | undefined;
  #open = true;

  constructor(endpoint: Endpoint, clock: Clock, keeper: EndpointKeeper | undefined) {
    this.endpoint = endpoint;
    this.#clock = clock;
    this.#keeper = keeper;
    this.startedMs = clock.monotonicMs();
  }

  end(outcome: Outcome): void {
    if (!this.#open) return;
    this.#open = false;
    const { endpoint } = this;
    const nowMs = this.#clock.monotonicMs();
    const tookMs = outcome.tookMs ?? nowMs - this.startedMs;
    endpoint.outstanding--;
    observe(endpoint, outcome.kind, tookMs, nowMs);
    this.#keeper?.loaded(endpoint, -1);
    this.#keeper?.ended(endpoint, outcome, tookMs);
  }

  [Symbol.dispose](): void {
    this.end(abandoned);
  }
}

const abandoned: Outcome = { kind: 'abandoned' };
