/** What a live view shows, whatever becomes of its registry. */
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Trouble } from '../telling.js';
import { Discovery, type DiscoveryOptions } from './discovery.js';
import type { LiveService } from './live-service.js';
import { instance, PULSE_MS, SimulatedRegistry, nobodyPicks } from './simulated-registry.fixture.js';

let clock: SimulatedClock;
let registry: SimulatedRegistry;
let troubles: Trouble[];

beforeEach(() => {
  clock = new SimulatedClock();
  registry = new SimulatedRegistry(clock);
  troubles = [];
  registry.put(instance('1'), instance('2'), instance('3'), instance('4'));
});

function discovery(options: DiscoveryOptions = {}): Discovery {
  const surroundings = { clock, random: new SeededRandom(1), namespace: 'default', trouble: (trouble: Trouble) => troubles.push(trouble) };
  return new Discovery(options, { client: registry, holdPool: nobodyPicks, ...surroundings });
}

const ids = (live: LiveService): string => live.current.map(({ id }) => id).join(' ');

/** What happened just now is heard first. */
async function passes(ms: number): Promise<void> {
  await clock.advance(0);
  await clock.advance(ms);
}

async function liveView(): Promise<LiveService> {
  const live = discovery().service('payments');
  await live.ready();
  return live;
}

