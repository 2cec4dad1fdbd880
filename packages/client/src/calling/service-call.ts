/**
 * One call of a service, from the first try to the answer: who is tried, for how long, what is tried again. It knows no protocol;
 * a way in makes the tries.
 */
import type { Endpoint } from '../balancing/endpoint.js';
import type { Attempt, AttemptJudge, Failure } from './attempt.js';
import { CallFailed, type CallFailedReason } from './call-failed.js';
import type { CallRules, CallWishes } from './call-rules.js';
import { retryAfterMs } from './retry-after.js';
import { mayTryAgain, retryWaitMs, type Again, type TryEnd } from './retry-rules.js';
import type { ServiceParts } from './service-parts.js';
import { Tries } from './tries.js';
import { whomToTry } from './whom-to-try.js';

/** What makes the tries of a call. */
export interface WayIn {
  readonly method: string;
  readonly isIdempotent: boolean;
  /** Whether what is sent can be sent again, as it is now. */
  readonly isReplayable: () => boolean;
  /** Makes a try. What it throws counts as the caller's fault. */
  begin(attempt: Attempt): void;
  /** There will be no answer; nothing else is called any more. */
  failed(error: Error): void;
}

/** A wait that leaves less than this is not worth it. */
const LEFT_MS_MIN = 1;

export class ServiceCall implements AttemptJudge {
  readonly #startedMs: number;
  readonly #parts: ServiceParts;
  readonly #rules: CallRules;
  readonly #wishes: CallWishes;
  readonly #way: WayIn;
  readonly #tries: Tries;
  #answer: Attempt | undefined;
  #isOver = false;
  #isWithin = false;
  #retries = 0;
  #refusals = 0;
  #last: Failure['kind'] = 'refused';
  /** What is waited for: a place, a time, the first word of a registry. */
  #stopWaiting: (() => void) | undefined;
  #cancelHedge: (() => void) | undefined;
  #cancelWhole: (() => void) | undefined;

  constructor(parts: ServiceParts, wishes: CallWishes, way: WayIn) {
    this.#parts = parts;
    this.#rules = parts.rules;
    this.#wishes = wishes;
    this.#way = way;
    this.#startedMs = parts.clock.monotonicMs();
    this.#tries = new Tries(parts, way.method, this.#startedMs, wishes.onTried);
  }

  get hasAnswer(): boolean {
    return this.#answer !== undefined;
  }

