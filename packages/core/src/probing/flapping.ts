/**
 * Whether a check cannot make up its mind. Every turn costs a point, and points fade: half of them in a minute. Whoever has
 * gathered enough is flapping, as a door in the wind, and is so until it has been still for a while; in between its good news wait.
 */

/** Short enough to forgive a restart, long enough that a door in the wind is not called shut after each gust. */
export const HALF_LIFE_MS = 60_000;

/** A fall and a rise are a restart, two of each are a bad night; more is flapping. */
const FLAPPING_FROM = 4.5;

/** Well below, so that it does not flap between flapping and not. */
const CALM_BELOW = 2;

/** So that nobody waits for longer than two half-lives once it is still. */
const POINTS_MAX = 8;

/** From its last turn on, at most. */
export const CALM_MS_MAX: number = HALF_LIFE_MS * Math.log2(POINTS_MAX / CALM_BELOW);

export interface Restlessness {
  readonly points: number;
  /** On a monotonic clock: when they were so many. */
  readonly atMs: number;
  readonly isFlapping: boolean;
}

export const still: Restlessness = { points: 0, atMs: 0, isFlapping: false };

/** As restless as can be: of whom nothing is known but that it was flapping. */
export function restless(nowMs: number): Restlessness {
  return { points: POINTS_MAX, atMs: nowMs, isFlapping: true };
}

/** It says something else than before. */
export function turned(before: Restlessness, nowMs: number): Restlessness {
  const points = Math.min(POINTS_MAX, pointsAt(before, nowMs) + 1);
  return { points, atMs: nowMs, isFlapping: points >= FLAPPING_FROM || (before.isFlapping && points >= CALM_BELOW) };
}

export function isFlappingAt(restlessness: Restlessness, nowMs: number): boolean {
  return restlessness.isFlapping && pointsAt(restlessness, nowMs) >= CALM_BELOW;
}

/** How long it stays so if nothing happens any more; 0 for one that is calm. */
export function calmInMs(restlessness: Restlessness, nowMs: number): number {
  if (!restlessness.isFlapping) return 0;
  return Math.max(0, Math.ceil(HALF_LIFE_MS * Math.log2(pointsAt(restlessness, nowMs) / CALM_BELOW)) + 1);
}

function pointsAt({ points, atMs }: Restlessness, nowMs: number): number {
  return points * 2 ** (-Math.max(0, nowMs - atMs) / HALF_LIFE_MS);
}
