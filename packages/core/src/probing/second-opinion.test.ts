import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import { registration } from '../catalog/instance.fixture.js';
import type { Instance } from '../catalog/instance.js';
import type { NodeName } from '../cluster/node-name.js';
import type { LiveNode, RosterView } from '../cluster/roster-view.js';
import { Prober, type ProbeFound, type ProbeNews } from './prober.js';
import { SecondOpinion, type Look } from './second-opinion.js';

const INTERVAL_MS = 1_000;

const nodes: readonly LiveNode[] = ['a', 'b'].map((name) => ({
  name: name as NodeName,
  createRevision: 1,
  peer: 'x:1',
  leaving: false,
}));
const roster: RosterView = { self: nodes[0] ?? null, nodes, revision: 1, follow: () => () => undefined };

/** A node with so many targets and one neighbour, who is asked. */
function scene(count: number): {
  readonly clock: SimulatedClock;
  readonly news: ProbeNews[];
  readonly dead: Set<string>;
  readonly asked: (readonly string[])[];
  line: 'up' | 'cut';
  neighbour: 'hears' | 'is deaf' | 'is away';
} {
  const clock = new SimulatedClock();
  const world = {
    clock,
    news: [] as ProbeNews[],
    dead: new Set<string>(),
    asked: [] as (readonly string[])[],
    line: 'up' as 'up' | 'cut',
    neighbour: 'hears' as 'hears' | 'is deaf' | 'is away',
  };
  const silence: ProbeFound = { finding: 'critical', output: '', evidence: 'silence' };
  const prober = new Prober<string>({
    clock,
    random: new SeededRandom(3),
    run: async (spec) => (world.line === 'cut' || world.dead.has(spec) ? silence : { finding: 'passing', output: '', evidence: 'answer' }),
    tell: (one) => void world.news.push(one),
    late: () => undefined,
    doubted: (key) => opinion.doubted([key]),
    atOnceMax: 100,
  });
  const opinion = new SecondOpinion({
    view: { instance: () => undefined, machine: () => undefined },
    prober: {
      opinion: (found, keys) => keys.forEach((key) => prober.opinion(found, key)),
      accompanied: (isAccompanied) => prober.accompanied(isAccompanied),
      glance: () => Promise.reject(new Error('nobody asks here')),
    },
    roster,
    onlookers: {
      async look(_whom, keys) {
        world.asked.push(keys);
        if (world.neighbour === 'is away') throw new Error('away');
        return keys.map((key): Look => (world.neighbour === 'is deaf' ? 'unsure' : world.dead.has(key) ? 'bad' : 'well'));
      },
    },
  });
  opinion.start();
  for (let at = 0; at < count; at++) {
    prober.order({
      key: `${at}`,
      spec: `${at}`,
      intervalMs: INTERVAL_MS,
      timeoutMs: 500,
      thresholds: { successBeforePassing: 1, failuresBeforeWarning: 3, failuresBeforeCritical: 3, startPeriodMs: 0 },
      status: 'passing',
      ageMs: 0,
    });
  }
  prober.start();
  return world;
}

describe('a node that hears nobody, and a neighbour', () => {
  it.each([1, 3, 40])('says of none of %i that it is dead, if the neighbour hears them', async (count) => {
    const world = scene(count);
    await world.clock.advance(5 * INTERVAL_MS);
    world.line = 'cut';
    await world.clock.advance(60 * INTERVAL_MS);
    expect(world.news).toEqual([]);
    expect(world.asked.flat().length).toBeGreaterThan(20);
  });

  it.each([1, 3, 40])('finds the dead among %i while its own line is cut', async (count) => {
    const world = scene(count);
    await world.clock.advance(5 * INTERVAL_MS);
    world.line = 'cut';
    await world.clock.advance(5 * INTERVAL_MS);
    world.dead.add('0');
    await world.clock.advance(5 * INTERVAL_MS);
    expect(world.news).toMatchObject([{ key: '0', status: 'critical' }]);
  });

  it('finds that those are back whom the neighbour hears', async () => {
    const world = scene(40);
    world.dead.add('0');
    await world.clock.advance(5 * INTERVAL_MS);
    world.line = 'cut';
    await world.clock.advance(5 * INTERVAL_MS);
    world.dead.delete('0');
    await world.clock.advance(5 * INTERVAL_MS);
    expect(world.news.map(({ key, status }) => [key, status])).toEqual([
      ['0', 'critical'],
      ['0', 'passing'],
    ]);
  });

  it('believes that all of many are dead, if the neighbour finds so too', async () => {
    const world = scene(40);
    await world.clock.advance(5 * INTERVAL_MS);
    for (let at = 0; at < 40; at++) world.dead.add(`${at}`);
    await world.clock.advance(6 * INTERVAL_MS);
    expect(world.news).toHaveLength(40);
    expect(world.news.every(({ status }) => status === 'critical')).toBe(true);
  });

  it.each(['is deaf', 'is away'] as const)('goes by its own word of few, and by nobody of many, where the neighbour %s', async (how) => {
    for (const [count, told] of [
      [3, 3],
      [40, 0],
    ] as const) {
      const world = scene(count);
      world.neighbour = how;
      await world.clock.advance(5 * INTERVAL_MS);
      world.line = 'cut';
      await world.clock.advance(10 * INTERVAL_MS);
      expect(world.news).toHaveLength(told);
    }
  });
});

describe('a node that is asked to look', () => {
  // As much of an instance as is looked at.
  const one = registration({
    checks: [{ type: 'tcp' }, { type: 'script', command: 'true' }, { type: 'alias', service: 'db' }],
  }) as Instance;
  const KEY = `default/${one.service}/${one.id}`;

  function asked(found: ProbeFound, doubting: boolean): SecondOpinion {
    return new SecondOpinion({
      view: { instance: (ref) => (ref.id === one.id ? one : undefined), machine: () => undefined },
      prober: {
        opinion: () => undefined,
        accompanied: () => undefined,
        glance: (at) => Promise.resolve({ found: at.map(() => found), doubting }),
      },
      roster,
      onlookers: { look: () => Promise.reject(new Error('nobody')) },
    });
  }

  it.each<[string, ProbeFound, boolean, Look]>([
    ['answers', { finding: 'passing', output: '' }, false, 'well'],
    ['answers badly', { finding: 'critical', output: '' }, true, 'bad'],
    ['is silent', { finding: 'critical', output: '', evidence: 'silence' }, false, 'bad'],
    ['is silent, as everybody is', { finding: 'critical', output: '', evidence: 'silence' }, true, 'unsure'],
    ['is on this machine', { finding: 'critical', output: '', evidence: 'none' }, false, 'unsure'],
  ])('where it %s', async (_what, found, doubting, look) => {
    expect(await asked(found, doubting).look([`${KEY}#tcp`])).toEqual([look]);
  });

  it('looks only at what its own view knows, and has a way of its own to', async () => {
    const keys = [
      `${KEY}#tcp`,
      `${KEY}#script`,
      `${KEY}#alias`,
      `${KEY}#other`,
      'default/web/nobody#tcp',
      'default/rack#tcp',
      '',
      '#',
      '%zz#%',
    ];
    expect(await asked({ finding: 'passing', output: '' }, false).look(keys)).toEqual(['well', ...keys.slice(1).map(() => 'unsure')]);
  });
});
