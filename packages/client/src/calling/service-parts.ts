/** What the calls of one service share. */
import type { Endpoint } from '../balancing/endpoint.js';
import type { Pool } from '../balancing/pool.js';
import type { LiveInstances } from '../discovery/live-instances.js';
import type { Clock, Random } from '../ports.js';
import type { Bulkhead } from './bulkhead.js';
import type { CallRules } from './call-rules.js';
import type { LatencySpread } from './latency-spread.js';
import type { OutlierDetector } from './outlier-detector.js';
import type { RetryBudget } from './retry-budget.js';
import type { Tracing } from './tracing.js';
import type { Tried } from './tried.js';
import type { WaitingLine } from './waiting-line.js';

/** Told of every try that ended, when somebody wants to know. */
export interface TriedCall extends Tried {
  readonly service: string;
  readonly method: string;
  readonly isHedge: boolean;
}

export interface ServiceParts {
  readonly service: string;
  readonly rules: CallRules;
  readonly pool: Pool;
  readonly live: LiveInstances;
  readonly detector: OutlierDetector<Endpoint>;
  readonly budget: RetryBudget;
  readonly bulkhead: Bulkhead;
  /** For room at an instance, where all of them have as many calls as they may. */
  readonly rooms: WaitingLine;
  readonly spread: LatencySpread;
  readonly clock: Clock;
  readonly random: Random;
  /** `undefined` where the program does not trace. */
  readonly tracing: () => Tracing | undefined;
  /** `undefined` while nobody listens. */
  readonly tellTried: () => ((tried: TriedCall) => void) | undefined;
}
