/** By which connections many views are told. */
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Trouble } from '../telling.js';
import { Discovery } from './discovery.js';
import type { LiveService } from './live-service.js';
import { instance, SimulatedRegistry, nobodyPicks } from './simulated-registry.fixture.js';

let clock: SimulatedClock;
let registry: SimulatedRegistry;
let discovery: Discovery;

beforeEach(() => {
  clock = new SimulatedClock();
  registry = new SimulatedRegistry(clock);
  const surroundings = { clock, random: new SeededRandom(1), namespace: 'default', trouble: (_trouble: Trouble): void => undefined };
  discovery = new Discovery({ idleMs: 1000 }, { client: registry, holdPool: nobodyPicks, ...surroundings });
});

const ids = (live: LiveService | undefined): string => live?.current.map(({ id }) => id).join(' ') ?? '';

async function passes(ms: number): Promise<void> {
  await clock.advance(0);
  await clock.advance(ms);
}

describe('a thousand views', () => {
  it('that are wanted together share ten streams', async () => {
    for (let at = 0; at < 1000; at++) registry.put(instance(`i${at}`, { service: `s${at}` }));
    const views = Array.from({ length: 1000 }, (_, at) => discovery.service(`S${at}`));
    await Promise.all(views.map((view) => view.ready()));
    expect([discovery.size, registry.streams]).toEqual([{ views: 1000, streams: 10 }, 10]);
    registry.put(instance('new', { service: 's500' }));
    await passes(0);
    expect([ids(views[500]), ids(views[501])]).toEqual(['i500 new', 'i501']);
  });

  it('that are wanted one after the other share few, and miss nothing meanwhile', async () => {
    const views: LiveService[] = [];
    for (let at = 0; at < 200; at++) {
      const live = discovery.service(`s${at}`);
      views.push(live);
      // Something happens to the older ones while streams are being replaced.
      registry.put(instance(`x${at}`, { service: `s${at >> 1}` }));
      await passes(0);
    }
    await passes(100);
    expect(registry.streams).toBeLessThanOrEqual(12);
    expect(discovery.size.streams).toBe(registry.streams);
    const shown = views.flatMap(({ current }) => current.map(({ id }) => id));
    expect(shown.toSorted()).toEqual(Array.from({ length: 200 }, (_, at) => `x${at}`).toSorted());
    for (const { state } of views) expect(state.state).toBe('live');
    expect(Math.max(...views.map(({ ageMs }) => ageMs))).toBeLessThan(1000);
  });

  it('of which few are left take few streams', async () => {
    const views = Array.from({ length: 100 }, (_, at) => discovery.service(`s${at}`));
    await passes(0);
    for (const view of views.slice(3)) view.close();
    await passes(2000);
    // Not more than twice as many are asked for as are wanted.
    expect(registry.asked.at(-1)?.split(' ').length).toBeLessThanOrEqual(7);
    expect([discovery.size, registry.streams]).toEqual([{ views: 3, streams: 1 }, 1]);
    registry.put(instance('a', { service: 's2' }));
    await passes(0);
    expect(ids(views[2])).toBe('a');
  });

  it('are all known to be away, and live again', async () => {
    const views = Array.from({ length: 150 }, (_, at) => discovery.service(`s${at}`));
    await passes(0);
    registry.become('down');
    await passes(5000);
    expect(new Set(views.map(({ state }) => state.state))).toEqual(new Set(['away']));
    registry.become('well');
    await passes(5000);
    expect(new Set(views.map(({ state }) => state.state))).toEqual(new Set(['live']));
  });
});

describe('where something keeps streams to itself', () => {
  beforeEach(() => {
    registry.put(instance('1'), instance('2'));
  });

  it('asks again and again, and tries streams again in time', async () => {
    registry.mood = 'streams-kept';
    const live = discovery.service('payments');
    await passes(25_000);
    expect([ids(live), live.state.state]).toEqual(['1 2', 'live']);
    registry.put(instance('3'));
    await passes(2000);
    expect([ids(live), live.ageMs < 2000]).toEqual(['1 2 3', true]);
    registry.become('well');
    await passes(300_000);
    expect([ids(live), registry.streams, registry.asked.at(-1)]).toEqual(['1 2 3', 1, 'watch payments']);
  });

  it('asks where streams are refused by somebody on the way', async () => {
    registry.mood = 'streams-refused';
    const live = discovery.service('payments');
    await passes(2000);
    expect([ids(live), live.state.state]).toEqual(['1 2', 'live']);
  });

  it('says so where somebody else answers', async () => {
    registry.mood = 'stranger';
    const live = discovery.service('payments');
    const ready = live.ready().catch((error: unknown) => error);
    await passes(3000);
    expect([await ready, live.state.state]).toMatchObject([{ reason: 'not-a-registry' }, 'refused']);
    registry.become('well');
    await passes(400_000);
    expect([ids(live), live.state.state, registry.streams]).toEqual(['1 2', 'live', 1]);
  });

  it('asks for many in turn, each now and then', async () => {
    registry.mood = 'streams-kept';
    const views = Array.from({ length: 50 }, (_, at) => discovery.service(`s${at}`));
    await passes(23_000);
    expect(views.every(({ known }) => known)).toBe(true);
    const polls = registry.asked.length;
    await passes(100_000);
    const often = (registry.asked.length - polls) / 50;
    expect(often).toBeGreaterThan(7);
    expect(often).toBeLessThan(14);
    expect(Math.max(...views.map(({ ageMs }) => ageMs))).toBeLessThan(15_000);
  });

  it('goes back to streams at once where it was the registry that was silent', async () => {
    const live = discovery.service('payments');
    await passes(0);
    registry.become('silent');
    await passes(60_000);
    expect(live.state.state).toBe('away');
    registry.become('well');
    await passes(60_000);
    expect([ids(live), live.state.state, registry.streams]).toEqual(['1 2', 'live', 1]);
  });
});
