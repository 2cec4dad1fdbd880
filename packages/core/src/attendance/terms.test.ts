import { describe, expect, it } from 'vitest';
import type { Verdict, Verdicts } from '../catalog/health.js';
import type { Check } from '../catalog/registration.js';
import { registration } from '../catalog/instance.fixture.js';
import { instanceOf, type Instance } from '../catalog/instance.js';
import { criticalSinceMs, departureTerm, hearingMs, remainingTermMs } from './terms.js';

const check = (id: string, ttlMs = 30): Check => ({ id, type: 'heartbeat', ttlMs, born: 'passing' });
const verdict = (status: Verdict['status'], sinceMs: number): Verdict => ({ status, reason: 'lapse', sinceMs, output: '' });

describe('remainingTermMs', () => {
  const terms = { hearingMs: 30, deregisterAfterMs: 90, sinceMs: 1000 };
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
});

describe('criticalSinceMs', () => {
  const checks = [check('a'), check('b')];
  it.each<[string, Verdicts, number]>([
    ['the verdict that says so', { a: verdict('critical', 5) }, 5],
    ['the older one of two', { a: verdict('critical', 7), b: verdict('critical', 5) }, 5],
    ['not one that says something else', { a: verdict('critical', 7), b: verdict('warning', 5) }, 7],
    ['not one of a check that is gone', { a: verdict('critical', 7), old: verdict('critical', 5) }, 7],
    ['now, when no verdict says so', { a: verdict('passing', 5) }, 99],
  ])('is %s', (_what, verdicts, sinceMs) => expect(criticalSinceMs({ checks, verdicts }, 99)).toBe(sinceMs));
});

describe('departureTerm', () => {
  const found = (checks: readonly Check[], verdicts: Verdicts, deregisterAfterMs: number | null): Instance => {
    const one = { ...registration(), checks, deregisterAfterMs, incarnation: 1, registeredAtMs: 0, createRevision: 1, revision: 1 };
    return instanceOf(one, { verdicts, healthRevision: 2, held: false, intent: null, intentRevision: 0, machine: null });
  };
  const termed = (id: string, deregisterAfterMs: number, born: 'passing' | 'critical' = 'passing'): Check => ({
    ...check(id),
    born,
    deregisterAfterMs,
  });
  const [ill, well] = [(sinceMs: number) => verdict('critical', sinceMs), verdict('passing', 0)];

  it.each<[string, Instance, { readonly termMs: number; readonly sinceMs: number } | null]>([
    ['its own', found([check('a')], { a: ill(5) }, 90), { termMs: 90, sinceMs: 5 }],
    ['none without one', found([check('a')], { a: ill(5) }, null), null],
    ['none while it is well', found([check('a')], {}, 90), null],
    [
      'that of the check which is critical',
      found([termed('a', 10), termed('b', 70)], { a: well, b: ill(5) }, 10),
      { termMs: 70, sinceMs: 5 },
    ],
    ['the one that is over first', found([termed('a', 10), termed('b', 70)], { a: ill(80), b: ill(5) }, 10), { termMs: 70, sinceMs: 5 }],
    ['none of a check without one beside others', found([check('a'), termed('b', 70)], { a: ill(5) }, 70), null],
    ['from now on of who was born critical', found([termed('a', 10, 'critical')], {}, 10), { termMs: 10, sinceMs: 99 }],
  ])('is %s', (_what, instance, term) => {
    const counts = departureTerm(instance, 99);
    expect(counts && { termMs: counts.termMs, sinceMs: counts.sinceMs }).toEqual(term);
  });
});

describe('hearingMs', () => {
  it('is the longest ttl, or the usual one', () => {
    expect(hearingMs({ checks: [check('a', 10), check('b', 40)] })).toBe(40);
    expect(hearingMs({ checks: [] })).toBe(30_000);
  });
});
