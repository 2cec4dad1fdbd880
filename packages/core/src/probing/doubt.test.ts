import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import { Doubt, WITNESSES_MIN, type Evidence } from './doubt.js';
import { Prober, type ProbeNews } from './prober.js';

/** So many of each, in this order, each somebody else; the last one's word is what is looked at. */
const cases: readonly (readonly [what: string, heard: readonly (readonly [count: number, evidence: Evidence])[], counts: boolean])[] = [
  ['all answer', [[20, 'answer']], true],
  [
    'a few are silent beside many',
    [
      [20, 'answer'],
      [5, 'silence'],
    ],
    true,
  ],
  [
    'more than half are silent, and nobody answers',
    [
      [9, 'answer'],
      [10, 'silence'],
    ],
    false,
  ],
  [
    'exactly half are',
    [
      [10, 'answer'],
      [10, 'silence'],
    ],
    true,
  ],
  ['all are silent from the beginning', [[WITNESSES_MIN, 'silence']], false],
  ['all of a small fleet are', [[WITNESSES_MIN - 1, 'silence']], true],
  [
    'somebody answers at last',
    [
      [20, 'silence'],
      [1, 'answer'],
    ],
    true,
  ],
  [
    'they are silent who were before somebody answered',
    [
      [20, 'silence'],
      [1, 'answer'],
      [9, 'silence'],
    ],
    true,
  ],
  [
    'programs of this machine do well meanwhile',
    [
      [20, 'silence'],
      [50, 'none'],
      [1, 'silence'],
    ],
    false,
  ],
];

describe('doubt', () => {
  it.each(cases)('where %s', (_what, heard, counts) => {
    const doubt = new Doubt();
    let name = 0;
    let last = true;
    for (const [count, evidence] of heard) for (let at = 0; at < count; at++) last = doubt.hear(`${name++}`, evidence).counts;
    expect([last, doubt.isOn]).toEqual([counts, !counts]);
  });

  it('believes those who were silent between two answers of one, and not those who were while that one was silent too', () => {
    const doubt = new Doubt();
    const silence = (): void => {
      for (let at = 0; at < 20; at++) doubt.hear(`${at}`, 'silence');
    };
    doubt.hear('lamp', 'answer');
    silence();
    expect(doubt.hear('lamp', 'answer').believed.length).toBeGreaterThan(5);
    silence();
    doubt.hear('lamp', 'silence');
    expect(doubt.hear('lamp', 'answer').believed).toEqual([]);
  });

  it('forgets those who are not asked any more', () => {
    const doubt = new Doubt();
    for (let at = 0; at < 20; at++) doubt.hear(`${at}`, 'silence');
    for (let at = 0; at < 15; at++) doubt.forget(`${at}`);
    expect(doubt.isOn).toBe(false);
  });
});

const INTERVAL_MS = 10_000;
const FLEET = 40;

/** A fleet that a node asks; its own line may be cut, and some of the fleet may be dead. */
function fleet(seed: number): {
  readonly clock: SimulatedClock;
  readonly news: ProbeNews[];
  readonly dead: Set<string>;
  line: 'up' | 'cut';
  readonly prober: Prober<string>;
} {
  const clock = new SimulatedClock();
  const news: ProbeNews[] = [];
  const dead = new Set<string>();
  const world = { clock, news, dead, line: 'up' as 'up' | 'cut' };
  const prober = new Prober<string>({
    clock,
    random: new SeededRandom(seed),
    run: (spec) => {
      const silent = world.line === 'cut' || dead.has(spec);
      return Promise.resolve({ finding: silent ? 'critical' : 'passing', output: '', evidence: silent ? 'silence' : 'answer' });
    },
    tell: (one) => void news.push(one),
    late: () => undefined,
    atOnceMax: 100,
  });
  for (let at = 0; at < FLEET; at++) {
    prober.order({
      key: `${at}`,
      spec: `${at}`,
      intervalMs: INTERVAL_MS,
      timeoutMs: 1_000,
      thresholds: { successBeforePassing: 1, failuresBeforeWarning: 3, failuresBeforeCritical: 3, startPeriodMs: 0 },
      status: 'passing',
      ageMs: 0,
    });
  }
  prober.start();
  return Object.assign(world, { prober });
}

describe('a node whose line is cut', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('says of nobody that it is dead, and finds the dead when it is back (seed %i)', async (seed) => {
    const random = new SeededRandom(seed);
    const world = fleet(seed);
    await world.clock.advance(random.number() * 100_000);
    world.line = 'cut';
    // Some die while it hears nothing.
    await world.clock.advance(random.number() * 30_000);
    for (let at = 0; at < 5; at++) world.dead.add(`${Math.floor(random.number() * FLEET)}`);
    await world.clock.advance(300_000);
    expect([world.news, world.prober.isDoubting]).toEqual([[], true]);
    world.line = 'up';
    await world.clock.advance(4 * INTERVAL_MS);
    expect(world.prober.isDoubting).toBe(false);
    expect(new Set(world.news.map(({ key }) => key))).toEqual(world.dead);
    expect(world.news.every(({ status }) => status === 'critical')).toBe(true);
  });

  it.each([1, 2, 3, 4])('believes that a minority is dead, however many answer not at all (seed %i)', async (seed) => {
    const world = fleet(seed);
    await world.clock.advance(50_000);
    for (let at = 0; at < FLEET - 1; at++) world.dead.add(`${at}`);
    await world.clock.advance(40 * INTERVAL_MS);
    // One that answers is opinion enough: the line works.
    expect(new Set(world.news.map(({ key }) => key))).toEqual(world.dead);
  });
});
