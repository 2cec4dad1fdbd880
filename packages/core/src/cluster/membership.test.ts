import { SimulatedClock } from '@rollcall/conformance';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodesRange } from '../records/keys.js';
import { isRollcallError } from '../errors.js';
import { toText } from '../store/bytes.js';
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

/** What becomes of a promise, without waiting for it. */
async function outcomeOf(promise: Promise<unknown>): Promise<{ is: string }> {
  const outcome = { is: 'pending' };
  promise.then(
    () => (outcome.is = 'settled'),
    (error: unknown) => (outcome.is = isRollcallError(error) ? `${error.code}: ${error.message}` : String(error)),
  );
  await clock.advance(0);
  return outcome;
}

describe('joining', () => {
  it('takes a key on a lease, and is seen by the node itself and by others', async () => {
    const [a, b] = [await started('a'), await started('b')];
    expect(await log.keys()).toEqual(['/rollcall/nodes/a', '/rollcall/nodes/b']);
    expect(a.roster.nodes.map(({ name, peer }) => [name, peer])).toEqual([
      ['a', 'a:8510'],
      ['b', 'b:8510'],
    ]);
    expect([a.roster.self?.name, b.roster.self?.name]).toEqual(['a', 'b']);
    expect([a.membership.standing, a.membership.life?.createRevision]).toEqual(['member', a.roster.self?.createRevision]);
  });

  it('waits for the lease of a predecessor that was killed', async () => {
    const predecessor = await started('a');
    predecessor.kill();
    const successor = new MemberNode('a', log, clock);
    const joining = await outcomeOf(successor.start());
    await clock.advance(NODE_TTL_MS - 1000);
    expect(joining.is).toBe('pending');
    await clock.advance(1500);
    expect([joining.is, successor.membership.isMember, log.leaseCount]).toEqual(['settled', true, 1]);
  });

  it('refuses a name whose node is alive, and says what to do', async () => {
    await started('a');
    const other = new MemberNode('a', log, clock);
    const joining = await outcomeOf(other.start());
    await clock.advance(NODE_TTL_MS * 1.5 - 500);
    expect(joining.is).toBe('pending');
    await clock.advance(1000);
    expect(joining.is).toBe('conflict: Another node called a is alive (http://a:8500). Choose another name with --node.');
    expect([other.membership.isMember, log.leaseCount]).toEqual([false, 1]);
  });

  it('of two that wait for the same predecessor refuses the slower one at once', async () => {
    (await started('a')).kill();
    const [one, other] = [new MemberNode('a', log, clock), new MemberNode('a', log, clock)];
    const joining = await Promise.all([outcomeOf(one.start()), outcomeOf(other.start())]);
    await clock.advance(NODE_TTL_MS + 1000);
    expect(new Set(joining.map(({ is }) => is.split(':')[0]))).toEqual(new Set(['conflict', 'settled']));
    expect([one.membership.isMember, other.membership.isMember].filter(Boolean)).toHaveLength(1);
    expect(log.leaseCount).toBe(1);
  });

  it('of two at the same moment lets one in', async () => {
    const [one, other] = [new MemberNode('a', log, clock), new MemberNode('a', log, clock)];
    const joining = await Promise.all([outcomeOf(one.start()), outcomeOf(other.start())]);
    await clock.advance(NODE_TTL_MS * 2);
    expect(new Set(joining.map(({ is }) => is.split(':')[0]))).toEqual(new Set(['conflict', 'settled']));
    expect(log.leaseCount).toBe(1);
  });

  it('goes on trying while the engine does not answer', async () => {
    const node = new MemberNode('a', log, clock);
    await node.roster.start();
    node.link.become('cut');
    const joining = await outcomeOf(node.membership.join());
    await clock.advance(60_000);
    expect([joining.is, node.membership.standing]).toEqual(['pending', 'joining']);
    node.link.become('whole');
    await clock.advance(5000);
    expect([joining.is, node.complaints.length]).toEqual(['settled', 1]);
  });

  it('that happened though nobody heard of it is cleared away, and leaves one key and one lease', async () => {
    const node = new MemberNode('a', log, clock);
    await node.roster.start();
    node.link.become('mute');
    const joining = await outcomeOf(node.membership.join());
    await clock.advance(700);
    node.link.become('whole');
    await clock.advance(5000);
    expect([joining.is, await log.keys()]).toEqual(['settled', ['/rollcall/nodes/a']]);
    await clock.advance(NODE_TTL_MS);
    expect(log.leaseCount).toBe(1);
    expect(node.roster.self?.createRevision).toBe(node.membership.life?.createRevision);
  });

  it('is given up by whoever stops in the meantime', async () => {
    const node = new MemberNode('a', log, clock);
    await node.roster.start();
    node.link.become('held');
    const joining = await outcomeOf(node.membership.join());
    const leaving = await outcomeOf(node.membership.leave({ handedOverAt: node.roster.revision }));
    await clock.advance(3000);
    expect(leaving.is).toBe('settled');
    node.link.become('whole');
    await clock.advance(0);
    expect([joining.is.split(':')[0], await log.keys(), log.leaseCount]).toEqual(['aborted', [], 0]);
  });
});

