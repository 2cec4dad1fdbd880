/** How many calls were answered, by method and by how they ended, and who is there. */
import type { Counter, Meter, Metric } from '@rollcall/core';
import type { GrpcMethod, GrpcStatusName } from '../../shared/grpc-face.js';

const outcomes = ['ok', 'refused', 'failed'] as const;

type Outcome = (typeof outcomes)[number];

/** Counts the end of a call. */
export type Count = (status: GrpcStatusName) => void;

/** What was refused before a method was found. */
const NONE = 'none';

const outcomeOf = {
  OK: 'ok',
  CANCELLED: 'ok',
  UNKNOWN: 'failed',
  INVALID_ARGUMENT: 'refused',
  DEADLINE_EXCEEDED: 'failed',
  NOT_FOUND: 'refused',
  ALREADY_EXISTS: 'refused',
  PERMISSION_DENIED: 'refused',
  RESOURCE_EXHAUSTED: 'refused',
  FAILED_PRECONDITION: 'refused',
  ABORTED: 'refused',
  OUT_OF_RANGE: 'refused',
  UNIMPLEMENTED: 'refused',
  INTERNAL: 'failed',
  UNAVAILABLE: 'failed',
  DATA_LOSS: 'failed',
  UNAUTHENTICATED: 'refused',
} as const satisfies Record<GrpcStatusName, Outcome>;

export class Tally {
  readonly #counts: ReadonlyMap<GrpcMethod, Count>;
  readonly none: Count;

  /** `face`: its metrics begin so. */
  constructor(face: string, methods: readonly GrpcMethod[], meter: Meter) {
    const metric: Metric = {
      name: `rollcall_${face}_calls_total`,
      kind: 'counter',
      help: 'Calls over gRPC that have ended, by method (`none`: refused before one was found): well (given up by the caller too), refused, or failed by us.',
      labels: { method: [...methods.map(({ path }) => path.slice(1)), NONE], outcome: outcomes },
    };
    const counting = (method: string): Count => {
      const counters = Object.fromEntries(outcomes.map((outcome) => [outcome, meter.counter(metric, { method, outcome })])) as Record<
        Outcome,
        Counter
      >;
      return (status) => counters[outcomeOf[status]].add();
    };
    this.#counts = new Map(methods.map((method) => [method, counting(method.path.slice(1))]));
    this.none = counting(NONE);
  }

  of(method: GrpcMethod): Count {
    return this.#counts.get(method) ?? this.none;
  }
}
