import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Instance } from '../shapes.js';
import type { Endpoint } from './endpoint.js';
import { instanceOf, instancesOf } from './instances.fixture.js';
import type { OutcomeKind } from './outcome.js';
import { Pool } from './pool.js';

let clock: SimulatedClock;
let pool: Pool;
beforeEach(() => {
  clock = new SimulatedClock();
  pool = new Pool({ clock, random: new SeededRandom(1), balancer: 'round-robin', slowStart: false });
});

const idsOf = (endpoints: Iterable<Endpoint>): readonly string[] => [...endpoints].map(({ id }) => id).toSorted();
/** Who is chosen, often enough that everybody has a turn. */
const chosen = (): readonly string[] => [...new Set(Array.from({ length: 50 }, () => pool.pick()?.id ?? 'nobody'))].toSorted();
const endpoint = (id: string): Endpoint => [...pool.endpoints()].find((one) => one.id === id) as Endpoint;

describe('a pool', () => {
  it('of nobody has nobody', () => {
    expect(pool.pick()).toBeUndefined();
    pool.update(instancesOf(2));
    pool.update([]);
    expect([pool.pick(), pool.size, pool.available]).toEqual([undefined, 0, 0]);
  });

  it('chooses from who is there', () => {
    pool.update(instancesOf(3));
    expect(chosen()).toEqual(['i0', 'i1', 'i2']);
    pool.update([instanceOf('i1'), instanceOf('new')]);
    expect(chosen()).toEqual(['i1', 'new']);
  });

  it.each<[string, Partial<Instance>, boolean]>([
    ['another weight', { weight: 3 }, true],
    ['other metadata', { metadata: { a: 'b' } }, true],
    ['another zone', { zone: 'b' }, true],
    ['an incarnation that shrank, because the registry forgot', { incarnation: 0 }, true],
    ['a grown incarnation', { incarnation: 2 }, false],
    ['another host', { host: 'elsewhere' }, false],
    ['another port', { port: 1 }, false],
  ])('keeps an endpoint or makes a new one: %s', (_, said, kept) => {
    pool.update(instancesOf(3));
    const before = endpoint('i1');
    pool.update([instanceOf('i0'), instanceOf('i1', said), instanceOf('i2')]);
    expect(endpoint('i1') === before).toBe(kept);
    expect(endpoint('i1').instance).toMatchObject(said);
    expect(chosen()).toEqual(['i0', 'i1', 'i2']);
  });

  it('does not choose who is draining or out', () => {
    pool.update([instanceOf('i0'), instanceOf('i1', { mode: 'draining' }), instanceOf('i2', { mode: 'out' })]);
    expect(chosen()).toEqual(['i0']);
    pool.update([instanceOf('i0', { mode: 'draining' }), instanceOf('i1')]);
    expect(chosen()).toEqual(['i1']);
  });
});

describe('weight 0', () => {
  it('is for nobody to call, unless nobody has any', () => {
    pool.update(instancesOf(3, (at) => ({ weight: at })));
    expect(chosen()).toEqual(['i1', 'i2']);
    pool.update(instancesOf(3, () => ({ weight: 0 })));
    expect(chosen()).toEqual(['i0', 'i1', 'i2']);
    pool.update([...instancesOf(3, () => ({ weight: 0 })), instanceOf('one')]);
    expect(chosen()).toEqual(['one']);
  });
});

describe('who is ejected', () => {
  it('is not chosen while it holds, and then again', async () => {
    pool.update(instancesOf(4));
    endpoint('i2').ejectedUntil = 1000;
    expect(chosen()).toEqual(['i0', 'i1', 'i3']);
    await clock.advance(999);
    expect(chosen()).toEqual(['i0', 'i1', 'i3']);
    await clock.advance(1);
    expect(chosen()).toEqual(['i0', 'i1', 'i2', 'i3']);
    expect(endpoint('i2').ejectedUntil).toBeUndefined();
  });

  it('is chosen when nobody else is left', () => {
    pool.update(instancesOf(2));
    for (const one of pool.endpoints()) one.ejectedUntil = 1000;
    expect([chosen(), pool.panic]).toEqual([['i0', 'i1'], true]);
    endpoint('i1').ejectedUntil = undefined;
    expect([chosen(), pool.panic]).toEqual([['i1'], false]);
  });

  it('is chosen when too few of many are left', () => {
    const told: boolean[] = [];
    pool.onPanic((panic) => told.push(panic));
    pool.update(instancesOf(10));
    for (let at = 0; at < 5; at++) endpoint(`i${at}`).ejectedUntil = 1000;
    expect([pool.available, pool.panic]).toEqual([5, false]);
    endpoint('i5').ejectedUntil = 1000;
    expect([pool.available, pool.panic, chosen().length]).toEqual([10, true, 10]);
    // Some who were well left: what counts is who is there now.
    endpoint('i5').ejectedUntil = undefined;
    pool.update(instancesOf(9));
    expect([pool.available, pool.panic, told]).toEqual([4, false, [true, false]]);
  });

  it('stays so over changes of what is said about it', () => {
    pool.update(instancesOf(2));
    endpoint('i0').ejectedUntil = 1000;
    pool.update(instancesOf(2, () => ({ zone: 'b', weight: 5 })));
    expect(chosen()).toEqual(['i1']);
  });
});

