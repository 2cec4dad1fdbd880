/** What a registry measures of itself, read from its door: of the text of Prometheus as much as is needed. */

export interface Metrics {
  /** The sum over all labels; 0 for what is not there. */
  total(name: string): number;
  /** How many were up to each bound, in ascending order. */
  buckets(name: string): readonly (readonly [upTo: number, count: number])[];
}

export async function metricsAt(port: number): Promise<Metrics> {
  const lines = (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).split('\n').filter((line) => !line.startsWith('#'));
  const valueOf = (line: string): number => Number(line.slice(line.lastIndexOf(' ') + 1));
  return {
    total: (name) =>
      lines.filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`)).reduce((sum, line) => sum + valueOf(line), 0),
    buckets: (name) =>
      lines
        .filter((line) => line.startsWith(`${name}_bucket{`))
        .map((line) => [Number(/le="([^"]+)"/.exec(line)?.[1]?.replace('+Inf', 'Infinity')), valueOf(line)] as const),
  };
}

/** The bound under which this share of what was observed in between lies: as exact as the buckets are. */
export function boundBetween(before: Metrics, after: Metrics, name: string, share: number): number {
  const earlier = new Map(before.buckets(name));
  const counts = after.buckets(name).map(([upTo, count]) => [upTo, count - (earlier.get(upTo) ?? 0)] as const);
  const all = counts.at(-1)?.[1] ?? 0;
  return counts.find(([, count]) => count >= all * share)?.[0] ?? NaN;
}
