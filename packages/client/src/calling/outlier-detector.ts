/** Who of a pool is left alone for a while: each instance's circuit, the share that may be ejected, and who is slow beside the others. */
import type { Clock, Random } from '../ports.js';
import { Circuit, type Verdict } from './circuit.js';
import { LatencyAverage } from './latency-average.js';
import type { EjectionReason, OutlierRules } from './outlier-rules.js';

/** What is needed of an endpoint here. */
export interface Ejectable {
  ejectedUntil: number | undefined;
}

export interface Ejection<Member> {
  readonly member: Member;
  readonly reason: EjectionReason;
  readonly forMs: number;
}

export interface DetectorSurroundings<Member> {
  readonly clock: Clock;
  readonly random: Random;
  /** The pool as it is now. */
  readonly members: () => readonly Member[];
  readonly onEjection?: (ejection: Ejection<Member>) => void;
  readonly onReturn?: (member: Member) => void;
}

interface Standing {
  readonly circuit: Circuit;
  readonly latency: LatencyAverage;
}

/** Fewer than these have no middle to be far from. */
const COMPARED_MIN = 3;

export class OutlierDetector<Member extends Ejectable> {
  readonly #rules: OutlierRules;
  readonly #surroundings: DetectorSurroundings<Member>;
  readonly #standings = new WeakMap<Member, Standing>();
  /** Those that are not closed; who has left the pool is dropped when it matters. */
  readonly #ejected = new Set<Member>();
  #comparedAtMs = 0;

  constructor(rules: OutlierRules, surroundings: DetectorSurroundings<Member>) {
    this.#rules = rules;
    this.#surroundings = surroundings;
    this.#comparedAtMs = surroundings.clock.monotonicMs();
  }

  /** A probe would go there now, or is there already. */
  isHalfOpen(member: Member): boolean {
    return this.#ejected.has(member) && this.#standing(member).circuit.state(this.#now()) === 'half-open';
  }

  /** A probe is there: nobody else should go. */
  isProbing(member: Member): boolean {
    return this.#ejected.has(member) && this.#standing(member).circuit.isProbing;
  }

  /** A call begins there. Answers whether it is the probe; then its verdict, or `abandonProbe`, must follow. */
  begin(member: Member): boolean {
    if (!this.#ejected.has(member)) return false;
    const isProbe = this.#standing(member).circuit.begin(this.#now());
    // One at a time: the pool leaves it alone until the probe has come back.
    if (isProbe) member.ejectedUntil = Number.POSITIVE_INFINITY;
    return isProbe;
  }

  abandonProbe(member: Member): void {
    const { circuit } = this.#standing(member);
    if (!circuit.isProbing) return;
    circuit.abandonProbe();
    member.ejectedUntil = undefined;
  }

  /** A call there that began at `beganMs` ended. `latencyMs`: what its answer took, where there was one. */
  hear(member: Member, verdict: Verdict, beganMs: number, latencyMs?: number): void {
    const nowMs = this.#now();
    const { circuit, latency } = this.#standing(member);
    const wasEjected = this.#ejected.has(member);
    const reason = circuit.hear(verdict, beganMs, nowMs);
    if (latencyMs !== undefined) latency.add(nowMs, latencyMs);
    if (reason !== undefined) this.#eject(member, reason);
    else if (wasEjected) this.#afterProbe(member, circuit, nowMs);
    if (this.#rules.latencyFactor > 0 && nowMs - this.#comparedAtMs >= this.#rules.windowMs) this.#compare(nowMs);
  }

  /** The instance itself said when to come back. */
  rest(member: Member, forMs: number): void {
    if (forMs > 0 && !this.#ejected.has(member)) this.#eject(member, 'asked-for', forMs);
  }

  #eject(member: Member, reason: EjectionReason, leastMs = 0): void {
    const isNew = !this.#ejected.has(member);
    if (isNew && reason !== 'refused' && !this.#mayEjectOneMore()) return;
    const { clock, random, onEjection } = this.#surroundings;
    const nowMs = clock.monotonicMs();
    const untilMs = this.#standing(member).circuit.eject(reason, nowMs, random.number(), leastMs);
    this.#ejected.add(member);
    member.ejectedUntil = untilMs;
    onEjection?.({ member, reason, forMs: untilMs - nowMs });
  }

  /** Back to normal, or the next probe may come. */
  #afterProbe(member: Member, circuit: Circuit, nowMs: number): void {
    const state = circuit.state(nowMs);
    if (state === 'ejected' || circuit.isProbing) return;
    member.ejectedUntil = undefined;
    if (state === 'half-open') return;
    this.#ejected.delete(member);
    // What it took before it was ejected says nothing about how it is now.
    this.#standings.delete(member);
    this.#keep(member, circuit);
    this.#surroundings.onReturn?.(member);
  }

  #mayEjectOneMore(): boolean {
    const members = new Set(this.#surroundings.members());
    for (const member of this.#ejected) if (!members.has(member)) this.#ejected.delete(member);
    return this.#ejected.size + 1 <= Math.max(1, Math.floor(members.size * this.#rules.ejectedShareMax));
  }

  /** Once in a window: who is slow beside the others. */
  #compare(nowMs: number): void {
    this.#comparedAtMs = nowMs;
    const heard: { readonly member: Member; readonly averageMs: number }[] = [];
    for (const member of this.#surroundings.members()) {
      const latency = this.#standings.get(member)?.latency;
      const averageMs = latency?.average(nowMs, this.#rules.callsMin);
      if (averageMs !== undefined && !this.#ejected.has(member)) heard.push({ member, averageMs });
    }
    if (heard.length < COMPARED_MIN) return;
    const sorted = heard.map(({ averageMs }) => averageMs).toSorted((a, b) => a - b);
    // Of an even number the faster half's: half of the pool being slow must not hide itself.
    const middleMs = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
    const { latencyFactor, latencyFloorMs } = this.#rules;
    for (const { member, averageMs } of heard.toSorted((a, b) => b.averageMs - a.averageMs)) {
      if (averageMs < Math.max(middleMs * latencyFactor, latencyFloorMs)) return;
      this.#eject(member, 'latency');
    }
  }

  #standing(member: Member): Standing {
    return this.#standings.get(member) ?? this.#keep(member, new Circuit(this.#rules));
  }

  #keep(member: Member, circuit: Circuit): Standing {
    const standing = { circuit, latency: new LatencyAverage(this.#rules.windowMs) };
    this.#standings.set(member, standing);
    return standing;
  }

  #now(): number {
    return this.#surroundings.clock.monotonicMs();
  }
}
