import { describe, expect, it } from 'vitest';
import { bannersOf, type Circumstances } from './banner.js';

const status = { node: 'n1', stale: false, ageSeconds: 0, held: 0, panicking: 0, guard: { holding: false } };

function kinds(circumstances: Partial<Circumstances>): readonly string[] {
  return bannersOf({ status, lost: null, nowMs: 60_000, ...circumstances }).map(({ kind }) => kind);
}

describe('the banners', () => {
  it.each<[string, Partial<Circumstances>, readonly string[]]>([
    ['all is well', {}, []],
    ['nothing is known', { status: null }, []],
    ['nobody answers', { status: null, lost: { sinceMs: 0, reason: 'It does not answer.' } }, ['lost']],
    ['the log is away', { status: { ...status, stale: true, ageSeconds: 5 } }, ['stale']],
    ['the guard holds', { status: { ...status, held: 14, guard: { holding: true, left: 0 } } }, ['guard']],
    ['services panic', { status: { ...status, panicking: 2 } }, ['panic']],
    ['nobody counts on the node', { status: { ...status, cluster: { member: false, nodes: 2, leaving: 0, duty: noDuty() } } }, ['place']],
    [
      'everything at once',
      { status: { ...status, stale: true, held: 1, panicking: 1 }, lost: { sinceMs: 0, reason: '' } },
      ['lost', 'stale', 'guard', 'panic'],
    ],
  ])('when %s', (_when, circumstances, expected) => {
    expect(kinds(circumstances)).toEqual(expected);
  });

  it('say how long', () => {
    const [lost] = bannersOf({ status: null, lost: { sinceMs: 18_000, reason: 'It does not answer.' }, nowMs: 60_000 });
    expect(lost?.text).toContain('42 s ago');
  });

  it('say how many, as one says it', () => {
    const titles = (held: number) => bannersOf({ status: { ...status, held }, lost: null, nowMs: 0 }).map(({ title }) => title);
    expect([titles(1), titles(12_000)]).toEqual([['The guard holds 1 instance'], ['The guard holds 12,000 instances']]);
  });
});

function noDuty(): { readonly instances: number; readonly machines: number } {
  return { instances: 0, machines: 0 };
}
