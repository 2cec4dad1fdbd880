/** How a service is called, unless a call says otherwise: every bound and its reason, in one place. */
import { usualBulkhead, type BulkheadRules } from './bulkhead.js';
import { usualOutlierRules, type OutlierRules } from './outlier-rules.js';
import { usualBudget, type BudgetRules } from './retry-budget.js';
import { usualRetries, type RetryRules } from './retry-rules.js';
import type { Tried } from './tried.js';

/** Hedging: a second try beside the first, when that one takes long. The first answer counts, the other try is given up. */
export interface HedgeRules {
  /** `p95`: when nineteen of twenty would have answered; before enough is known, not at all. */
  readonly afterMs: number | 'p95';
}

export interface CallRules {
  /** From the call to the head of its answer, whatever is tried, waits included. */
  readonly deadlineMs: number;
  /** From a try to the head of its answer. */
  readonly tryMs: number;
  /** How long a connection may take: within a data centre it takes a millisecond. */
  readonly connectMs: number;
  /** From the call to the end of the answer's body; `undefined`: a body may take as long as it likes, */
  readonly wholeMs: number | undefined;
  /** as long as it is not silent for so long. */
  readonly silenceMs: number;
  /** How long to wait for the first word of a registry. */
  readonly unheardMs: number;
  readonly retries: RetryRules;
  readonly budget: BudgetRules;
  readonly hedge: HedgeRules | undefined;
  readonly bulkhead: BulkheadRules;
  readonly outliers: OutlierRules;
  /** Answers that speak against the instance. */
  readonly isFailure: (status: number) => boolean;
  /** Bodies up to so many bytes are kept until the answer comes, to be sent again. */
  readonly replayBytesMax: number;
  /** The header that tells the instance how many milliseconds are left, if it is to know. */
  readonly deadlineHeader: string | undefined;
  /** What `Host` says: the service as the caller wrote it, or the instance's own address. */
  readonly hostHeader: 'service' | 'instance';
}

const usualCallRules: CallRules = {
  deadlineMs: 15_000,
  tryMs: 5000,
  connectMs: 2000,
  wholeMs: undefined,
  silenceMs: 60_000,
  unheardMs: 5000,
  retries: usualRetries,
  budget: usualBudget,
  hedge: undefined,
  bulkhead: usualBulkhead,
  outliers: usualOutlierRules,
  isFailure: (status) => status >= 500 && status !== 501,
  replayBytesMax: 256 * 1024,
  deadlineHeader: undefined,
  hostHeader: 'service',
};

/** What one call may say of itself. */
export interface CallWishes {
  readonly deadlineMs?: number;
  readonly tryMs?: number;
  readonly wholeMs?: number;
  /** Doing it twice is doing it once, whatever its method says; or is not. */
  readonly idempotent?: boolean;
  readonly retriesMax?: number;
  readonly hedge?: HedgeRules | false;
  /** For consistent hashing: the same key, the same instance. */
  readonly key?: string;
  /** Which of the instance's ports: one of its named ones, or a number. */
  readonly port?: string | number;
  /** Told of every try when it has ended. */
  readonly onTried?: (tried: Tried) => void;
}

type Parts = 'retries' | 'budget' | 'bulkhead' | 'outliers';

/** What a program may say: all of it may be left out. */
export type CallingOptions = Partial<Omit<CallRules, Parts>> & { readonly [Part in Parts]?: Partial<CallRules[Part]> };

/** What is said counts, rule by rule; the rest stays as it is in `rules`. */
export function callRules(said: CallingOptions = {}, rules: CallRules = usualCallRules): CallRules {
  return {
    ...rules,
    ...said,
    retries: { ...rules.retries, ...said.retries },
    budget: { ...rules.budget, ...said.budget },
    bulkhead: { ...rules.bulkhead, ...said.bulkhead },
    outliers: { ...rules.outliers, ...said.outliers },
  };
}
