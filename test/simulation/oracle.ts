/**
 * What must be true whatever happens. The oracle hears every heartbeat that reaches the node, sees every change of the
 * view, knows when the node slept or was down, and objects to whatever those do not explain.
 */
import { budgetOf, type ChangeBatch, type GuardSettings, type GuardState, type Instance } from '@rollcall/core';

class Objection extends Error {
  override readonly name = 'Objection';
}

export interface OracleOptions {
  readonly instances: number;
  readonly ttlMs: Float64Array;
  readonly termMs: Float64Array;
  readonly guard: GuardSettings;
  readonly now: () => number;
}

/** One tick of the wheel. */
const TICK_MS = 100;
const SHORT_SLEEP_MS = 3 * TICK_MS;
/** What is under way when the oracle looks: a step of the simulation for the tick, and one for the commit. */
const SLACK_MS = 200;

export class Oracle {
  readonly #options: OracleOptions;
  /** When the last beat reached the node, and how long that had slept by then. */
  readonly #heardMs: Float64Array;
  /** The one before: of two things that happen at once, either may be the first. */
  readonly #heardBeforeMs: Float64Array;
  readonly #sleptAtBeat: Float64Array;
  /** What of its sleep a node must not count as silence: all but the short ones, which are ordinary lateness. */
  #excusedMs = 0;
  readonly #excusedAtBeat: Float64Array;
  readonly #criticalMs: Float64Array;
  readonly #sleptAtLapse: Float64Array;
  readonly #shown: (Instance | null)[];
  /** It said goodbye. */
  readonly #leaving: Uint8Array;
  #sleptMs = 0;
  #asleepSinceMs: number | null = null;
  #startedMs = 0;
  #sleptAtStart = 0;
  #excusedAtStart = 0;
  /** Restarts and jumps of the wall clock: a term that saw one may be shorter. */
  #disturbedMs = -Infinity;
  /** What each window of the guard let go, by its start. */
  readonly #windows = new Map<number, GuardState>();
  /** When the last of them began. */
  #windowMs = -Infinity;
  lapses = 0;
  departures = 0;
  heldMost = 0;
  held = 0;

  constructor(options: OracleOptions) {
    const { instances } = options;
    this.#options = options;
    this.#heardMs = new Float64Array(instances).fill(-Infinity);
    this.#heardBeforeMs = new Float64Array(instances).fill(-Infinity);
    this.#sleptAtBeat = new Float64Array(instances);
    this.#excusedAtBeat = new Float64Array(instances);
    this.#criticalMs = new Float64Array(instances).fill(Infinity);
    this.#sleptAtLapse = new Float64Array(instances);
    this.#shown = Array.from({ length: instances }, () => null);
    this.#leaving = new Uint8Array(instances);
  }

