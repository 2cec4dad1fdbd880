import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import { Prober, type ProbeFound, type ProbeNews, type ProbeOrder } from './prober.js';

const usual: Omit<ProbeOrder<string>, 'key' | 'spec'> = {
  intervalMs: 10_000,
  timeoutMs: 5_000,
  thresholds: { successBeforePassing: 1, failuresBeforeWarning: 3, failuresBeforeCritical: 3, startPeriodMs: 0 },
  status: 'starting',
  ageMs: 0,
};

class Street {
  readonly clock = new SimulatedClock();
  readonly asked: { readonly spec: string; readonly atMs: number }[] = [];
  readonly news: ProbeNews[] = [];
  readonly late: number[] = [];
  /** How each target answers, and how long that takes. */
  readonly answers = new Map<string, ProbeFound['finding']>();
  readonly takesMs = new Map<string, number>();
  /** Whose silence says nothing. */
  readonly silent = new Set<string>();
  readonly prober: Prober<string>;

  constructor(atOnceMax = 1000) {
    this.prober = new Prober<string>({
      clock: this.clock,
      random: new SeededRandom(7),
      run: (spec, timeoutMs) => this.#run(spec, timeoutMs),
      tell: (news) => void this.news.push(news),
      late: (lateMs) => void this.late.push(lateMs),
      atOnceMax,
    });
    this.prober.start();
  }

  order(key: string, more: Partial<ProbeOrder<string>> = {}): void {
    this.prober.order({ ...usual, key, spec: key, ...more });
  }

  timesOf(spec: string): readonly number[] {
    return this.asked.filter((one) => one.spec === spec).map(({ atMs }) => atMs);
  }

  async #run(spec: string, timeoutMs: number): Promise<ProbeFound> {
    this.asked.push({ spec, atMs: this.clock.monotonicMs() });
    const takesMs = Math.min(this.takesMs.get(spec) ?? 1, timeoutMs);
    await new Promise<void>((resolve) => void this.clock.after(takesMs, resolve));
    if (this.silent.has(spec)) return { finding: 'passing', evidence: 'none', unheard: true, output: spec };
    return { finding: takesMs === timeoutMs ? 'critical' : (this.answers.get(spec) ?? 'passing'), output: spec };
  }
}