describe('who was tried', () => {
  it('is not chosen again, while others are there', () => {
    pool.update(instancesOf(3));
    endpoint('i2').ejectedUntil = 1000;
    const tried = new Set<Endpoint>([endpoint('i0')]);
    for (let call = 0; call < 20; call++) expect(pool.pick({ exclude: tried })?.id).toBe('i1');
    // Better one that was ejected than nobody.
    tried.add(endpoint('i1'));
    for (let call = 0; call < 20; call++) expect(pool.pick({ exclude: tried })?.id).toBe('i2');
    tried.add(endpoint('i2'));
    expect(pool.pick({ exclude: tried })).toBeUndefined();
  });
});

describe('who leaves', () => {
  it('is not chosen any more while its calls end, and then is gone', () => {
    const gone: Endpoint[] = [];
    pool.onGone((one) => gone.push(one));
    pool.update(instancesOf(2));
    const [busy, idle] = [endpoint('i0'), endpoint('i1')];
    const call = busy.begin();
    pool.update([instanceOf('i2')]);
    expect([chosen(), gone, busy.standing, pool.outstanding]).toEqual([['i2'], [idle], 'leaving', 1]);
    call.end({ kind: 'answered', status: 200 });
    expect([gone, busy.standing, pool.outstanding]).toEqual([[idle, busy], 'gone', 0]);
  });

  it('and comes back meanwhile is the same still', () => {
    const gone: Endpoint[] = [];
    pool.onGone((one) => gone.push(one));
    pool.update(instancesOf(1));
    const one = endpoint('i0');
    const call = one.begin();
    pool.update([]);
    pool.update(instancesOf(1));
    call.end({ kind: 'answered' });
    expect([endpoint('i0'), one.standing, gone]).toEqual([one, 'member', []]);
  });

  it('twice, while calls of both lives go on', () => {
    const gone: number[] = [];
    pool.onGone((one) => gone.push(one.instance.incarnation));
    const calls = [1, 2].map((incarnation) => {
      pool.update(instancesOf(1, () => ({ incarnation })));
      return endpoint('i0').begin();
    });
    pool.update([]);
    for (const call of calls) call.end({ kind: 'answered' });
    expect(gone).toEqual([1, 2]);
  });
});

describe('outcomes', () => {
  it('are told once, with the time that it took', async () => {
    const told: [string, OutcomeKind, number][] = [];
    const stop = pool.onOutcome(({ id }, { kind }, tookMs) => told.push([id, kind, tookMs]));
    pool.update(instancesOf(1));
    const call = endpoint('i0').begin();
    expect(endpoint('i0').outstanding).toBe(1);
    await clock.advance(25);
    call.end({ kind: 'failed', status: 503 });
    call.end({ kind: 'answered' });
    expect([told, endpoint('i0').outstanding]).toEqual([[['i0', 'failed', 25]], 0]);
    stop();
    endpoint('i0').begin().end({ kind: 'answered' });
    expect(told).toHaveLength(1);
  });

  it('are abandoned where nobody says anything', () => {
    const told: OutcomeKind[] = [];
    pool.onOutcome((_, { kind }) => told.push(kind));
    pool.update(instancesOf(1));
    {
      using call = endpoint('i0').begin();
      expect(call.endpoint.outstanding).toBe(1);
    }
    expect([told, idsOf(pool.endpoints()), pool.outstanding]).toEqual([['abandoned'], ['i0'], 0]);
  });
});