  heard(instance: number): void {
    const nowMs = this.#options.now();
    if (this.#heardMs[instance] !== nowMs) this.#heardBeforeMs[instance] = this.#heardMs[instance] as number;
    this.#heardMs[instance] = nowMs;
    this.#sleptAtBeat[instance] = this.#slept();
    this.#excusedAtBeat[instance] = this.#excusedMs;
  }

  leaves(instance: number): void {
    this.#leaving[instance] = 1;
  }

  registers(instance: number): void {
    this.#leaving[instance] = 0;
    this.heard(instance);
  }

  nodeStarts(view: Iterable<Instance>, guard: GuardState): void {
    this.#startedMs = this.#options.now();
    this.#sleptAtStart = this.#slept();
    this.#excusedAtStart = this.#excusedMs;
    this.disturbed();
    // The one before may have begun a window with its last breath.
    this.#lookAtGuard(guard);
    const there = new Set<number>();
    for (const instance of view) {
      const at = indexOf(instance.id);
      there.add(at);
      this.#show(at, instance);
    }
    this.#shown.forEach((shown, at) => {
      if (shown !== null && !there.has(at)) this.#object(at, 'was lost by a restart');
    });
  }

  nodeSleeps(): void {
    this.#asleepSinceMs = this.#options.now();
  }

  nodeWakes(): void {
    const forMs = this.#options.now() - (this.#asleepSinceMs ?? this.#options.now());
    if (forMs > SHORT_SLEEP_MS) this.#excusedMs += forMs - TICK_MS;
    this.#sleptMs += forMs;
    this.#asleepSinceMs = null;
  }

  disturbed(): void {
    this.#disturbedMs = this.#options.now();
  }

  changed({ changes }: ChangeBatch, guard: GuardState): void {
    this.#lookAtGuard(guard);
    for (const { ref, current } of changes) {
      const at = indexOf(ref.id);
      if (current === null) this.#departs(at);
      this.#show(at, current);
    }
  }

  /** A heartbeat was acknowledged: from then on the view shows it. */
  acknowledged(instance: number): void {
    const shown = this.#shown[instance] ?? null;
    if (shown === null) this.#object(instance, 'is not shown, though its heartbeat was acknowledged');
    if (shown.health === 'critical') this.#object(instance, 'is critical, though its heartbeat was acknowledged');
  }

  /** Looks at everybody, once per step. */
  look(guard: GuardState): void {
    this.#lookAtGuard(guard);
    const { ttlMs, termMs, now } = this.#options;
    const [nowMs, sleptMs] = [now(), this.#slept()];
    for (let at = 0; at < this.#shown.length; at++) {
      const shown = this.#shown[at];
      if (shown === null || shown === undefined) continue;
      const heardMs = this.#heardMs[at] as number;
      const criticalMs = this.#criticalMs[at] as number;
      if (criticalMs === Infinity) {
        const sinceMs = Math.max(heardMs, this.#startedMs);
        const excuseMs = sleptMs - (heardMs >= this.#startedMs ? (this.#sleptAtBeat[at] as number) : this.#sleptAtStart);
        if (nowMs > sinceMs + (ttlMs[at] as number) + TICK_MS + excuseMs + SLACK_MS) this.#object(at, 'is silent, and still not critical');
        continue;
      }
      if (heardMs > criticalMs && nowMs > heardMs + SLACK_MS + (sleptMs - (this.#sleptAtBeat[at] as number)))
        this.#object(at, 'was heard, and is still critical');
      const since = Math.max(criticalMs, this.#startedMs);
      const excuseMs = sleptMs - Math.min(this.#sleptAtLapse[at] as number, this.#sleptAtStart);
      const isLate = nowMs > since + (termMs[at] as number) + 2 * TICK_MS + excuseMs + 2 * SLACK_MS;
      if (isLate && !shown.held) this.#object(at, 'should have departed, and nobody holds it');
    }
  }

  /** At the end, when all disturbances are over and everybody had the time: who beats is passing, who does not is gone. */
  judge(isAlive: (instance: number) => boolean, guard: GuardState): void {
    this.#shown.forEach((shown, at) => {
      if (isAlive(at) && shown?.health !== 'passing') this.#object(at, 'is alive, and not shown as passing');
      if (!isAlive(at) && shown !== null) this.#object(at, 'is gone, and still shown');
    });
    if (guard.holding) throw new Objection('the guard still holds, though nobody waits');
    const departed = [...this.#windows.values()].reduce((sum, window) => sum + window.departed, 0);
    if (departed !== this.departures) throw new Objection(`the guard counted ${departed} departures, there were ${this.departures}`);
  }

  #show(at: number, current: Instance | null): void {
    const before = this.#shown[at] ?? null;
    this.#shown[at] = current;
    this.held += Number(current?.held ?? false) - Number(before?.held ?? false);
    this.heldMost = Math.max(this.heldMost, this.held);
    const isCritical = current?.health === 'critical';
    if (!isCritical) this.#criticalMs[at] = Infinity;
    else if (this.#criticalMs[at] === Infinity) this.#lapses(at);
  }

  #lapses(at: number): void {
    const nowMs = this.#options.now();
    const ttlMs = this.#options.ttlMs[at] as number;
    this.lapses++;
    this.#criticalMs[at] = nowMs;
    this.#sleptAtLapse[at] = this.#slept();
    const isJustHeard = this.#heardMs[at] === nowMs;
    const heardMs = (isJustHeard ? this.#heardBeforeMs[at] : this.#heardMs[at]) as number;
    const sinceMs = Math.max(heardMs, this.#startedMs);
    const excusedAtMs = isJustHeard ? this.#excusedMs : heardMs > this.#startedMs ? this.#excusedAtBeat[at] : this.#excusedAtStart;
    const silentMs = nowMs - sinceMs - (this.#excusedMs - (excusedAtMs as number));
    if (silentMs < ttlMs) this.#object(at, `became critical after ${silentMs} ms of silence; its ttl is ${ttlMs}`);
  }

  #departs(at: number): void {
    if (this.#leaving[at] === 1) return;
    const nowMs = this.#options.now();
    const [ttlMs, termMs] = [this.#options.ttlMs[at] as number, this.#options.termMs[at] as number];
    const criticalMs = this.#criticalMs[at] as number;
    this.departures++;
    if (criticalMs === Infinity) this.#object(at, 'departed without having been critical');
    if ((this.#heardMs[at] as number) > criticalMs && this.#heardMs[at] !== nowMs)
      this.#object(at, 'departed, though it was heard after its lapse');
    const leastMs = this.#disturbedMs > criticalMs ? Math.min(ttlMs, termMs) : termMs;
    const waitedMs = nowMs - (this.#disturbedMs > criticalMs ? Math.min(criticalMs, nowMs - leastMs) : criticalMs);
    if (waitedMs < leastMs) this.#object(at, `departed after ${waitedMs} ms; its term is ${termMs}`);
  }

  #lookAtGuard(guard: GuardState): void {
    if (guard.windowStartMs === 0) return;
    if (!this.#windows.has(guard.windowStartMs)) {
      const nowMs = this.#options.now();
      const lastedMs = nowMs - this.#windowMs;
      if (lastedMs < this.#options.guard.windowMs && this.#disturbedMs < this.#windowMs)
        throw new Objection(`a window of the guard lasted ${lastedMs} ms`);
      this.#windowMs = nowMs;
    }
    this.#windows.set(guard.windowStartMs, guard);
    const most = budgetOf(guard.presentAtStart, this.#options.guard) + guard.released;
    if (guard.departed > most) throw new Objection(`the guard let ${guard.departed} go in one window; its budget is ${most}`);
  }

  #slept(): number {
    return this.#sleptMs + (this.#asleepSinceMs === null ? 0 : this.#options.now() - this.#asleepSinceMs);
  }

  #object(at: number, what: string): never {
    const shown = this.#shown[at];
    const facts = {
      nowMs: this.#options.now(),
      heardMs: this.#heardMs[at],
      criticalMs: this.#criticalMs[at],
      ttlMs: this.#options.ttlMs[at],
      termMs: this.#options.termMs[at],
      startedMs: this.#startedMs,
      sleptMs: this.#slept(),
      held: shown?.held,
    };
    throw new Objection(`instance ${at} ${what} ${JSON.stringify(facts)}`);
  }
}

export function idOf(instance: number): string {
  return `i-${instance}`;
}

function indexOf(id: string): number {
  return Number(id.slice(2));
}
