import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutlierDetector, type Ejectable } from './outlier-detector.js';
import { usualOutlierRules, type OutlierRules } from './outlier-rules.js';

interface Member extends Ejectable {
  readonly name: number;
}

function detecting(size: number, changes: Partial<OutlierRules> = {}) {
  const clock = new SimulatedClock();
  const members: Member[] = Array.from({ length: size }, (_, name) => ({ name, ejectedUntil: undefined }));
  const told: string[] = [];
  const detector = new OutlierDetector<Member>(
    { ...usualOutlierRules, jitter: 0, ...changes },
    {
      clock,
      random: new SeededRandom(1),
      members: () => members,
      onEjection: ({ member, reason, forMs }) => told.push(`${member.name} ${reason} ${forMs}`),
      onReturn: ({ name }) => told.push(`${name} back`),
    },
  );
  const fail = (member: Member | undefined, times = 5): void => {
    for (let time = 0; time < times; time++) if (member) detector.hear(member, 'failure', clock.monotonicMs());
  };
  return { clock, members, told, detector, fail };
}

describe('outlier detection', () => {
  it('ejects, probes, and takes back', async () => {
    const { clock, members, told, detector, fail } = detecting(3);
    const [bad] = members as [Member];
    fail(bad);
    expect([told, bad.ejectedUntil]).toEqual([['0 failures-in-a-row 10000'], 10_000]);
    expect(detector.begin(bad)).toBe(false);
    await clock.advance(10_000);
    expect(detector.isHalfOpen(bad)).toBe(true);
    expect(detector.begin(bad)).toBe(true);
    expect([bad.ejectedUntil, detector.isProbing(bad)]).toEqual([Number.POSITIVE_INFINITY, true]);
    detector.hear(bad, 'failure', clock.monotonicMs());
    expect(bad.ejectedUntil).toBe(30_000);
    await clock.advance(20_000);
    detector.begin(bad);
    detector.abandonProbe(bad);
    expect(bad.ejectedUntil).toBeUndefined();
    expect(detector.begin(bad)).toBe(true);
    detector.hear(bad, 'success', clock.monotonicMs());
    expect([bad.ejectedUntil, detector.isHalfOpen(bad), told.at(-1)]).toEqual([undefined, false, '0 back']);
  });

  it.each([
    [1, 0.5, 1],
    [3, 0.5, 1],
    [10, 0.5, 5],
    [10, 0.1, 1],
    [4, 0, 1],
  ])('ejects of %d, up to a share of %d, at most %d on suspicion', (size, ejectedShareMax, most) => {
    const { members, fail } = detecting(size, { ejectedShareMax });
    for (const member of members) fail(member);
    expect(members.filter(({ ejectedUntil }) => ejectedUntil !== undefined)).toHaveLength(most);
  });

  it('ejects whoever refuses, however many they are', () => {
    const { members, detector, told } = detecting(3);
    for (const member of members) detector.hear(member, 'refusal', 0);
    expect(told).toEqual(['0 refused 1000', '1 refused 1000', '2 refused 1000']);
  });

  it('does not count against the share who has left', () => {
    const { members, fail } = detecting(2);
    fail(members[0]);
    members[0] = { name: 7, ejectedUntil: undefined };
    fail(members[1]);
    expect(members[1]?.ejectedUntil).toBeDefined();
  });

  it('gives an instance the rest it asks for, within the share', () => {
    const { members, detector } = detecting(2);
    for (const member of members) detector.rest(member, 3000);
    expect(members.map(({ ejectedUntil }) => ejectedUntil)).toEqual([3000, undefined]);
  });

  it.each([
    ['who is slow beside the others', [10, 10, 10, 400], [3]],
    ['nobody where all are slow', [400, 400, 400, 400], []],
    ['nobody who is slow but quick enough', [1, 1, 1, 200], []],
    ['the slowest first, up to the share', [10, 10, 10, 400, 500, 600], [4, 5, 3]],
    ['nobody of two', [10, 4000], []],
  ])('ejects %s', async (_who, latencies, expected) => {
    const { clock, members, detector } = detecting(latencies.length);
    for (let second = 0; second <= 10; second++) {
      for (const member of members.filter(({ ejectedUntil }) => ejectedUntil === undefined)) {
        for (let call = 0; call < 5; call++) detector.hear(member, 'success', clock.monotonicMs(), latencies[member.name]);
      }
      await clock.advance(1000);
    }
    const ejected = members.filter(({ ejectedUntil }) => ejectedUntil !== undefined);
    expect(new Set(ejected.map(({ name }) => name))).toEqual(new Set(expected));
  });

  it('keeps the share, whatever is heard', async () => {
    const step = fc.tuple(fc.nat(4), fc.constantFrom('success', 'failure'), fc.nat(6000));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (script) => {
        const { clock, members, detector } = detecting(5, { consecutiveFailures: 2 });
        for (const [name, verdict, waitMs] of script) {
          const member = members[name] as Member;
          detector.begin(member);
          detector.hear(member, verdict, clock.monotonicMs());
          const ejected = members.filter(({ ejectedUntil = 0 }) => ejectedUntil > clock.monotonicMs());
          expect(ejected.length).toBeLessThanOrEqual(2);
          await clock.advance(waitMs);
        }
      }),
      { numRuns: 30 },
    );
  });
});