  start(): void {
    const { bulkhead, budget } = this.#parts;
    budget.called(this.#startedMs);
    if (bulkhead.tryEnter()) return this.#entered();
    const enter = (): void => this.#entered();
    this.#wait(bulkhead.wait(this.#leftMs(), enter, () => this.#fail('overloaded'))?.giveUp);
  }

  /** Whoever made the call wants it no more. `reason` goes to the tries that go on. */
  abort(reason: Error): void {
    if (this.#isOver) return;
    // Who gives up because of the time says something about the instance; whoever else gives up does not.
    const kind = reason.name === 'TimeoutError' ? 'timeout' : 'abandoned';
    for (const attempt of this.#tries.open) this.#cancel(attempt, kind, reason);
    if (this.#answer !== undefined) this.#cancel(this.#answer, 'abandoned', reason);
    this.#over();
  }

  answered(attempt: Attempt, status: number, retryAfter: string | undefined): boolean {
    this.#tries.heard(attempt, status);
    if (this.#rules.retries.statuses.has(status) && this.#isDropped(attempt, retryAfter)) return false;
    this.#take(attempt);
    return true;
  }

  failed(attempt: Attempt, { kind, fault, error }: Failure): void {
    const wasAnswer = this.#answer === attempt;
    this.#tries.end(attempt, fault === 'instance' ? kind : 'abandoned', codeOf(error), kind);
    if (wasAnswer) return this.#over();
    if (fault === 'request') return this.#giveUp(error);
    this.#last = kind;
    this.#tries.mark(attempt);
    // Where another try goes on, that one decides.
    if (this.#tries.open.length > 0) return;
    const waitMs = this.#waitForAgain({ kind, sent: attempt.wasSent });
    if (waitMs !== undefined) return this.#tryAfter(waitMs);
    this.#fail(this.#leftMs() < LEFT_MS_MIN ? 'timeout' : kind, error);
  }

  finished(attempt: Attempt): void {
    this.#tries.end(attempt, this.#rules.isFailure(attempt.status) ? 'failed' : 'answered');
    this.#over();
  }

  #entered(): void {
    this.#stopWaiting = undefined;
    this.#isWithin = true;
    const { live, pool, clock } = this.#parts;
    if (live.known) return this.#try(false);
    const waiting = new AbortController();
    const cancelTimer = clock.after(Math.min(this.#rules.unheardMs, this.#leftMs()), () => waiting.abort());
    const known = (error?: unknown): void => {
      cancelTimer();
      if (this.#isOver) return;
      if (live.known) {
        // The pool may hear of it only after this.
        pool.update(live.current);
        this.#try(false);
      } else this.#fail('registry-unheard', waiting.signal.aborted ? undefined : error);
    };
    this.#stopWaiting = () => {
      cancelTimer();
      waiting.abort();
    };
    live.ready(waiting.signal).then(() => known(), known);
  }

  #try(isHedge: boolean): void {
    this.#stopWaiting = undefined;
    const { pool, detector, rooms } = this.#parts;
    const { tried, refused, begun } = this.#tries;
    const { isIdempotent } = this.#way;
    const { instanceCallsMax } = this.#rules.bulkhead;
    const seeking = { key: this.#wishes.key, refused, tried, mustBeOther: isHedge, isRisky: !isIdempotent, callsMax: instanceCallsMax };
    const whom = whomToTry(pool, detector, seeking);
    if (typeof whom === 'object') return this.#begin(whom, isHedge);
    if (isHedge) return;
    if (whom === 'nobody') return this.#fail(begun === 0 ? 'no-instance' : this.#last);
    const enter = (): void => this.#try(false);
    this.#wait(rooms.join(this.#leftMs(), enter, () => this.#fail('overloaded'))?.giveUp);
  }

  #begin(endpoint: Endpoint, isHedge: boolean): void {
    const leftMs = this.#leftMs();
    const attempt = this.#tries.begin(endpoint, this, { isHedge, leftMs });
    if (this.#tries.begun === 1) this.#planHedge();
    const tryMs = Math.min(this.#wishes.tryMs ?? this.#rules.tryMs, leftMs);
    attempt.cancelTimer = this.#parts.clock.after(tryMs, () => timeOut(attempt, tryMs));
    try {
      this.#way.begin(attempt);
    } catch (error) {
      attempt.failed({ kind: 'reset', fault: 'request', error: asError(error) });
    }
  }

  #planHedge(): void {
    const { hedge = this.#rules.hedge } = this.#wishes;
    if (hedge === undefined || hedge === false || !this.#way.isIdempotent) return;
    const { clock, spread, budget } = this.#parts;
    const afterMs = hedge.afterMs === 'p95' ? spread.percentile(clock.monotonicMs(), 0.95) : hedge.afterMs;
    if (afterMs === undefined) return;
    this.#cancelHedge = clock.after(afterMs, () => {
      const { open } = this.#tries;
      const isUseful = open.length === 1 && this.#parts.pool.size > 1 && this.#way.isReplayable();
      if (!isUseful || !budget.spend(clock.monotonicMs())) return;
      this.#tries.mark(open[0]);
      this.#try(true);
    });
  }

  /** An answer that is better tried again: another try goes on already, or there will be one. */
  #isDropped(attempt: Attempt, retryAfter: string | undefined): boolean {
    const { clock, detector } = this.#parts;
    const { status } = attempt;
    const restMs = retryAfterMs(retryAfter, clock.wallMs());
    this.#tries.mark(attempt);
    const isAlone = this.#tries.open.length === 1;
    const end: TryEnd = { kind: 'answered', status, sent: true, retryAfterMs: restMs };
    const waitMs = isAlone ? this.#waitForAgain(end) : 0;
    if (waitMs !== undefined) this.#tries.end(attempt, this.#rules.isFailure(status) ? 'failed' : 'answered');
    // Its own word about itself; 429 is a word about its callers.
    if (status === 503 && restMs !== undefined) detector.rest(attempt.endpoint, restMs);
    if (waitMs === undefined) return false;
    if (isAlone) this.#tryAfter(waitMs);
    return true;
  }

  /** How long to wait before the next try, which is then granted; `undefined`: there is none. */
  #waitForAgain(end: TryEnd): number | undefined {
    const nature = { isIdempotent: this.#way.isIdempotent, isReplayable: this.#way.isReplayable() };
    const again = mayTryAgain(end, nature, this.#rules.retries);
    if (again === 'no') return undefined;
    const waitMs = this.#waitMs(end);
    return waitMs + LEFT_MS_MIN <= this.#leftMs() && this.#isGranted(again) ? waitMs : undefined;
  }

  #isGranted(again: Exclude<Again, 'no'>): boolean {
    const { retriesMax, refusalsMax } = this.#rules.retries;
    if (again === 'free') return ++this.#refusals <= refusalsMax;
    if (this.#retries >= (this.#wishes.retriesMax ?? retriesMax)) return false;
    const { clock, budget } = this.#parts;
    if (!budget.spend(clock.monotonicMs())) return false;
    this.#retries++;
    return true;
  }

  /** Where somebody else is left, `Retry-After` binds only the one who said it. 429 is said for all of them. */
  #waitMs(end: TryEnd): number {
    const { pool, random } = this.#parts;
    const waitMs = retryWaitMs(end, this.#retries + 1, this.#rules.retries, random);
    if (end.retryAfterMs === undefined) return waitMs;
    const areOthersLeft = pool.size > (this.#tries.tried?.size ?? 0);
    return end.status === 503 && areOthersLeft ? waitMs : Math.max(waitMs, end.retryAfterMs);
  }

  #tryAfter(waitMs: number): void {
    if (waitMs <= 0) this.#try(false);
    else this.#stopWaiting = this.#parts.clock.after(waitMs, () => this.#try(false));
  }

  #take(attempt: Attempt): void {
    this.#answer = attempt;
    this.#tries.take(attempt);
    this.#cancelHedge?.();
    for (const loser of this.#tries.open) this.#cancel(loser, 'abandoned', new Error('another try was answered first'));
    const { wholeMs = this.#rules.wholeMs } = this.#wishes;
    if (wholeMs === undefined) return;
    const tooLong = (): void => attempt.onCancel?.(this.#failure('timeout'));
    this.#cancelWhole = this.#parts.clock.after(Math.max(0, wholeMs - this.#tookMs()), tooLong);
  }

  #cancel(attempt: Attempt, kind: 'timeout' | 'abandoned', reason: Error): void {
    this.#tries.end(attempt, kind);
    attempt.onCancel?.(reason);
  }

  /** `undefined`: there is no place to wait at. */
  #wait(giveUp: (() => void) | undefined): void {
    if (giveUp === undefined) this.#fail('overloaded');
    else this.#stopWaiting = giveUp;
  }

  #fail(reason: CallFailedReason, cause?: unknown): void {
    this.#giveUp(this.#failure(reason, cause));
  }

  #failure(reason: CallFailedReason, cause?: unknown): CallFailed {
    return new CallFailed(reason, this.#parts.service, { tried: this.#tries.told, tookMs: this.#tookMs(), cause });
  }

  #giveUp(error: Error): void {
    if (this.#isOver) return;
    this.#over();
    this.#way.failed(error);
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopWaiting?.();
    this.#cancelHedge?.();
    this.#cancelWhole?.();
    if (this.#isWithin) this.#parts.bulkhead.leave();
  }

  #tookMs(): number {
    return this.#parts.clock.monotonicMs() - this.#startedMs;
  }

  #leftMs(): number {
    return (this.#wishes.deadlineMs ?? this.#rules.deadlineMs) - this.#tookMs();
  }
}

function timeOut(attempt: Attempt, tryMs: number): void {
  if (attempt.state !== 'open') return;
  const error = Object.assign(new Error(`nothing was heard for ${Math.round(tryMs)} ms`), { code: 'TRY_TIMEOUT' });
  attempt.failed({ kind: 'timeout', fault: 'instance', error });
  attempt.onCancel?.(error);
}

/** The system's own word, or what was said. */
function codeOf(error: Error): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : error.message;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}
