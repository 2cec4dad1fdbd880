/** Calls of one service: what they share, put together. */
import type { Endpoint } from '../balancing/endpoint.js';
import type { Pool } from '../balancing/pool.js';
import type { LiveInstances } from '../discovery/live-instances.js';
import type { Clock, Random } from '../ports.js';
import type { Instance } from '../shapes.js';
import { JudgedOutcome } from './attempt.js';
import { Bulkhead } from './bulkhead.js';
import type { CallRules, CallWishes } from './call-rules.js';
import { LatencySpread } from './latency-spread.js';
import { OutlierDetector, type Ejection } from './outlier-detector.js';
import { RetryBudget } from './retry-budget.js';
import { ServiceCall, type WayIn } from './service-call.js';
import type { ServiceParts, TriedCall } from './service-parts.js';
import type { Tracing } from './tracing.js';
import { WaitingLine } from './waiting-line.js';

/** The service, live: who serves it, and who of them is called next. */
export interface CalledService {
  readonly live: LiveInstances;
  readonly pool: Pool;
  /** Nobody took a connection there: whoever keeps the view may doubt that there is anybody. */
  readonly disbelieve?: (instance: Instance) => void;
}

export interface CallerSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly tracing: () => Tracing | undefined;
  readonly tellTried: () => ((tried: TriedCall) => void) | undefined;
  readonly onEjection: (service: string, ejection: Ejection<Endpoint>) => void;
  readonly onReturn: (service: string, endpoint: Endpoint) => void;
}

/** A call that has begun. */
export interface BegunServiceCall {
  /** An answer was taken: what becomes of it, its own try says. */
  readonly hasAnswer: boolean;
  /** Nobody wants it any more. The way in hears nothing more of it but what its own tries say. */
  abort(reason: Error): void;
}

export class ServiceCaller {
  readonly service: string;
  readonly rules: CallRules;
  readonly #parts: ServiceParts;
  readonly #stopListening: () => void;

  constructor({ live, pool, disbelieve }: CalledService, rules: CallRules, surroundings: CallerSurroundings) {
    const { clock, random, tracing, tellTried, onEjection, onReturn } = surroundings;
    const { service } = live;
    this.service = service;
    this.rules = rules;
    const detector = new OutlierDetector<Endpoint>(rules.outliers, {
      clock,
      random,
      members: () => [...pool.endpoints()],
      onEjection: (ejection) => onEjection(service, ejection),
      onReturn: (endpoint) => onReturn(service, endpoint),
    });
    const { bulkhead } = rules;
    this.#parts = {
      service,
      rules,
      pool,
      live,
      detector,
      clock,
      random,
      tracing,
      tellTried,
      budget: new RetryBudget(rules.budget),
      bulkhead: new Bulkhead(bulkhead, clock),
      rooms: new WaitingLine(bulkhead.queueMax, bulkhead.queueMs, clock),
      spread: new LatencySpread(),
    };
    // Those who pick for themselves tell the pool how it went; that counts as much.
    this.#stopListening = pool.onOutcome((endpoint, outcome, tookMs) => {
      if (outcome.kind === 'refused') disbelieve?.(endpoint.instance);
      if (outcome instanceof JudgedOutcome || outcome.kind === 'abandoned') return;
      const verdict = outcome.kind === 'answered' ? 'success' : outcome.kind === 'refused' ? 'refusal' : 'failure';
      detector.hear(endpoint, verdict, clock.monotonicMs() - tookMs, outcome.kind === 'answered' ? tookMs : undefined);
    });
  }

  /** Calls that go on, waiting ones included. */
  get calls(): number {
    const { bulkhead } = this.#parts;
    return bulkhead.within + bulkhead.waiting;
  }

  get pool(): Pool {
    return this.#parts.pool;
  }

  /** The one way in which services are called: `way` makes the tries, this decides which, when, and whose answer counts. */
  callService(wishes: CallWishes, way: WayIn): BegunServiceCall {
    const call = new ServiceCall(this.#parts, wishes, way);
    call.start();
    return call;
  }

  close(): void {
    this.#stopListening();
  }
}
