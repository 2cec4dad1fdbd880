import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instance } from '../shapes.js';
import { tried, type Tried } from './balancing.fixture.js';
import type { BalancerName } from './balancers.js';
import { instanceOf } from './instances.fixture.js';
import type { ZoneOptions } from './zone-aware.js';
import { nearShares } from './zone-shares.js';

const usual = { callersShare: undefined, headroom: 1.4 };

describe('how much stays near', () => {
  it.each<[string, readonly [zone: number, region: number, everywhere: number, zones: readonly [number, number]], number, number]>([
    ['all, where every zone has as many', [4, 12, 12, [3, 3]], 1, 1],
    ['all, with a little less than the others', [3, 11, 11, [3, 3]], 1, 1],
    ['what it can carry, where it has few', [1, 9, 9, [3, 3]], (1.4 * 1) / 3, 1],
    ['nothing, where there is nobody', [0, 8, 8, [2, 2]], 0, 1],
    ['all, where nobody else is', [2, 2, 2, [1, 1]], 1, 1],
    ['all of it and of the region', [4, 8, 16, [2, 4]], 1, 1],
    ['what the region can carry', [1, 2, 18, [2, 4]], 1.4 / 4.5, 2.8 / 9],
    ['nothing, where there is nobody in the region either', [0, 0, 8, [0, 2]], 0, 0],
    ['nothing of nobody', [0, 0, 0, [0, 0]], 0, 0],
  ])('%s', (_, [zone, region, everywhere, [zonesInRegion, zonesEverywhere]], inZone, inRegion) => {
    const shares = nearShares({ zone, region, everywhere, zonesInRegion, zonesEverywhere }, usual);
    expect(shares.zone).toBeCloseTo(inZone, 9);
    expect(shares.region).toBeCloseTo(inRegion, 9);
  });

  it('is a share, the region having the zone in it, and never more than anybody can carry', () => {
    const some = fc.tuple(fc.nat(50), fc.nat(50), fc.nat(50), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 5 }));
    const own = fc.option(fc.double({ min: 0.01, max: 1, noNaN: true }), { nil: undefined });
    fc.assert(
      fc.property(some, own, ([zone, rest, far, zonesOfRegion, zonesOfRest], callersShare) => {
        const zonesInRegion = Math.max(zone > 0 ? 1 : 0, rest > 0 ? zonesOfRegion : 0);
        const capacity = {
          zone,
          region: zone + rest,
          everywhere: zone + rest + far,
          zonesInRegion,
          zonesEverywhere: zonesInRegion + zonesOfRest,
        };
        const shares = nearShares(capacity, { callersShare, headroom: 1.4 });
        expect(shares.zone).toBeGreaterThanOrEqual(0);
        expect(shares.region).toBeGreaterThanOrEqual(shares.zone);
        expect(shares.region).toBeLessThanOrEqual(1);
        if (zone === 0) expect(shares.zone).toBe(0);
      }),
    );
  });
});

/** `a:3` is three in zone a, `us/b:2` two in zone b of another region. */
function fleet(...zones: readonly string[]): readonly Instance[] {
  return zones.flatMap((text) => {
    const [, region = 'eu', zone = '', count = ''] = /^(?:(\w+)\/)?(\w+):(\d+)$/.exec(text) ?? [];
    return Array.from({ length: Number(count) }, (_, at) => instanceOf(`${region}-${zone}-${at}`, { region, zone }));
  });
}

const here: ZoneOptions = { zone: 'a', region: 'eu' };

/** Which part of the calls goes to each zone. */
function parts({ pool }: Tried, picks = 20_000): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (let at = 0; at < picks; at++) {
    const { region = '', zone = '' } = pool.pick({ key: `k${at}` })?.instance ?? {};
    counts.set(`${region}/${zone}`, (counts.get(`${region}/${zone}`) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].map(([zone, count]) => [zone, count / picks]));
}

