/** One try of a call, between the core, which decides, and a way in, which makes it. */
import type { Endpoint } from '../balancing/endpoint.js';
import type { Call, Outcome, OutcomeKind } from '../balancing/outcome.js';
import type { TrySpan } from './tracing.js';
import type { Tried } from './tried.js';

/** How a try ended that has no answer. */
export interface Failure {
  readonly kind: 'refused' | 'timeout' | 'reset';
  /** Whose fault: `here` is this program or this machine, and says nothing about the instance; `request`: trying again is no use. */
  readonly fault: 'instance' | 'here' | 'request';
  readonly error: Error;
}

/** The core, as a try sees it. */
export interface AttemptJudge {
  /** Whether this answer is the call's. */
  answered(attempt: Attempt, status: number, retryAfter: string | undefined): boolean;
  failed(attempt: Attempt, failure: Failure): void;
  finished(attempt: Attempt): void;
}

/** Outcomes that the core has judged itself already. */
export class JudgedOutcome implements Outcome {
  readonly kind: OutcomeKind;
  readonly status?: number;
  readonly tookMs?: number;

  constructor(kind: OutcomeKind, status: number | undefined, tookMs: number | undefined) {
    this.kind = kind;
    if (status !== undefined) this.status = status;
    if (tookMs !== undefined) this.tookMs = tookMs;
  }
}

/**
 * The way in that makes it tells: `sent` before the first byte may leave; then `answered` or `failed` once; after an answer that was
 * taken, `finished` or `failed` once. It sets `onCancel`, and after that was called it may fall silent.
 */
export class Attempt {
  readonly endpoint: Endpoint;
  /** For the instance: what is added to the request's headers. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly startedMs: number;
  readonly isProbe: boolean;
  readonly isHedge: boolean;
  readonly span: TrySpan | undefined;
  /** `open` until its head or its end; `taken`: it has the call's answer; `over`. */
  state: 'open' | 'taken' | 'over' = 'open';
  wasSent = false;
  /** What its answer's head said, and when it came. */
  status = 0;
  headMs = 0;
  /** Stops it, for the reason that is to be passed on. */
  onCancel: ((reason: Error) => void) | undefined;
  cancelTimer: () => void = nothing;
  readonly call: Call;
  readonly #judge: AttemptJudge;

  constructor(judge: AttemptJudge, made: Pick<Attempt, 'call' | 'isProbe' | 'isHedge' | 'headers' | 'span'>) {
    this.#judge = judge;
    this.call = made.call;
    this.endpoint = made.call.endpoint;
    this.startedMs = made.call.startedMs;
    this.headers = made.headers;
    this.isProbe = made.isProbe;
    this.isHedge = made.isHedge;
    this.span = made.span;
  }

  /** From here on the instance may have seen something of it. */
  sent(): void {
    this.wasSent = true;
  }

  /** Its head came. `true`: it is the call's answer, to be passed on; `false`: nobody wants it any more. */
  answered(status: number, retryAfter?: string): boolean {
    if (this.state !== 'open') return false;
    return this.#judge.answered(this, status, retryAfter);
  }

  failed(failure: Failure): void {
    if (this.state !== 'over') this.#judge.failed(this, failure);
  }

  /** The answer is whole. */
  finished(): void {
    if (this.state === 'taken') this.#judge.finished(this);
  }

  told(kind: OutcomeKind, callStartedMs: number, nowMs: number, because?: string): Tried {
    return {
      id: this.endpoint.id,
      address: this.endpoint.address,
      outcome: kind,
      ...(this.status === 0 ? {} : { status: this.status }),
      ...(because === undefined || because === '' ? {} : { because }),
      afterMs: this.startedMs - callStartedMs,
      tookMs: nowMs - this.startedMs,
    };
  }
}

function nothing(): void {
  // There is no timer.
}
