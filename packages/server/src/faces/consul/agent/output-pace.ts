/**
 * When what a check says besides its status is written: with a new status always, and by itself at most every five minutes, as
 * Consul's agents tell their servers. A check that says the time of day writes nothing else.
 */
import { refText, machineText, verdictOn, type Clock, type Health } from '@rollcall/core';
import type { FoundCheck } from './finding.js';

const EVERY_MS = 300_000;

/** Of as many it is remembered when they last wrote; then all are forgotten, and each may write once more. */
const REMEMBERED_MAX = 100_000;

export class OutputPace {
  readonly #clock: Clock;
  readonly #writtenMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Called once for each that is said: it counts as written. */
  isNews({ instance, machine, check }: FoundCheck, status: Health, output: string): boolean {
    const known = verdictOn((instance ?? machine)?.verdicts ?? {}, check.id);
    if ((known?.status ?? check.born) === status && (known?.output ?? '') === output) return false;
    const name = `${instance === null ? machine && machineText(machine) : refText(instance)}#${check.id}`;
    const nowMs = this.#clock.monotonicMs();
    const isSoon = (known?.status ?? check.born) === status && nowMs - (this.#writtenMs.get(name) ?? -Infinity) < EVERY_MS;
    if (isSoon) return false;
    if (this.#writtenMs.size >= REMEMBERED_MAX) this.#writtenMs.clear();
    this.#writtenMs.set(name, nowMs);
    return true;
  }
}
