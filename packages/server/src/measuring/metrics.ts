/**
 * What was measured, in the text format of Prometheus (0.0.4). Every value that a label can have is known beforehand, so
 * every series is there from the start, at nought, and their number is bounded by what the code says.
 */
import type { Counter, Histogram, Labels, Meter, Metric } from '@rollcall/core';

/** All series of one metric. A handle is the series itself. */
interface Family<Series> {
  readonly metric: Metric;
  /** By their labels as they are written: `{lane="read"}`. */
  readonly series: Map<string, Series>;
}

export class Metrics implements Meter {
  readonly #families = new Map<string, Family<CounterSeries | HistogramSeries | ReadSeries>>();

  counter(metric: Metric, labels: Labels = {}): Counter {
    return this.#family(metric, () => new CounterSeries()).series.get(labelText(metric, labels)) as CounterSeries;
  }

  histogram(metric: Metric, labels: Labels = {}): Histogram {
    const family = this.#family(metric, () => new HistogramSeries(metric.buckets ?? []));
    return family.series.get(labelText(metric, labels)) as HistogramSeries;
  }

  gauge(metric: Metric, read: () => number, labels: Labels = {}): void {
    const series = this.#family(metric, () => new ReadSeries()).series.get(labelText(metric, labels)) as ReadSeries;
    series.read = read;
  }

  /** What has been asked for so far, in the order of their names. */
  described(): readonly Metric[] {
    return this.#sorted().map(({ metric }) => metric);
  }

  render(): string {
    const lines = this.#sorted().flatMap(({ metric, series }) => [
      `# HELP ${metric.name} ${metric.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
      `# TYPE ${metric.name} ${metric.kind}`,
      ...[...series].flatMap(([labels, one]) => one.lines(metric.name, labels)),
    ]);
    return `${lines.join('\n')}\n`;
  }

  #sorted(): readonly Family<CounterSeries | HistogramSeries | ReadSeries>[] {
    return [...this.#families.values()].toSorted((one, other) => (one.metric.name < other.metric.name ? -1 : 1));
  }

  #family(metric: Metric, make: () => CounterSeries | HistogramSeries | ReadSeries): Family<CounterSeries | HistogramSeries | ReadSeries> {
    const known = this.#families.get(metric.name);
    if (known !== undefined) return known;
    const series = new Map(combinations(metric.labels ?? {}).map((labels) => [labelText(metric, labels), make()] as const));
    const family = { metric, series };
    this.#families.set(metric.name, family);
    return family;
  }
}

class CounterSeries implements Counter {
  #total = 0;

  add(amount = 1): void {
    this.#total += amount;
  }

  lines(name: string, labels: string): readonly string[] {
    return [`${name}${labels} ${this.#total}`];
  }
}

class ReadSeries {
  read: () => number = () => 0;

  lines(name: string, labels: string): readonly string[] {
    return [`${name}${labels} ${this.read()}`];
  }
}

class HistogramSeries implements Histogram {
  readonly #bounds: readonly number[];
  /** How many fell between a bound and the one before it; the last one has no bound. */
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    const at = this.#bounds.findIndex((bound) => value <= bound);
    const slot = at < 0 ? this.#bounds.length : at;
    this.#counts[slot] = (this.#counts[slot] as number) + 1;
    this.#sum += value;
  }

  lines(name: string, labels: string): readonly string[] {
    let upTo = 0;
    const buckets = [...this.#bounds, '+Inf'].map((bound, at) => {
      upTo += this.#counts[at] as number;
      return `${name}_bucket${withLabel(labels, `le="${bound}"`)} ${upTo}`;
    });
    return [...buckets, `${name}_sum${labels} ${this.#sum}`, `${name}_count${labels} ${upTo}`];
  }
}

/** Throws for a label that the metric does not have, or a value that it did not announce: a fault of ours, found by any test. */
function labelText({ name, labels: known = {} }: Metric, labels: Labels): string {
  const names = Object.keys(known);
  const strange = Object.keys(labels).find((label) => !names.includes(label));
  const wrong = strange ?? names.find((label) => !known[label]?.includes(labels[label] ?? ''));
  if (wrong !== undefined) throw new TypeError(`${name} has no series with ${wrong}=${JSON.stringify(labels[wrong])}`);
  if (names.length === 0) return '';
  return `{${names.map((label) => `${label}=${JSON.stringify(labels[label])}`).join(',')}}`;
}

function withLabel(labels: string, label: string): string {
  return labels === '' ? `{${label}}` : `${labels.slice(0, -1)},${label}}`;
}

function combinations(known: Readonly<Record<string, readonly string[]>>): readonly Labels[] {
  return Object.entries(known).reduce<readonly Labels[]>(
    (made, [label, values]) => made.flatMap((labels) => values.map((value) => ({ ...labels, [label]: value }))),
    [{}],
  );
}
