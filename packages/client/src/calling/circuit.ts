/**
 * One instance as outlier detection sees it: `closed` (called as usual), `ejected` (left alone until a time), `half-open` (that
 * time has come: one call at a time finds out). Pure: the time is told, and who may be ejected is for the detector to say.
 */
import type { EjectionReason, OutlierRules } from './outlier-rules.js';
import { RollingCounts } from './rolling-counts.js';

export type Verdict = 'success' | 'failure' | 'refusal';

export class Circuit {
  readonly #rules: OutlierRules;
  readonly #counts: RollingCounts;
  #inARow = 0;
  /** Ejections in a row; forgotten one by one in good times. */
  #ejections = 0;
  #ejectedAtMs = Number.NEGATIVE_INFINITY;
  #untilMs: number | undefined;
  #closedAtMs = 0;
  #probing = false;
  #probesPassed = 0;

  constructor(rules: OutlierRules) {
    this.#rules = rules;
    this.#counts = new RollingCounts(rules.windowMs);
  }

  state(nowMs: number): 'closed' | 'ejected' | 'half-open' {
    if (this.#untilMs === undefined) return 'closed';
    return nowMs < this.#untilMs ? 'ejected' : 'half-open';
  }

  /** A probe is under way: nobody else may try. */
  get isProbing(): boolean {
    return this.#probing;
  }

  /** When the ejection is over; `undefined` while closed. */
  get untilMs(): number | undefined {
    return this.#untilMs;
  }

  /** A call begins. Answers whether it is the probe. */
  begin(nowMs: number): boolean {
    if (this.#probing || this.state(nowMs) !== 'half-open') return false;
    this.#probing = true;
    return true;
  }

  /** A call that began at `beganMs` ended so. Answers why the instance should be ejected, if it should. */
  hear(verdict: Verdict, beganMs: number, nowMs: number): EjectionReason | undefined {
    if (this.#untilMs !== undefined) return this.#hearEjected(verdict, beganMs, nowMs);
    this.#counts.add(nowMs, 1, verdict === 'success' ? 0 : 1);
    if (verdict === 'success') {
      this.#inARow = 0;
      return undefined;
    }
    this.#inARow++;
    if (verdict === 'refusal') return 'refused';
    if (this.#inARow >= this.#rules.consecutiveFailures) return 'failures-in-a-row';
    const { all, some } = this.#counts.counts(nowMs);
    return all >= this.#rules.callsMin && some >= all * this.#rules.failureShare ? 'failure-share' : undefined;
  }

  /** The call that `begin` called the probe ended without a verdict: the next one may probe. */
  abandonProbe(): void {
    this.#probing = false;
  }

  /** `chance` in [0, 1): the jitter. `leastMs`: what the instance itself asked for. Answers until when. */
  eject(reason: EjectionReason, nowMs: number, chance: number, leastMs = 0): number {
    const { refusalMs, ejectionMs, ejectionMsMax, jitter } = this.#rules;
    const baseMs = reason === 'refused' ? refusalMs : ejectionMs;
    if (this.#untilMs === undefined) this.#forgive(nowMs);
    // Who says himself when to come back is believed, and it counts as no offence.
    const isAskedFor = reason === 'asked-for';
    if (!isAskedFor) this.#ejections++;
    const lengthMs = isAskedFor ? leastMs : Math.max(leastMs, Math.min(baseMs * this.#ejections, ejectionMsMax));
    this.#ejectedAtMs = nowMs;
    this.#untilMs = nowMs + lengthMs * (1 + jitter * chance);
    this.#probing = false;
    this.#probesPassed = 0;
    return this.#untilMs;
  }

  /** Called as usual again. */
  close(nowMs: number): void {
    this.#untilMs = undefined;
    this.#closedAtMs = nowMs;
    this.#probing = false;
    this.#inARow = 0;
    this.#counts.clear();
  }

  /** What began before the ejection is about the past. A call out of panic that succeeds proves as much as a probe. */
  #hearEjected(verdict: Verdict, beganMs: number, nowMs: number): EjectionReason | undefined {
    if (beganMs <= this.#ejectedAtMs) return undefined;
    this.#probing = false;
    if (verdict !== 'success') {
      const isOver = this.state(nowMs) === 'half-open';
      if (!isOver) return undefined;
      return verdict === 'refusal' ? 'refused' : 'probe-failed';
    }
    this.#probesPassed++;
    if (this.#probesPassed >= this.#rules.probes) this.close(nowMs);
    return undefined;
  }

  /** One ejection is forgotten for each length of one that passed well. */
  #forgive(nowMs: number): void {
    const goodTimes = Math.floor((nowMs - this.#closedAtMs) / this.#rules.ejectionMs);
    this.#ejections = Math.max(0, this.#ejections - goodTimes);
  }
}
