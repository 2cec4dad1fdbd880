import { SeededRandom } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import { planFaults, type Plan } from './faults.js';
import { faultKinds, type Fault } from './history.js';
import { promised, spansOf } from './laws/excuses.js';

const plan: Plan = { nodes: ['a', 'b', 'c'], etcds: 3, forMs: 3_600_000 };

describe('a plan of faults', () => {
  it('is the same with the same seed, and another with another', () => {
    expect(planFaults(new SeededRandom(7), plan)).toEqual(planFaults(new SeededRandom(7), plan));
    expect(planFaults(new SeededRandom(7), plan)).not.toEqual(planFaults(new SeededRandom(8), plan));
  });

  it('has every kind in an hour, two etcds at a time too, and never a node against itself', () => {
    const planned = planFaults(new SeededRandom(7), plan);
    const kinds = new Set<string>(planned.map(({ what }) => what));
    // The first is an etcd's fault with two of them, and the other nobody plans.
    expect(faultKinds.filter((kind) => !kinds.has(kind))).toEqual(['quorum lost', 'machine starved']);
    expect(planned.some((one) => 'members' in one && one.what !== 'engine cut' && one.members.length === 2)).toBe(true);
    expect(planned.filter((one) => 'other' in one && one.other === one.node)).toEqual([]);
  });

  it('leaves calms in which what was promised must come', () => {
    const times = planFaults(new SeededRandom(7), plan).map(({ atMs }) => atMs);
    const longest = Math.max(...times.slice(1).map((atMs, at) => atMs - (times[at] as number)));
    expect(longest).toBeGreaterThanOrEqual(20_000);
  });

  it('does without etcds and other nodes where there are none', () => {
    const kinds = planFaults(new SeededRandom(7), { nodes: ['a'], etcds: 0, forMs: 3_600_000 }).map(({ what }) => what);
    expect([...new Set(kinds)].toSorted()).toEqual(['clients cut', 'node killed', 'node paused', 'node restarted']);
  });
});

const fault = (what: Fault['what'], fromMs: number, untilMs: number): Fault => ({ what, node: 'a', fromMs, untilMs });

describe('what is promised', () => {
  it('is not postponed by what was over, or begins too late', () => {
    expect(promised([fault('node restarted', 0, 100), fault('node killed', 20_000, 21_000)], 10_000, 5_000)).toBe(15_000);
  });

  it('is postponed by trouble, and by the trouble that falls into what it was postponed by', () => {
    const first = fault('node restarted', 12_000, 13_000);
    const second = fault('node restarted', 19_000, 20_000);
    const until = (one: Fault): number => Math.max(...spansOf(one).map(({ toMs }) => toMs));
    expect(promised([first], 10_000, 5_000)).toBe(until(first) + 5_000);
    expect(promised([second, first], 10_000, 5_000)).toBe(until(second) + 5_000);
  });

  it('stays as it was where only clients are cut off', () =>
    expect(promised([fault('clients cut', 0, 60_000)], 10_000, 5_000)).toBe(15_000));
});
