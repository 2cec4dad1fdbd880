/** The tries of one call: those that go on, those that were made, and what each says about its instance when it ends. */
import type { Endpoint } from '../balancing/endpoint.js';
import type { OutcomeKind } from '../balancing/outcome.js';
import { Attempt, JudgedOutcome, type AttemptJudge } from './attempt.js';
import type { ServiceParts } from './service-parts.js';
import type { Tried } from './tried.js';

/** What is said of a try when it begins. */
export interface TryStart {
  readonly isHedge: boolean;
  readonly leftMs: number;
}

export class Tries {
  /** Without an answer yet; two while one is hedged. */
  open: readonly Attempt[] = none;
  /** Those that ended, but for one that was well from the beginning, of which nobody wants to know. */
  told: readonly Tried[] = none;
  begun = 0;
  /** Who was tried, and who refused. */
  tried: Set<Endpoint> | undefined;
  refused: Set<Endpoint> | undefined;
  readonly #parts: ServiceParts;
  readonly #method: string;
  readonly #startedMs: number;
  readonly #onTried: ((tried: Tried) => void) | undefined;

  constructor(parts: ServiceParts, method: string, startedMs: number, onTried: ((tried: Tried) => void) | undefined) {
    this.#parts = parts;
    this.#method = method;
    this.#startedMs = startedMs;
    this.#onTried = onTried;
  }

  begin(endpoint: Endpoint, judge: AttemptJudge, { isHedge, leftMs }: TryStart): Attempt {
    const { detector, tracing, service, rules } = this.#parts;
    const { deadlineHeader } = rules;
    const isProbe = detector.begin(endpoint);
    const span = tracing()?.begin(endpoint, service, this.#method, this.begun);
    const deadline = deadlineHeader === undefined ? undefined : { [deadlineHeader]: String(Math.max(1, Math.floor(leftMs))) };
    const headers = span === undefined ? deadline : { ...deadline, ...span.headers };
    const attempt = new Attempt(judge, { call: endpoint.begin(), isProbe, isHedge, headers, span });
    this.begun++;
    this.open = this.open.length === 0 ? [attempt] : [...this.open, attempt];
    return attempt;
  }

  /** Its head came. */
  heard(attempt: Attempt, status: number): void {
    const { clock, spread } = this.#parts;
    attempt.cancelTimer();
    attempt.status = status;
    attempt.headMs = clock.monotonicMs();
    spread.add(attempt.headMs, attempt.headMs - attempt.startedMs);
  }

  /** It has the call's answer. */
  take(attempt: Attempt): void {
    attempt.state = 'taken';
    this.#close(attempt);
    const { detector, rules } = this.#parts;
    // A probe has proved enough with its head; its body may be a stream without an end.
    if (attempt.isProbe) {
      detector.hear(attempt.endpoint, rules.isFailure(attempt.status) ? 'failure' : 'success', attempt.startedMs);
    }
  }

  /** Counts it out. `seen`: how it looks to the caller, where the instance is not to blame. */
  end(attempt: Attempt, kind: OutcomeKind, because?: string, seen: OutcomeKind = kind): void {
    const { clock, rooms } = this.#parts;
    attempt.state = 'over';
    attempt.cancelTimer();
    this.#close(attempt);
    const latencyMs = attempt.headMs > 0 ? attempt.headMs - attempt.startedMs : undefined;
    attempt.call.end(new JudgedOutcome(kind, attempt.status === 0 ? undefined : attempt.status, latencyMs));
    this.#judge(attempt, kind, latencyMs);
    if (seen === 'refused') (this.refused ??= new Set()).add(attempt.endpoint);
    this.#tell(attempt, seen, clock.monotonicMs(), because);
    rooms.next();
  }

  /** Another one is tried before it is tried again. */
  mark(attempt: Attempt | undefined): void {
    if (attempt !== undefined) (this.tried ??= new Set()).add(attempt.endpoint);
  }

  #close(attempt: Attempt): void {
    if (this.open.length === 1 && this.open[0] === attempt) this.open = none;
    else if (this.open.includes(attempt)) this.open = this.open.filter((other) => other !== attempt);
  }

  #judge({ endpoint, isProbe, startedMs, headMs }: Attempt, kind: OutcomeKind, latencyMs: number | undefined): void {
    const { detector } = this.#parts;
    // What a probe's head said was heard with it.
    const isJudged = isProbe && headMs > 0;
    if (kind === 'abandoned') {
      if (isProbe && !isJudged) detector.abandonProbe(endpoint);
    } else if (kind === 'answered' || kind === 'failed') {
      if (!isJudged) detector.hear(endpoint, kind === 'answered' ? 'success' : 'failure', startedMs, latencyMs);
    } else detector.hear(endpoint, kind === 'refused' ? 'refusal' : 'failure', startedMs, latencyMs);
  }

  #tell(attempt: Attempt, kind: OutcomeKind, nowMs: number, because: string | undefined): void {
    const tell = this.#parts.tellTried();
    const isFine = kind === 'answered' && this.told.length === 0;
    if (isFine && this.#onTried === undefined && tell === undefined && attempt.span === undefined) return;
    const told = attempt.told(kind, this.#startedMs, nowMs, because);
    this.told = [...this.told, told];
    attempt.span?.end(told);
    tell?.({ service: this.#parts.service, method: this.#method, isHedge: attempt.isHedge, ...told });
    this.#onTried?.(told);
  }
}

const none: readonly never[] = [];
