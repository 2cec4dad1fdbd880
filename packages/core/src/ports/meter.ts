/**
 * What operators watch: numbers by name, passed in. An instrument is a function, made once and called often, so
 * that a count costs one call; who renders them (for Prometheus, say) keeps the book.
 */
export interface Meter {
  /** Only grows. Called with how much; left out, 1. */
  counter(metric: Metric): (by?: number) => void;
  /** How it stands now. */
  gauge(metric: Metric): (value: number) => void;
  /** How single values spread. */
  histogram(metric: HistogramMetric): (value: number) => void;
}

/** The same name with the same labels is the same number, whoever asks for it. */
export interface Metric {
  /** As Prometheus writes them, the unit last: `rollcall_lapses_total`, `rollcall_tick_lag_seconds`. */
  readonly name: string;
  /** One sentence for people. Of several metrics of one name, the first one's counts. */
  readonly help: string;
  /** Few, and each with few values: nothing that a caller can make up. */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface HistogramMetric extends Metric {
  /** Upper bounds of the buckets, ascending; what is larger than all of them counts too. */
  readonly bounds: readonly number[];
}

/** For whoever does not count. */
export const silentMeter: Meter = { counter: () => ignore, gauge: () => ignore, histogram: () => ignore };

function ignore(): void {
  return undefined;
}
