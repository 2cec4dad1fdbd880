/** How much may be repeated: a share of the calls, so that a service in trouble is not given several times its load. */
import { RollingCounts } from './rolling-counts.js';

export interface BudgetRules {
  /** Repeats for each call of the last while. */
  readonly share: number;
  /** And so many a second besides, so that a service that is called seldom can be repeated too. */
  readonly floorPerSecond: number;
  /** How long a call counts. */
  readonly windowMs: number;
}

/** Finagle's, which have stood the test of time. */
export const usualBudget: BudgetRules = { share: 0.2, floorPerSecond: 10, windowMs: 10_000 };

/** Law: within a window, what was granted is at most `share` of the calls, and the floor. */
export class RetryBudget {
  readonly #rules: BudgetRules;
  readonly #counts: RollingCounts;
  readonly #floor: number;

  constructor(rules: BudgetRules = usualBudget) {
    this.#rules = rules;
    this.#counts = new RollingCounts(rules.windowMs);
    this.#floor = (rules.floorPerSecond * rules.windowMs) / 1000;
  }

  /** A call was made: a first try, not a repeat. */
  called(nowMs: number): void {
    this.#counts.add(nowMs, 1, 0);
  }

  /** Asks for one repeat; what is granted is spent. */
  spend(nowMs: number): boolean {
    const { all, some } = this.#counts.counts(nowMs);
    if (some + 1 > all * this.#rules.share + this.#floor) return false;
    this.#counts.add(nowMs, 0, 1);
    return true;
  }
}
