/**
 * What a call to an endpoint is likely to cost, as Finagle's peak EWMA has it: a worse time counts at once, better ones take it
 * back over seconds, and without calls it fades, so that somebody who was slow is tried again.
 *
 *     w = exp(-dt / decay);  cost = took > cost ? took : cost * w + took * (1 - w);  load = cost * (outstanding + 1)
 */
import type { Endpoint } from './endpoint.js';
import type { OutcomeKind } from './outcome.js';

/** The time in which a peak falls to about a third. Finagle's; longer is calmer, shorter forgives sooner. */
export const DECAY_MS = 10_000;
/** Between two updates nearer than this, fading changes the cost by less than a part in a thousand. */
const FADE_MS_MIN = DECAY_MS / 1000;
/** Who has calls and no answer yet is taken for this slow: a call that is its first must not bring a crowd along. */
export const UNKNOWN_COST_MS = 60_000;
/** Less is nothing that anybody measured, and 0 is kept for the unknown. */
const COST_MS_MIN = 0.001;
/** A failure counts as so many times what is usual there: who fails fast must not look fast. */
const FAILURE_FACTOR = 2;
/** A failure where nothing is known yet. */
const FIRST_FAILURE_MS = 1000;

type Learner = Pick<Endpoint, 'costMs' | 'costAtMs'>;

/** Learns from a call that ended. */
export function observe(endpoint: Learner, kind: OutcomeKind, tookMs: number, nowMs: number): void {
  switch (kind) {
    case 'answered':
      return learn(endpoint, tookMs, nowMs);
    case 'abandoned':
      // It took at least this long; how much longer nobody knows.
      if (tookMs > endpoint.costMs) learn(endpoint, tookMs, nowMs);
      return;
    case 'failed':
    case 'refused':
    case 'timeout':
    case 'reset':
      return learn(endpoint, Math.max(tookMs, endpoint.costMs > 0 ? FAILURE_FACTOR * endpoint.costMs : FIRST_FAILURE_MS), nowMs);
  }
}

/** What one more call would cost here, beside others. `relativeShare`: with half the weight, each call that is there counts double. */
export function loadOf(endpoint: Endpoint, nowMs: number, relativeShare: number): number {
  const { outstanding } = endpoint;
  fade(endpoint, nowMs);
  const { costMs } = endpoint;
  if (costMs === 0) return outstanding === 0 ? 0 : UNKNOWN_COST_MS + outstanding / relativeShare;
  return costMs * (outstanding / relativeShare + 1);
}

function learn(endpoint: Learner, tookMs: number, nowMs: number): void {
  const boundedMs = Math.min(Math.max(tookMs, COST_MS_MIN), UNKNOWN_COST_MS);
  if (boundedMs > endpoint.costMs) {
    endpoint.costMs = boundedMs;
  } else {
    const w = Math.exp((endpoint.costAtMs - nowMs) / DECAY_MS);
    endpoint.costMs = endpoint.costMs * w + boundedMs * (1 - w);
  }
  endpoint.costAtMs = nowMs;
}

/** Towards nothing, as long as nothing is heard. */
function fade(endpoint: Learner, nowMs: number): void {
  const silentMs = nowMs - endpoint.costAtMs;
  if (silentMs < FADE_MS_MIN || endpoint.costMs === 0) return;
  endpoint.costMs *= Math.exp(-silentMs / DECAY_MS);
  endpoint.costAtMs = nowMs;
}
