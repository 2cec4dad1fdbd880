/** What became of the calls, and what must have: pure. */

export interface Call {
  readonly service: string;
  readonly atMs: number;
  readonly tookMs: number;
  /** 0: no answer. */
  readonly status: number;
  /** Who answered, by its process. */
  readonly by: number;
  readonly why?: string;
}

export interface Ejection {
  readonly atMs: number;
  readonly service: string;
  readonly id: string;
  readonly reason: string;
}

/** What a law looks at: the calls that began while a fault lasted, and in the quiet after it. */
export interface Stretch {
  readonly name: string;
  readonly fromMs: number;
  readonly calls: readonly Call[];
  readonly ejections: readonly Ejection[];
  /** As it was before any trouble. */
  readonly usualP99Ms: number;
}

/** Of one who is ill: who, since when, and until when. */
export interface Patient {
  readonly pid: number;
  readonly service: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A machine that is busy with other things makes calls slow, too: below this, slowness proves nothing. */
const NOTICED_MS = 500;
/** What a failed connection, an ejection and a new choice may take. */
const BACK_WITHIN_MS = 1000;

export function isFailed({ status }: Call): boolean {
  return status === 0 || status >= 500;
}

/** The nth hundredth of how long calls took. */
export function percentile(calls: readonly Call[], hundredth: number): number {
  const sorted = calls.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * hundredth) / 100))] ?? 0;
}

export function noneFailed({ name, calls }: Stretch): readonly string[] {
  const failed = calls.filter(isFailed);
  const [first] = failed;
  if (calls.length === 0) return [`${name}: nobody called`];
  if (first === undefined) return [];
  const when = `${new Date(first.atMs).toISOString()}, after ${Math.round(first.tookMs)} ms`;
  return [
    `${name}: ${failed.length} of ${calls.length} calls failed, the first one of ${first.service} at ${when}: ${first.status} ${first.why ?? ''}`,
  ];
}

/** Who died is forgotten within a second: calls are as fast as before. */
export function fastAgain(stretch: Stretch, diedMs: number): readonly string[] {
  const { name, calls, usualP99Ms } = stretch;
  const later = calls.filter(({ atMs }) => atMs > diedMs + BACK_WITHIN_MS);
  const p99 = percentile(later, 99);
  const mostMs = Math.max(NOTICED_MS, usualP99Ms * 3);
  return p99 <= mostMs
    ? []
    : [`${name}: a second later the 99th of 100 calls took ${Math.round(p99)} ms, before ${Math.round(usualP99Ms)} ms`];
}

/** Who hangs is left alone as soon as `failures` calls have waited for it. */
export function leftAlone({ name, calls }: Stretch, { service, fromMs, untilMs }: Patient, tryMs: number): readonly string[] {
  const noticedMs = fromMs + 2 * tryMs + BACK_WITHIN_MS;
  const later = calls.filter((call) => call.service === service && call.atMs > noticedMs && call.atMs < untilMs);
  const waited = later.filter(({ tookMs }) => tookMs >= tryMs).length;
  // Now and then one call is the probe.
  const most = 2 + later.length / 100;
  return waited <= most ? [] : [`${name}: ${waited} of ${later.length} calls still waited for the one that hangs`];
}

/** Who fails is called only now and then, to see whether it still does. */
export function avoided({ name, calls }: Stretch, { pid, service, fromMs, untilMs }: Patient, peers: number): readonly string[] {
  const later = calls.filter((call) => call.service === service && call.atMs > fromMs + 2 * BACK_WITHIN_MS && call.atMs < untilMs);
  const there = later.filter(({ by }) => by === pid).length;
  const fair = later.length / peers;
  return there <= 2 + fair / 2
    ? []
    : [`${name}: ${there} of ${later.length} calls went to the one that is ill; its fair share is ${Math.round(fair)}`];
}

export function summary({ name, calls, ejections }: Stretch): string {
  const failed = calls.filter(isFailed).length;
  const [p50, p99] = [50, 99].map((hundredth) => percentile(calls, hundredth).toFixed(1));
  const ejected = ejections.length === 0 ? '' : `, ejected: ${[...new Set(ejections.map(({ reason }) => reason))].join(', ')}`;
  return `${name}: ${calls.length} calls, ${failed} failed, p50 ${p50} ms, p99 ${p99} ms${ejected}`;
}
