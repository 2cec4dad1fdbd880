/** A row of the table, and the benchmark that makes it. */
import type { Cleanup } from './cleanup.js';

export interface Row {
  readonly work: string;
  readonly measured: string;
  /** What was measured in the same run, to compare with: `etcd 15.3k/s`. */
  readonly beside: string;
  readonly ratio: string;
  readonly target: string;
  /** `null`: there is no target; the row is there to be known. */
  readonly met: boolean | null;
  /** What a reader should know before believing the row. Printed below the table. */
  readonly notes?: readonly string[];
}

export interface BenchmarkContext {
  readonly quick: boolean;
  /** On the disk that is measured. Removed at the end. */
  readonly directory: string;
  readonly cleanup: Cleanup;
}

export interface Benchmark {
  /** `area/subject`; any part of it selects the benchmark on the command line. */
  readonly name: string;
  run(context: BenchmarkContext): Promise<readonly Row[]>;
}

export function skippedRow(work: string, target: string, reason: string): Row {
  return { work, measured: `skipped: ${reason.split('\n', 1)[0] ?? ''}`, beside: '', ratio: '', target, met: null };
}
