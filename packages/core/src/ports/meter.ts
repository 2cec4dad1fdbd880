/**
 * Measuring, passed in. A metric is described once, as data, beside the code that measures it, so that the page
 * that documents all of them follows from the same words.
 */
export interface Metric {
  /** As Prometheus wants it: `rollcall_` first, base units, the unit last, `_total` where it only grows. */
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** One sentence. */
  readonly help: string;
  /** Each label with every value that it can have. Few and known: never an id, a service or an address. */
  readonly labels?: Readonly<Record<string, readonly string[]>>;
  /** Of a histogram: the upper bounds, ascending. */
  readonly buckets?: readonly number[];
}

/** One value for each label of the metric. */
export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  /** One more, or so many more. */
  add(amount?: number): void;
}

export interface Histogram {
  observe(value: number): void;
}

/** Handles are taken once, at the start; using one is as cheap as adding a number. Asked for again, it is the same one. */
export interface Meter {
  counter(metric: Metric, labels?: Labels): Counter;
  histogram(metric: Metric, labels?: Labels): Histogram;
  /** `read` is called when somebody looks, and not before: it must be cheap, and must not throw. */
  gauge(metric: Metric, read: () => number, labels?: Labels): void;
}

/** For whoever is not asked how it goes. */
export const noMeter: Meter = {
  counter: () => ({ add: () => undefined }),
  histogram: () => ({ observe: () => undefined }),
  gauge: () => undefined,
};