describe('a live view', () => {
  it('shows who there is, and tells every change once', async () => {
    const live = discovery().service('payments');
    expect([live.known, live.source, live.ageMs, live.state.state]).toEqual([false, null, Infinity, 'starting']);
    await live.ready();
    expect([ids(live), live.source, live.ageMs, live.state.state]).toEqual(['1 2 3 4', 'registry', 0, 'live']);
    const told: string[] = [];
    const before = live.current;
    const stop = live.on('change', ({ added, removed, changed, current }) => {
      const [came, went, turned] = [added, removed, changed].map((some) => some.map(({ id }) => id).join());
      told.push(`+${came} -${went} ~${turned}`);
      expect(current).toBe(live.current);
    });
    registry.put(instance('5'));
    registry.remove('2');
    registry.put(instance('3', { weight: 7 }));
    await passes(0);
    expect([told, ids(live), before.length]).toEqual([['+5 - ~', '+ -2 ~', '+ - ~3'], '1 3 4 5', 4]);
    stop();
    registry.remove('5');
    await passes(0);
    expect([told.length, ids(live)]).toEqual([3, '1 3 4']);
  });

  it('is shared by all who want the same, and goes when nobody has wanted it for a while', async () => {
    const all = discovery({ idleMs: 60_000 });
    const [a, b] = [all.service('payments', { tags: ['x', 'y'] }), all.service('Payments', { tags: ['y', 'x'] })];
    const other = all.service('payments', { zone: 'z' });
    await Promise.all([a.ready(), b.ready(), other.ready()]);
    expect([all.size, registry.streams]).toEqual([{ views: 2, streams: 2 }, 2]);
    a.close();
    a.close();
    other.close();
    await passes(59_999);
    expect(all.size.views).toBe(2);
    await passes(1);
    expect([all.size, registry.streams]).toEqual([{ views: 1, streams: 1 }, 1]);
    b.close();
    await passes(30_000);
    all.service('payments', { tags: ['x', 'y'] });
    await passes(60_000);
    expect(registry.streams).toBe(1);
  });

  it('believes an empty service that is stated', async () => {
    const live = await liveView();
    registry.remove('1', '2', '3', '4');
    await passes(0);
    expect([live.current, live.known]).toEqual([[], true]);
    const nobody = discovery().service('nobody', { fallback: ['10.0.0.9:80'] });
    await nobody.ready();
    expect([nobody.current, nobody.known, nobody.source]).toEqual([[], true, 'registry']);
  });

  it('goes on without its registry, and says how old it is', async () => {
    const live = await liveView();
    const states: string[] = [];
    live.on('state', ({ state }) => states.push(state));
    await passes(PULSE_MS + 1000);
    expect(live.ageMs).toBe(1000);
    registry.become('down');
    await passes(3_600_000);
    expect([ids(live), live.source, live.ageMs, live.state]).toMatchObject(['1 2 3 4', 'registry', 3_601_000, { state: 'away' }]);
    expect(troubles[0]).toMatchObject({ doing: 'watch', service: 'payments', retryInMs: 1000 });
    registry.become('well');
    await passes(2000);
    expect([states, live.ageMs < 2000]).toEqual([['away', 'live'], true]);
  });

  it('says how old the registry’s own view is', async () => {
    const live = await liveView();
    registry.stale(12);
    await passes(3000);
    expect([live.ageMs, live.state.state]).toEqual([15_000, 'stale']);
    registry.put(instance('5'));
    await passes(PULSE_MS);
    expect([live.ageMs, live.state.state]).toEqual([30_000, 'stale']);
    registry.stale(0);
    expect([live.ageMs, live.state.state]).toEqual([0, 'live']);
  });

  it('is read with for await: the latest, however long one takes', async () => {
    const all = discovery();
    const live = all.service('payments');
    const seen: number[] = [];
    const reading = (async () => {
      for await (const instances of live) {
        seen.push(instances.length);
        if (seen.length === 2) await passes(0);
      }
    })();
    await passes(0);
    registry.put(instance('5'));
    await passes(0);
    registry.put(instance('6'), instance('7'));
    await passes(0);
    await all.close();
    await reading;
    expect([seen[0], seen.at(-1), live.state.state]).toEqual([4, 7, 'closed']);
  });

  it('refuses what could never be, at once', () => {
    const all = discovery();
    for (const wish of [{ fallback: ['10.0.0.1'] }, { fallback: ['a:0'] }, { subset: { size: 0 } }, { namespace: 'A b' }]) {
      expect(() => all.service('payments', wish)).toThrow(TypeError);
    }
    expect(() => all.service('no such name!')).toThrow('"no such name!" is no name of a service.');
    expect(all.size.views).toBe(0);
  });

  it('throws what it waits for no longer', async () => {
    registry.mood = 'down';
    const all = discovery();
    const live = all.service('payments');
    await expect(live.ready(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    const stop = new AbortController();
    const [stopped, waiting] = [live.ready(stop.signal), all.service('orders').ready()];
    stop.abort(new Error('too long'));
    await expect(stopped).rejects.toThrow('too long');
    void all.close();
    await expect(waiting).rejects.toThrow('closed before');
    expect(() => all.service('payments')).toThrow('closed');
  });
});

describe('a registry that lost its log', () => {
  it('is believed where it says who there is, and doubted where it says nothing', async () => {
    const live = await liveView();
    registry.lose();
    await passes(2000);
    expect([ids(live), live.doubted, live.state.state]).toEqual(['1 2 3 4', 4, 'live']);
    // It fills again: who registered is seen at once, and who says goodbye is gone at once.
    registry.put(instance('9'), instance('1'));
    registry.put(instance('2'));
    registry.remove('2');
    await passes(0);
    expect([ids(live), live.doubted]).toEqual(['1 3 4 9', 2]);
    live.disbelieve(instance('3'));
    live.disbelieve(instance('9'));
    expect(ids(live)).toBe('1 4 9');
    // Who did not come back within twice its ttl is gone.
    await passes(57_999);
    expect(ids(live)).toBe('1 4 9');
    await passes(3000);
    expect([ids(live), live.doubted]).toEqual(['1 9', 0]);
  });

  it('is given time only while it is there', async () => {
    const live = await liveView();
    registry.lose();
    await passes(11_000);
    registry.become('down');
    await passes(600_000);
    expect(ids(live)).toBe('1 2 3 4');
    registry.become('well');
    await passes(30_000);
    expect(ids(live)).toBe('1 2 3 4');
    // And lost once more, everybody has all the time again.
    registry.lose();
    await passes(59_000);
    expect(ids(live)).toBe('1 2 3 4');
    await passes(5000);
    expect(ids(live)).toBe('');
  });

  it('and lets go of them in time when it was away, and goes on where it was', async () => {
    const live = await liveView();
    registry.lose();
    await passes(11_000);
    registry.become('down');
    await passes(600_000);
    registry.become('well');
    await passes(45_000);
    expect(ids(live)).toBe('1 2 3 4');
    await passes(10_000);
    expect([ids(live), live.state.state]).toEqual(['', 'live']);
  });

  it('who registered again under another id is not there twice', async () => {
    const live = await liveView();
    registry.lose();
    registry.put(instance('new', { port: 1001 }));
    await passes(2000);
    expect(ids(live)).toBe('2 3 4 new');
  });
});

describe('a node that lags behind', () => {
  it('is not believed until it knows what is known already', async () => {
    const live = await liveView();
    registry.lag(2, instance('1'));
    await passes(2000);
    expect(ids(live)).toBe('1 2 3 4');
    registry.put(instance('2'));
    await passes(0);
    expect(ids(live)).toBe('1 2 3 4');
    registry.put(instance('3'));
    await passes(0);
    expect(ids(live)).toBe('1 2 3');
  });

  it('nor for longer than half a minute', async () => {
    const live = await liveView();
    registry.lag(9, instance('1'));
    await passes(30_000);
    expect(ids(live)).toBe('1 2 3 4');
    await passes(1000);
    expect(ids(live)).toBe('1');
  });
});

describe('a registry that refuses', () => {
  it('is asked again now and then; what was known stays', async () => {
    registry.mood = 'forbidden';
    const live = discovery().service('payments');
    await expect(live.ready()).rejects.toThrow('You may not read this.');
    expect(live.state.state).toBe('refused');
    registry.mood = 'well';
    await passes(60_000);
    expect([ids(live), live.state.state]).toEqual(['1 2 3 4', 'live']);
    registry.become('forbidden');
    await passes(10_000);
    expect([ids(live), live.state.state]).toEqual(['1 2 3 4', 'refused']);
  });

  it('one service does not take the others with it', async () => {
    const all = discovery();
    registry.forbidden.add('s37');
    const views = Array.from({ length: 60 }, (_, at) => all.service(`s${at}`));
    await passes(0);
    expect(views.filter(({ known }) => !known).map(({ service, state }) => [service, state.state])).toEqual([['s37', 'refused']]);
    expect(all.size.streams).toBeLessThan(10);
  });
});

describe('the beginning', () => {
  it('waits a moment for the registry before it takes what is written down', async () => {
    registry.mood = 'silent';
    const live = discovery().service('payments', { fallback: ['10.0.0.1:8080', '[::1]:80'] });
    await passes(999);
    expect(live.known).toBe(false);
    await passes(1);
    expect([live.source, live.ageMs, live.current.map(({ host, port }) => `${host} ${port}`)]).toEqual([
      'fallback',
      Infinity,
      ['10.0.0.1 8080', '::1 80'],
    ]);
    registry.become('well');
    await passes(20_000);
    expect([live.source, ids(live)]).toEqual(['registry', '1 2 3 4']);
  });

  it('takes it at once where nobody is there', async () => {
    registry.mood = 'down';
    const live = discovery().service('payments', { fallback: ['10.0.0.1:8080'] });
    await live.ready();
    expect([live.source, live.state.state, clock.monotonicMs()]).toEqual(['fallback', 'away', 0]);
  });
});
