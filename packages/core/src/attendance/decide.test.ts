import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, remainingTermMs, type Decision, type Presence } from './decide.js';

const wait = (untilMs: number): Decision => ({ act: 'wait', untilMs });

describe('decide', () => {
  it.each<[string, Presence, number, Decision]>([
    ['present until the ttl is over', { ttlMs: 30, lastBeatMs: 100, departsAtMs: null }, 129, wait(130)],
    ['lapsed from then on', { ttlMs: 30, lastBeatMs: 100, departsAtMs: null }, 130, { act: 'lapse' }],
    ['still there while its term runs', { ttlMs: 30, lastBeatMs: 100, departsAtMs: 220 }, 219, wait(220)],
    ['gone when it is over', { ttlMs: 30, lastBeatMs: 100, departsAtMs: 220 }, 220, { act: 'depart' }],
    ['back with a beat', { ttlMs: 30, lastBeatMs: 200, departsAtMs: 220 }, 201, { act: 'recover' }],
    ['back though its term has just ended', { ttlMs: 30, lastBeatMs: 219, departsAtMs: 220 }, 221, { act: 'recover' }],
    ['there for ever without a term', { ttlMs: 30, lastBeatMs: 100, departsAtMs: Infinity }, 1e12, wait(Infinity)],
    ['not back by a restart alone', { ttlMs: 30, lastBeatMs: -Infinity, departsAtMs: 90 }, 0, wait(90)],
  ])('%s', (_what, presence, nowMs, decision) => expect(decide(presence, nowMs)).toEqual(decision));

  it('waits only for what is still to come', () => {
    const time = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(time, time, fc.option(time), time, (ttlMs, lastBeatMs, departsAtMs, nowMs) => {
        const decision = decide({ ttlMs, lastBeatMs, departsAtMs }, nowMs);
        return decision.act !== 'wait' || decision.untilMs > nowMs;
      }),
    );
  });
});

describe('remainingTermMs', () => {
  const terms = { ttlMs: 30, deregisterAfterMs: 90, sinceMs: 1000 };
  it.each([
    ['all of it at once', 1000, 90],
    ['what is left after a restart', 1040, 50],
    ['a ttl at least: nobody could be heard meanwhile', 1089, 30],
    ['a ttl at least, however long the registry was away', 9999, 30],
    ['never more than all, though the clock jumped back', 0, 90],
  ])('is %s', (_what, wallNowMs, ms) => expect(remainingTermMs({ ...terms, wallNowMs })).toBe(ms));

  it('is never longer than the term, though that is shorter than a ttl', () => {
    expect(remainingTermMs({ ...terms, deregisterAfterMs: 10, wallNowMs: 1000 })).toBe(10);
  });

  it('is endless without a term', () => {
    expect(remainingTermMs({ ...terms, deregisterAfterMs: null, wallNowMs: 1000 })).toBe(Infinity);
  });
});