describe('the prober', () => {
  it('looks at once, and then at every interval, on the average', async () => {
    const street = new Street();
    street.order('a');
    await street.clock.advance(200);
    expect(street.timesOf('a')).toHaveLength(1);
    await street.clock.advance(1_000_000);
    expect(street.timesOf('a').length).toBeGreaterThanOrEqual(99);
    expect(street.timesOf('a').length).toBeLessThanOrEqual(102);
    expect(Math.max(...street.late)).toBeLessThanOrEqual(50);
  });

  it('spreads a fleet that comes together over an interval', async () => {
    const street = new Street();
    for (let at = 0; at < 2_000; at++) street.order(`door-${at}`);
    await street.clock.advance(10_000);
    const perSecond = Array.from(
      { length: 10 },
      (_, second) => street.asked.filter(({ atMs }) => Math.floor(atMs / 1000) === second).length,
    );
    expect(street.asked.length).toBeGreaterThanOrEqual(2_000);
    for (const count of perSecond) expect(count).toBeLessThan(400);
  });

  it('reports only what changes', async () => {
    const street = new Street();
    street.order('a');
    await street.clock.advance(60_000);
    expect(street.news.map(({ status }) => status)).toEqual(['passing']);
    street.answers.set('a', 'critical');
    await street.clock.advance(25_000);
    expect(street.news).toHaveLength(1);
    await street.clock.advance(60_000);
    expect(street.news.map(({ status }) => status)).toEqual(['passing', 'critical']);
    street.answers.set('a', 'warning');
    await street.clock.advance(60_000);
    expect(street.news.map(({ status, output }) => `${status} ${output}`)).toEqual(['passing a', 'critical a', 'warning a']);
  });

  it('is not held up by those who never answer', async () => {
    const street = new Street();
    for (let at = 0; at < 50; at++) {
      street.takesMs.set(`slow-${at}`, Infinity);
      street.order(`slow-${at}`);
    }
    street.order('quick');
    await street.clock.advance(100_000);
    expect(street.timesOf('quick').length).toBeGreaterThanOrEqual(9);
    expect(Math.max(...street.late)).toBeLessThanOrEqual(50);
  });

  it('looks less and less at those whose silence says nothing, so that they hold up nobody who answers', async () => {
    const street = new Street(20);
    for (let at = 0; at < 100; at++) {
      street.takesMs.set(`void-${at}`, Infinity);
      street.silent.add(`void-${at}`);
      street.order(`void-${at}`, { timeoutMs: 3_000 });
    }
    street.order('quick');
    await street.clock.advance(10 * 60_000);
    street.late.length = 0;
    const before = street.asked.length;
    await street.clock.advance(10 * 60_000);
    expect(street.asked.length - before).toBeLessThan(100 * 7.5 + 61);
    expect(Math.max(...street.late)).toBeLessThanOrEqual(10_000);
    expect(street.news.every(({ status }) => status === 'passing')).toBe(true);
    // Whoever answers is looked at as usual again.
    street.takesMs.delete('void-0');
    street.silent.delete('void-0');
    await street.clock.advance(130_000);
    const heard = street.timesOf('void-0').length;
    await street.clock.advance(60_000);
    expect(street.timesOf('void-0').length - heard).toBeGreaterThanOrEqual(5);
  });

  it('has no more under way than it may, and says how late that makes it', async () => {
    const street = new Street(2);
    for (const key of ['a', 'b', 'c']) {
      street.takesMs.set(key, 4_000);
      street.order(key);
    }
    await street.clock.advance(1_000);
    expect(street.prober.underWay).toEqual({ running: 2, waiting: 1 });
    await street.clock.advance(4_000);
    expect(street.timesOf('c')).toHaveLength(1);
    expect(Math.max(...street.late)).toBeGreaterThanOrEqual(3_900);
  });

  it('takes a new order for the same door without forgetting what it found', async () => {
    const street = new Street();
    street.answers.set('a', 'critical');
    street.order('a', { thresholds: { ...usual.thresholds, failuresBeforeCritical: 5, failuresBeforeWarning: 5 } });
    await street.clock.advance(35_000);
    expect(street.news).toEqual([]);
    street.order('a', { intervalMs: 1_000, thresholds: { ...usual.thresholds, failuresBeforeCritical: 5, failuresBeforeWarning: 5 } });
    await street.clock.advance(2_000);
    expect(street.news).toMatchObject([{ key: 'a', status: 'critical' }]);
  });

  it('remembers the last results, the newest first', async () => {
    const street = new Street();
    street.order('a');
    await street.clock.advance(35_000);
    street.answers.set('a', 'critical');
    await street.clock.advance(60_000);
    const report = street.prober.report('a');
    expect(report?.results).toHaveLength(5);
    expect(report?.results[0]).toMatchObject({ finding: 'critical', tookMs: 1 });
    expect(report).toMatchObject({ streak: { status: 'critical', successes: 0 }, isBusy: false });
    expect(report?.nextInMs).toBeLessThan(10_500);
    expect(street.prober.report('nobody')).toBeNull();
  });

  it('says nothing of a door that was dropped, even if it is just being looked at', async () => {
    const street = new Street();
    street.takesMs.set('a', 3_000);
    street.order('a');
    await street.clock.advance(1_000);
    street.prober.drop('a');
    await street.clock.advance(60_000);
    expect(street.news).toEqual([]);
    expect(street.timesOf('a')).toHaveLength(1);
    expect(street.prober.size).toBe(0);
  });
});