describe('a member', () => {
  it('stays one for as long as it keeps its lease, and writes nothing for it', async () => {
    const node = await started('a');
    const { revision } = log;
    await clock.advance(3_600_000);
    expect([node.membership.isMember, log.revision]).toEqual([true, revision]);
  });

  it('survives keeps that are lost, as long as one within the ttl arrives', async () => {
    const node = await started('a');
    for (let round = 0; round < 5; round++) {
      node.link.become('cut');
      await clock.advance(4000);
      node.link.become('whole');
      await clock.advance(1000);
    }
    expect([node.membership.isMember, node.told]).toEqual([true, ['a joined']]);
  });

  it('knows at once when its lease may be over, without asking anybody', async () => {
    const node = await started('a');
    node.link.become('held');
    await clock.advance(NODE_TTL_MS - 1);
    expect(node.membership.isMember).toBe(true);
    await clock.advance(1);
    expect([node.membership.isMember, node.membership.standing]).toEqual([false, 'joining']);
  });

  it('is not revived by an answer that comes too late', async () => {
    const node = await started('a');
    await clock.advance(1000);
    node.link.become('held');
    await clock.advance(NODE_TTL_MS);
    expect(node.membership.isMember).toBe(false);
    const [before] = [node.roster.self?.createRevision ?? 0];
    node.link.become('whole');
    await clock.advance(0);
    expect(node.membership.life?.createRevision ?? Infinity).toBeGreaterThan(before);
  });

  it('joins anew when the engine is back after a minute, with one key and one lease', async () => {
    const [a, b] = [await started('a'), await started('b')];
    const first = a.membership.life?.createRevision ?? 0;
    a.link.become('cut');
    await clock.advance(60_000);
    expect([a.membership.isMember, await log.keys()]).toEqual([false, ['/rollcall/nodes/b']]);
    a.link.become('whole');
    await clock.advance(5000);
    expect(a.membership.life?.createRevision ?? 0).toBeGreaterThan(first);
    expect([await log.keys(), log.leaseCount]).toEqual([['/rollcall/nodes/a', '/rollcall/nodes/b'], 2]);
    expect(b.told).toEqual(['a joined', 'b joined', 'a lost', 'a joined']);
    expect(a.complaints.length).toBeLessThan(5);
  });

  it('joins anew when its key is taken out of the log by hand, though its lease lives', async () => {
    const node = await started('a');
    await log.remove('/rollcall/nodes/a');
    await clock.advance(100);
    expect(node.told).toEqual(['a joined', 'a lost', 'a joined']);
    await clock.advance(NODE_TTL_MS * 2);
    expect([node.membership.isMember, log.leaseCount]).toEqual([true, 1]);
  });

  it('joins anew when its lease is revoked', async () => {
    const node = await started('a');
    await log.revokeLease(1n);
    await clock.advance(2000);
    expect([node.membership.isMember, node.roster.self?.createRevision]).toEqual([true, node.membership.life?.createRevision]);
  });

  it('joins another log, of lower revisions, when the one that it was in is replaced', async () => {
    for (let at = 0; at < 50; at++) await log.put(`/other/${at}`, '');
    const [a, b] = [await started('a'), await started('b')];
    const other = new LeasedLog(clock);
    for (const { link } of [a, b]) link.leadTo(other);
    log.loseWatchers();
    await clock.advance(0);
    expect([a.fences.canHold, b.fences.canHold]).toEqual([false, false]);
    await clock.advance(5000);
    expect([await other.keys(), other.leaseCount]).toEqual([['/rollcall/nodes/a', '/rollcall/nodes/b'], 2]);
    expect([a.fences.canHold, b.fences.canHold]).toEqual([true, true]);
    expect(a.roster.nodes.map(({ createRevision }) => createRevision)).toEqual(b.roster.nodes.map(({ createRevision }) => createRevision));
  });

  it('takes what an earlier life of it left in a restored log for what it is', async () => {
    const a = await started('a');
    const restored = new LeasedLog(clock);
    const { entries } = await log.range({ range: nodesRange });
    for (let at = 0; at < 5; at++) await restored.put(`/other/${at}`, '');
    await restored.put('/rollcall/nodes/a', toText(entries[0]?.value ?? new Uint8Array()));
    a.link.leadTo(restored);
    log.loseWatchers();
    await clock.advance(5000);
    expect([a.membership.isMember, a.fences.canHold, restored.leaseCount]).toEqual([true, true, 1]);
    expect((await restored.commit({ when: a.fences.at(), then: [] })).succeeded).toBe(true);
  });

  it('that slept while another process took its name stays none until that one goes', async () => {
    const sleeper = await started('a');
    sleeper.pause();
    await clock.advance(NODE_TTL_MS * 3);
    const usurper = await started('a');
    sleeper.resume();
    await clock.advance(60_000);
    expect([sleeper.membership.isMember, usurper.membership.isMember, sleeper.roster.self]).toEqual([false, true, null]);
    expect(sleeper.complaints.filter((text) => text.includes('took its name'))).toHaveLength(1);
    await usurper.membership.leave({ handedOverAt: usurper.roster.revision });
    await clock.advance(6000);
    expect(sleeper.membership.isMember).toBe(true);
  });
});

