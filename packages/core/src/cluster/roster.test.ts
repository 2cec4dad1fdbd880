import { SimulatedClock } from '@rollcall/conformance';
import { beforeEach, describe, expect, it } from 'vitest';
import { RollcallError } from '../errors.js';
import type { Log } from '../ports/log.js';
import type { RangeRequest, Store, WatchRequest, WatchSink } from '../ports/store.js';
import { toText } from '../store/bytes.js';
import { LeasedLog } from './leased-log.fixture.js';
import { aboutNode, MemberNode } from './member.fixture.js';
import { encodeNodeRecord } from './node-record.js';
import { Roster } from './roster.js';

let clock: SimulatedClock;
let log: LeasedLog;

const silence: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

beforeEach(() => {
  clock = new SimulatedClock();
  log = new LeasedLog(clock);
});

async function started(name: string): Promise<MemberNode> {
  const node = new MemberNode(name, log, clock);
  await node.start();
  return node;
}

describe('a roster', () => {
  it('shows everybody in the order of their names, with what they say of themselves', async () => {
    const [c] = [await started('c'), await started('a'), await started('B')];
    expect(c.roster.nodes.map(({ name }) => name)).toEqual(['B', 'a', 'c']);
    expect(c.roster.named(c.roster.nodes[1]?.name as never)?.record).toMatchObject({ http: 'http://a:8500', version: '1.0.0' });
    expect(c.told).toEqual(['c joined', 'a joined', 'B joined']);
  });

  it('makes a new list for every change, and none without one', async () => {
    const a = await started('a');
    const { nodes } = a.roster;
    await log.put('/rollcall/instances/default/web/1', '{}');
    expect(a.roster.nodes).toBe(nodes);
    await a.membership.announceLeaving();
    expect(a.roster.nodes).not.toBe(nodes);
  });

  it('has changed already when it tells of it', async () => {
    const a = await started('a');
    const seen: unknown[] = [];
    a.roster.follow(({ joined }) => seen.push([joined[0]?.createRevision, a.roster.revision, a.roster.nodes.length, a.duty.ownerOf('x')]));
    await started('b');
    expect(seen).toEqual([[log.revision, log.revision, 2, a.duty.ownerOf('x')]]);
  });

  it('does not tell whoever no longer listens', async () => {
    const a = await started('a');
    let told = 0;
    a.roster.follow(() => told++)();
    await started('b');
    expect(told).toBe(0);
  });

  it('counts a node that came back within one revision as lost and joined', async () => {
    const [a, b] = [await started('a'), await started('b')];
    a.link.fallBehind();
    await b.membership.leave({ handedOverAt: null });
    await started('b');
    log.loseWatchers();
    a.link.catchUp();
    await clock.advance(0);
    expect(a.told.slice(-2)).toEqual(['b lost', 'b joined']);
  });

  it.each([
    ['a record of a newer program', JSON.stringify({ format: 99, name: 'z', shape: 'unheard of' })],
    ['a record that is none', 'hello'],
  ])('keeps a node with %s: it is there, and has its share', async (_, value) => {
    const a = await started('a');
    await log.put('/rollcall/nodes/z', value);
    expect(a.roster.nodes.map(({ name, peer, leaving, record }) => [name, peer, leaving, record === null])).toEqual([
      ['a', 'a:8510', false, false],
      ['z', null, false, true],
    ]);
    expect(Array.from({ length: 50 }, (_none, at) => a.duty.ownerOf(`default/web/${at}`))).toContain('z');
  });

  it('passes by what is no node’s name', async () => {
    const a = await started('a');
    await log.put('/rollcall/nodes/not a name', '{}');
    await log.put('/rollcall/nodes/b/c', '{}');
    expect([a.roster.nodes.length, a.fences.canHold]).toEqual([1, true]);
    expect((await log.commit({ when: a.fences.at(), then: [] })).succeeded).toBe(true);
  });

  it('finds this process by its id, not by its name', async () => {
    await started('a');
    const onlooker = new Roster({ store: log.asStore, clock, log: silence, id: 'another process' });
    await onlooker.start();
    expect([onlooker.self, onlooker.nodes.length]).toEqual([null, 1]);
  });
});

