/**
 * Who is sent away when not everybody can be served. A heartbeat that is not heard makes a living instance look dead, so
 * heartbeats are served longest; a query can be asked elsewhere and again, so queries go first.
 */

/** From the one that is served longest to the one that is shed first. */
export const lanes = ['heartbeat', 'deregister', 'register', 'watch', 'read'] as const;

export type Lane = (typeof lanes)[number];

export interface Load {
  /** What a request waits before anybody looks at it. */
  readonly loopDelayMs: number;
  /** Commits that the store has not answered yet. Only writers wait behind them. */
  readonly commitsWaiting: number;
}

/**
 * Where shedding begins. A query that waits for a fifth of a second is better asked elsewhere; every lane before it bears
 * twice as much. Commits: what a disk that syncs a hundred times a second, taking a few hundred at a time, does within
 * seconds. A departure takes load away in the end, so it may queue for longer than an arrival.
 */
const shedFrom: Readonly<Record<Lane, Load>> = {
  heartbeat: { loopDelayMs: 3200, commitsWaiting: Infinity },
  deregister: { loopDelayMs: 1600, commitsWaiting: 40_000 },
  register: { loopDelayMs: 800, commitsWaiting: 20_000 },
  watch: { loopDelayMs: 400, commitsWaiting: Infinity },
  read: { loopDelayMs: 200, commitsWaiting: Infinity },
};

/**
 * The share of a lane that is shed: 0 up to its limit, 1 from twice that on. In between some get through, so that the
 * load settles there and does not swing.
 *
 * The laws: no lane is shed more than one behind it for the same delay; more load never sheds less.
 */
export function shareShed(lane: Lane, load: Load): number {
  const limits = shedFrom[lane];
  return Math.max(excess(load.loopDelayMs, limits.loopDelayMs), excess(load.commitsWaiting, limits.commitsWaiting));
}

/** `chance` is a number in [0, 1). */
export function isShed(lane: Lane, load: Load, chance: number): boolean {
  return chance < shareShed(lane, load);
}

function excess(value: number, limit: number): number {
  return value <= limit ? 0 : Math.min(1, (value - limit) / limit);
}