describe('what is measured', () => {
  it('is who is there, whether this node is among them, and how often it lost its place', async () => {
    const [a] = [await started('a'), await started('b')];
    const shown = (): readonly unknown[] => [...a.gauges.values()].map((read) => read());
    expect([[...a.gauges.keys()], shown(), a.losses]).toEqual([['rollcall_cluster_nodes', 'rollcall_cluster_member'], [2, 1], 0]);
    a.link.become('cut');
    await clock.advance(NODE_TTL_MS * 2);
    expect([shown(), a.losses]).toEqual([[1, 0], 1]);
    a.link.become('whole');
    await clock.advance(5000);
    await a.membership.leave({ handedOverAt: a.roster.revision });
    expect([shown(), a.losses]).toEqual([[1, 0], 1]);
  });
});

describe('leaving', () => {
  it('goes in two steps', async () => {
    const [a, b] = [await started('a'), await started('b')];
    await a.membership.announceLeaving();
    expect([a.membership.standing, b.roster.nodes.map(({ leaving }) => leaving)]).toEqual(['leaving', [true, false]]);
    await clock.advance(60_000);
    expect(a.membership.isMember).toBe(true);
    await a.membership.leave({ handedOverAt: a.roster.revision });
    expect([a.membership.standing, await log.keys(), log.leaseCount]).toEqual(['gone', ['/rollcall/nodes/b'], 1]);
    expect(b.told).toEqual(['a joined', 'b joined', 'said something', 'said something', 'a left']);
  });

  it.each([
    ['did not hand over what it had heard', (a: MemberNode) => a.membership.leave({ handedOverAt: null })],
    ['handed over before somebody joined', async (a: MemberNode) => a.membership.leave({ handedOverAt: a.roster.revision - 2 })],
    ['was killed on the way', async (a: MemberNode) => a.kill()],
  ])('of a node that %s counts as a loss', async (_, end) => {
    const [a, b] = [await started('a'), await started('b')];
    await a.membership.announceLeaving();
    await end(a);
    await clock.advance(NODE_TTL_MS);
    expect(b.told.at(-1)).toBe('a lost');
  });

  it('does not wait for an engine that is away', async () => {
    const node = await started('a');
    node.link.become('held');
    const leaving = await outcomeOf(
      node.membership.announceLeaving().then(() => node.membership.leave({ handedOverAt: node.roster.revision })),
    );
    await clock.advance(6000);
    expect(leaving.is).toBe('settled');
    await clock.advance(60_000);
    expect(await log.keys()).toEqual([]);
  });

  it('holds also where the answers are lost', async () => {
    const [a, b] = [await started('a'), await started('b')];
    a.link.become('mute');
    const leaving = await outcomeOf(a.membership.announceLeaving());
    await clock.advance(3000);
    expect([leaving.is, b.roster.nodes[0]?.leaving, a.fences.canHold]).toEqual(['settled', true, false]);
  });

  it('is final: whoever leaves and is lost in the meantime does not come back', async () => {
    const node = await started('a');
    await node.membership.announceLeaving();
    node.link.become('cut');
    await clock.advance(60_000);
    node.link.become('whole');
    await clock.advance(60_000);
    expect([node.membership.standing, await log.keys()]).toEqual(['gone', []]);
    await node.membership.leave({ handedOverAt: node.roster.revision });
  });
});