describe('a roster whose place in the log is lost', () => {
  it('is read anew, and tells the difference', async () => {
    const [a, b, c] = [await started('a'), await started('b'), await started('c')];
    await c.membership.announceLeaving();
    a.link.fallBehind();
    b.kill();
    await clock.advance(10_000);
    await c.membership.leave({ handedOverAt: c.roster.revision });
    await started('d');
    log.loseWatchers();
    a.link.catchUp();
    await clock.advance(0);
    expect(a.told.slice(4)).toEqual(['b lost', 'said something', 'c left', 'd joined']);
    expect([a.roster.nodes.map(({ name }) => name), a.roster.isCurrent]).toEqual([['a', 'd'], true]);
  });

  it('of whom it has not seen the goodbye says that it is lost', async () => {
    const sinks: WatchSink[] = [];
    const store: Store = Object.assign(Object.create(log.asStore) as Store, {
      range: log.range.bind(log),
      watch: (_request: unknown, sink: WatchSink) => {
        sinks.push(sink);
        return { position: 0, cancel: () => undefined };
      },
    });
    const b = await started('b');
    const roster = new Roster({ store, clock, log: silence, id: null });
    const told: unknown[] = [];
    roster.follow(({ left, lost }) => told.push([left.length, lost.length]));
    await roster.start();
    await b.membership.leave({ handedOverAt: b.roster.revision });
    sinks[0]?.ended(new RollcallError('revision-compacted', 'The history is gone.'));
    await clock.advance(0);
    expect(told).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });

  it('is asked for again until the log answers, and counts for nothing meanwhile', async () => {
    const a = await started('a');
    a.link.become('cut');
    log.loseWatchers();
    await clock.advance(3000);
    expect([a.roster.isCurrent, a.fences.canHold, a.roster.nodes.length]).toEqual([false, false, 1]);
    a.link.become('whole');
    await clock.advance(500);
    expect([a.roster.isCurrent, a.fences.canHold]).toEqual([true, true]);
    expect(a.complaints.filter((text) => text.includes('asked again'))).toHaveLength(1);
  });

  it('in another log, of lower revisions, is what that one says', async () => {
    const [a, b] = [await started('a'), await started('b')];
    const other = new LeasedLog(clock);
    await other.put('/rollcall/nodes/c', toText(encodeNodeRecord({ ...aboutNode('c'), leaving: false, handedOver: false, unknown: {} })));
    let current = log;
    const store: Store = Object.assign(Object.create(log.asStore) as Store, {
      range: (request: RangeRequest) => current.range(request),
      watch: (request: WatchRequest, sink: WatchSink) => current.watch(request, sink),
    });
    const roster = new Roster({ store, clock, log: silence, id: 'nobody' });
    await roster.start();
    expect([roster.nodes.map(({ name }) => name), roster.revision]).toEqual([['a', 'b'], log.revision]);
    current = other;
    log.loseWatchers();
    await clock.advance(1000);
    expect([roster.nodes.map(({ name }) => name), roster.revision]).toEqual([['c'], other.revision]);
    expect([a, b].length).toBe(2);
  });

  it('gives up where it is closed, and tells nobody any more', async () => {
    const roster = new Roster({ store: log.asStore, clock, log: silence, id: null });
    let told = 0;
    roster.follow(() => told++);
    await roster.start();
    roster.close();
    await started('a');
    log.loseWatchers();
    await clock.advance(10_000);
    expect([told, roster.isCurrent]).toEqual([0, false]);
  });
});

describe('the revision of a roster', () => {
  it('goes on with the log, as far as the watch says so', async () => {
    let position = 0;
    const store: Store = Object.assign(Object.create(log.asStore) as Store, {
      range: log.range.bind(log),
      watch: () => ({
        get position() {
          return position;
        },
        cancel: () => undefined,
      }),
    });
    const roster = new Roster({ store, clock, log: silence, id: null });
    await roster.start();
    expect(roster.revision).toBe(1);
    position = 70;
    expect(roster.revision).toBe(70);
  });
});
