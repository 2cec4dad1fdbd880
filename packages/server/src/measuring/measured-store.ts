/** A store that counts: what it is asked to commit, what waits, how long that takes. It changes nothing else. */
import {
  StoreThrough,
  type CallOptions,
  type Clock,
  type Commit,
  type CommitResult,
  type Counter,
  type Histogram,
  type Meter,
  type Metric,
  type Store,
} from '@rollcall/core';
import type { Propagation } from './propagation.js';

const commits: Metric = {
  name: 'rollcall_store_commits_total',
  kind: 'counter',
  help: 'Commits that were asked of the store, by what became of them.',
  labels: { outcome: ['done', 'failed'] },
};

const commitSeconds: Metric = {
  name: 'rollcall_store_commit_seconds',
  kind: 'histogram',
  help: 'How long commits took until they were durable and acknowledged.',
  buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
};

const commitsWaiting: Metric = {
  name: 'rollcall_store_commits_waiting',
  kind: 'gauge',
  help: 'Commits that the store has not answered yet; one that writers share counts once for each of them.',
};

export interface MeasuredStoreOptions {
  readonly clock: Clock;
  readonly meter: Meter;
  readonly propagation: Propagation;
}

export class MeasuredStore extends StoreThrough {
  readonly #clock: Clock;
  readonly #propagation: Propagation;
  readonly #done: Counter;
  readonly #failed: Counter;
  readonly #seconds: Histogram;
  #waiting = 0;

  constructor(store: Store, { clock, meter, propagation }: MeasuredStoreOptions) {
    super(store);
    this.#clock = clock;
    this.#propagation = propagation;
    this.#done = meter.counter(commits, { outcome: 'done' });
    this.#failed = meter.counter(commits, { outcome: 'failed' });
    this.#seconds = meter.histogram(commitSeconds);
    meter.gauge(commitsWaiting, () => this.#waiting);
  }

  /** Commits that are not answered yet, each as often as writers share it. */
  get waiting(): number {
    return this.#waiting;
  }

  override commit(commit: Commit, options?: CallOptions): Promise<CommitResult> {
    const begunMs = this.#clock.monotonicMs();
    const writers = writersOf(commit);
    this.#waiting += writers;
    return this.inner.commit(commit, options).then(
      (result) => {
        this.#waiting -= writers;
        this.#done.add();
        this.#seconds.observe((this.#clock.monotonicMs() - begunMs) / 1000);
        if (changes(result)) this.#propagation.committed(result.revision, begunMs);
        return result;
      },
      (error: unknown) => {
        this.#waiting -= writers;
        this.#failed.add();
        throw error;
      },
    );
  }
}

/** Commits in a commit are those of so many writers. */
function writersOf({ then }: Commit): number {
  return then[0]?.type === 'commit' ? then.length : 1;
}

/** A commit that only reads, or whose deletions met nothing, makes no revision. */
function changes({ results }: CommitResult): boolean {
  return results.some((one) => {
    if (one.type === 'commit') return changes(one);
    return one.type === 'put' || (one.type === 'delete' && one.previous.length > 0);
  });
}
