import { SimulatedClock } from '@rollcall/conformance';
import { beforeEach, describe, expect, it } from 'vitest';
import { FENCES_MAX } from '../attendance/judgement-writer.js';
import type { Compare } from '../ports/store.js';
import { fromText } from '../store/bytes.js';
import { LeasedLog } from './leased-log.fixture.js';
import { NODE_TTL_MS } from './life.js';
import { MemberNode } from './member.fixture.js';

let clock: SimulatedClock;
let log: LeasedLog;

beforeEach(() => {
  clock = new SimulatedClock();
  log = new LeasedLog(clock);
});

async function started(name: string): Promise<MemberNode> {
  const node = new MemberNode(name, log, clock);
  await node.start();
  return node;
}

async function holds(when: readonly Compare[]): Promise<boolean> {
  const { succeeded } = await log.commit({ when, then: [{ type: 'put', key: fromText('/verdict'), value: fromText('lapsed') }] });
  return succeeded;
}

describe('the fences of a member', () => {
  it('hold, however much others write and whoever goes', async () => {
    const [a, b] = [await started('a'), await started('b')];
    for (let at = 0; at < 100; at++) await log.put(`/other/${at}`, '');
    expect([a.fences.canHold, await holds(a.fences.at()), await holds(b.fences.at())]).toEqual([true, true, true]);
    a.link.fallBehind();
    b.kill();
    await clock.advance(NODE_TTL_MS);
    expect([a.roster.nodes.length, await holds(a.fences.at())]).toEqual([2, true]);
    expect(a.fences.at().length).toBeLessThanOrEqual(FENCES_MAX);
  });

  it('do not hold while somebody has joined whom it has not seen, and hold again when it has', async () => {
    const a = await started('a');
    a.link.fallBehind();
    await started('b');
    expect([a.fences.canHold, await holds(a.fences.at())]).toEqual([true, false]);
    a.link.catchUp();
    expect(await holds(a.fences.at())).toBe(true);
  });

  it('of what was decided before somebody joined do not hold, though it has seen that one by now', async () => {
    const a = await started('a');
    const asOf = a.roster.revision;
    await started('b');
    expect([await holds(a.fences.at(asOf)), await holds(a.fences.at())]).toEqual([false, true]);
  });

  it('of what was decided in an earlier life do not hold', async () => {
    const a = await started('a');
    const asOf = a.roster.revision;
    await log.revokeLease(1n);
    await clock.advance(2000);
    expect([await holds(a.fences.at(asOf)), await holds(a.fences.at())]).toEqual([false, true]);
  });

  it('do not hold once it says that it leaves, until it has seen its own word', async () => {
    const a = await started('a');
    const before = a.fences.at();
    const asOf = a.roster.revision;
    a.link.fallBehind();
    const announcing = a.membership.announceLeaving();
    expect(a.fences.canHold).toBe(false);
    await announcing;
    expect([a.fences.canHold, await holds(a.fences.at()), await holds(before)]).toEqual([false, false, false]);
    a.link.catchUp();
    expect([a.fences.canHold, await holds(a.fences.at()), await holds(a.fences.at(asOf))]).toEqual([true, true, false]);
  });
});

describe('a process that was stopped, and wakes up', () => {
  it('finds itself out before it writes: by its clock, and in the log', async () => {
    const [a] = [await started('a'), await started('b')];
    const decided = a.fences.at();
    a.pause();
    await clock.advance(NODE_TTL_MS * 2);
    // Its clock went on: it knows without a single timer having been called.
    expect([a.membership.isMember, a.fences.canHold]).toEqual([false, false]);
    expect(await holds(a.fences.at())).toBe(false);
    // Its clock stood still, as that of a virtual machine may, or the verdict was on its way already: the log knows.
    expect(await holds(decided)).toBe(false);
    a.resume();
    await clock.advance(1000);
    expect([a.membership.isMember, await holds(a.fences.at()), await holds(decided)]).toEqual([true, true, false]);
  });

  it('within its ttl may go on, unless somebody has joined', async () => {
    const a = await started('a');
    a.pause();
    await clock.advance(4000);
    expect(await holds(a.fences.at())).toBe(true);
    await started('b');
    expect([a.fences.canHold, await holds(a.fences.at())]).toEqual([true, false]);
    a.resume();
    await clock.advance(0);
    expect(await holds(a.fences.at())).toBe(true);
  });
});

describe('the fences of a node that is no member', () => {
  it('cannot hold', async () => {
    const node = new MemberNode('a', log, clock);
    await node.roster.start();
    expect([node.fences.canHold, await holds(node.fences.at())]).toEqual([false, false]);
    await log.put('/rollcall/nodes/a', 'somebody else');
    expect(await holds(node.fences.at())).toBe(false);
  });

  it('cannot hold while its own roster does not show it', async () => {
    const node = new MemberNode('a', log, clock);
    await node.roster.start();
    node.link.fallBehind();
    await node.membership.join();
    expect([node.membership.isMember, node.fences.canHold, await holds(node.fences.at())]).toEqual([true, false, false]);
    node.link.catchUp();
    expect(await holds(node.fences.at())).toBe(true);
  });
});