describe.each<BalancerName>(['peak-ewma', 'round-robin', 'weighted', 'least-outstanding', 'random', 'consistent-hash'])(
  'zones, and within %s',
  (balancer) => {
    const at = (instances: readonly Instance[], zone = here): Tried => tried(instances, { balancer, zone, slowStart: false });

    it('keep what they can', () => {
      expect(parts(at(fleet('a:4', 'b:4', 'us/c:4')))).toEqual({ 'eu/a': 1 });
    });

    it('let flow over what they cannot, the nearest first', () => {
      const { 'eu/a': own = 0, 'eu/b': near = 0, 'us/c': far = 0 } = parts(at(fleet('a:1', 'b:9', 'us/c:2')));
      expect(own).toBeCloseTo(1.4 / 4, 1);
      expect(near).toBeCloseTo(1 - 1.4 / 4, 1);
      expect(far).toBe(0);
    });

    it('let flow over what those left cannot, when some are ejected', () => {
      const one = at(fleet('a:10', 'b:10'));
      for (let id = 0; id < 6; id++) one.endpoint(`eu-a-${id}`).ejectedUntil = 1e9;
      // 4 of the 14 that are left, of whom this zone's callers need half.
      expect(parts(one)['eu/a']).toBeCloseTo((1.4 * 4) / 7, 1);
    });

    it('go farther and farther', () => {
      expect(parts(at(fleet('b:3', 'us/c:3')))).toEqual({ 'eu/b': 1 });
      expect(parts(at(fleet('us/c:3')))).toEqual({ 'us/c': 1 });
    });

    it('send a second try elsewhere, if nobody else is here', () => {
      const { pool } = at(fleet('a:1', 'b:1', 'us/c:1'), { ...here, callersShare: 0.01 });
      const first = pool.pick({ key: 'k' });
      const second = pool.pick({ key: 'k', exclude: new Set(first && [first]) });
      expect([first?.id, second?.id]).toEqual(['eu-a-0', 'eu-b-0']);
    });
  },
);

describe('a zone', () => {
  it('of the same name in another region is not the same', () => {
    expect(parts(tried(fleet('us/a:3', 'b:3'), { zone: here }))).toEqual({ 'eu/b': 1 });
  });

  it('is what counts where the caller says nothing of its region, or the instance of its own', () => {
    expect(parts(tried(fleet('us/a:3', 'b:3'), { zone: { zone: 'a' } }))).toEqual({ 'us/a': 1 });
    const silent = [instanceOf('silent', { zone: 'a' }), ...fleet('b:1')];
    expect(parts(tried(silent, { zone: here }))).toEqual({ '/a': 1 });
  });

  it('that somebody moves to has them from then on', () => {
    const one = tried(fleet('a:2', 'b:2'), { zone: here, slowStart: false });
    const endpoint = one.endpoint('eu-b-0');
    one.pool.update([...fleet('a:2').slice(1), instanceOf('eu-b-0', { region: 'eu', zone: 'a' }), ...fleet('b:2').slice(1)]);
    expect(one.endpoint('eu-b-0')).toBe(endpoint);
    expect(parts(one)).toEqual({ 'eu/a': 1 });
  });

  it('takes its callers’ part, when they say which that is', () => {
    // Nine of ten callers are here, with half of the endpoints.
    expect(parts(tried(fleet('a:5', 'b:5'), { zone: { ...here, callersShare: 0.9 } }))['eu/a']).toBeCloseTo((1.4 * 0.5) / 0.9, 1);
  });

  it.each([
    [{ zone: 'a', callersShare: 0 }, 'zone.callersShare is 0; above 0 and up to 1 is possible'],
    [{ zone: 'a', headroom: 0.9 }, 'zone.headroom is 0.9; 1 or more is possible'],
  ])('%j is refused', (zone, message) => {
    expect(() => tried([], { zone })).toThrow(message);
  });
});
