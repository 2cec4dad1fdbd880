import { afterEach, describe, expect, it } from 'vitest';
import { refusal, World } from './world.fixture.js';

const payments = { service: 'payments', host: '10.0.0.5', port: 8080 };
const ID = 'payments-10.0.0.5-8080';

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) {
    world.condition = 'well';
    world.refused = null;
    await world.registering.close();
  }
});

function made(seed?: number): World {
  const world = new World(seed);
  worlds.push(world);
  return world;
}

describe('a registration', () => {
  it('beats every third of its ttl, or a little earlier', async () => {
    const world = made();
    await world.registering.register({ ...payments, ttl: '30s' });
    await world.clock.advance(60_000);
    const beats = world.calls.filter((call) => call === `beat ${ID}`).length;
    expect(beats).toBeGreaterThanOrEqual(6);
    expect(beats).toBeLessThanOrEqual(8);
  });

  it('comes again when the registry has forgotten it, with all that was said meanwhile', async () => {
    const world = made();
    const live = await world.registering.register({ ...payments, weight: 1 });
    expect(await live.setHealth('warning', 'the queue is long')).toBe(true);
    expect(await live.drain({ drainTime: '1m' })).toBe(true);
    expect(await live.patch({ weight: 7, metadata: { a: 'b' } })).toBe(true);
    expect(world.instance(ID)).toMatchObject({ mode: 'draining', health: 'warning', weight: 7, metadata: { a: 'b' } });
    world.listed.clear();
    await world.clock.advance(12_000);
    expect(world.instance(ID)).toMatchObject({ mode: 'draining', health: 'warning', weight: 7, metadata: { a: 'b' } });
    expect(world.told.findLast(({ name }) => name === 'registered')?.details).toMatchObject({ created: true, again: true });
    await live.resume();
    expect(world.instance(ID).mode).toBe('in');
  });

  it('outlives a registry that is away for a day, and is there soon after it is back', async () => {
    const world = made();
    const live = await world.registering.register(payments);
    world.condition = 'away';
    await world.clock.advance(86_400_000);
    const retries = world.calls.length;
    expect(retries).toBeLessThan(86_400 / 7);
    expect(live.isRegistered).toBe(true);
    world.condition = 'well';
    world.listed.clear();
    await world.clock.advance(15_000);
    expect(world.instance(ID).health).toBe('passing');
    expect(world.names()).toContain('recovered');
  });

  it('says again how it is after a lapse, which ends what was said', async () => {
    const world = made();
    const live = await world.registering.register(payments);
    await live.setHealth('warning');
    world.condition = 'away';
    await world.clock.advance(40_000);
    world.condition = 'well';
    await world.clock.advance(15_000);
    expect(world.instance(ID).health).toBe('warning');
  });

  it('believes a change from outside: an instance that is out stays out', async () => {
    const world = made();
    await world.registering.register(payments);
    await world.setMode(ID, { mode: 'out' });
    await world.clock.advance(60_000);
    expect(world.instance(ID).mode).toBe('out');
    expect(world.calls.filter((call) => call.startsWith('mode'))).toHaveLength(1);
  });

  it('is told what is wrong with a change, keeps what was good, and goes on', async () => {
    const world = made();
    const live = await world.registering.register(payments);
    world.refused = (call) => (call.startsWith('register') ? refusal('invalid-request', 400) : null);
    expect(await live.patch({ weight: -1 })).toBe(false);
    expect(world.told.at(-1)).toMatchObject({ name: 'trouble', details: { doing: 'register', retryInMs: null } });
    world.refused = null;
    await world.clock.advance(30_000);
    expect(world.instance(ID).weight).toBe(1);
    expect(live.instance?.weight).toBe(1);
  });

  it('beats at once when the process wakes', async () => {
    const world = made();
    await world.registering.register(payments);
    const before = world.calls.length;
    await world.clock.sleep(120_000);
    expect(world.calls.slice(before)).toEqual([`beat ${ID}`]);
    expect(world.instance(ID).health).toBe('passing');
  });

  it('beats at once when the process wakes, though it was suspended in the middle of a beat', async () => {
    const world = made();
    await world.registering.register(payments);
    world.condition = 'deaf';
    await world.clock.advance(10_000);
    world.condition = 'well';
    await world.clock.sleep(120_000);
    expect(world.instance(ID).health).toBe('passing');
  });

  it('is not forgotten in circles', async () => {
    const world = made();
    await world.registering.register(payments);
    world.refused = (call) => (call.startsWith('beat') ? refusal('not-found', 404) : null);
    await world.clock.advance(600_000);
    expect(world.calls.length).toBeLessThan(200);
  });

  it('without a ttl asks now and then whether it is known', async () => {
    const world = made();
    await world.registering.register({ ...payments, ttl: 'none' });
    world.listed.clear();
    await world.clock.advance(31_000);
    expect(world.instance(ID)).toBeDefined();
  });
});

describe('a word that is refused for good', () => {
  it('is forgotten: neither a change nor a registry that forgot meets it again', async () => {
    const world = made();
    const live = await world.registering.register(payments);
    world.refused = (call) => (call.includes('critical') ? refusal('invalid-request', 400) : null);
    expect(await live.setHealth('critical')).toBe(false);
    expect(await live.patch({ weight: 5 })).toBe(true);
    world.listed.clear();
    await world.clock.advance(60_000);
    expect(world.instance(ID)).toMatchObject({ health: 'passing', weight: 5 });
  });

  it('leaves what was said before', async () => {
    const world = made();
    const live = await world.registering.register(payments);
    expect(await live.setHealth('warning')).toBe(true);
    world.refused = (call) => (call.includes('critical') ? refusal('invalid-request', 400) : null);
    expect(await live.setHealth('critical')).toBe(false);
    world.refused = null;
    world.listed.clear();
    await world.clock.advance(60_000);
    expect(world.instance(ID).health).toBe('warning');
  });
});

it('shows its mode as the registry has answered it', async () => {
  const world = made();
  const live = await world.registering.register(payments);
  expect(await live.drain()).toBe(true);
  expect(live.instance?.mode).toBe('draining');
});

describe('the first registration', () => {
  it('throws when nobody answers, and leaves nothing behind', async () => {
    const world = made();
    world.condition = 'away';
    const refused = world.registering.register(payments);
    const seen = expect(refused).rejects.toMatchObject({ reason: 'refused' });
    await world.clock.advance(2000);
    await seen;
    const calls = world.calls.length;
    await world.clock.advance(60_000);
    expect(world.calls).toHaveLength(calls);
    world.condition = 'well';
    await world.registering.register(payments);
  });

  it('waits for a registry, if it is to, but not for what waiting does not mend', async () => {
    const world = made();
    world.condition = 'away';
    const waiting = world.registering.register(payments, { start: 'wait' });
    await world.clock.advance(3_600_000);
    world.condition = 'well';
    await world.clock.advance(15_000);
    expect((await waiting).id).toBe(ID);
    world.refused = () => refusal('invalid-request', 400);
    await expect(world.registering.register({ ...payments, port: 1 }, { start: 'wait' })).rejects.toMatchObject({
      code: 'invalid-request',
    });
  });

  it('happens in the background, if it is to', async () => {
    const world = made();
    world.condition = 'away';
    const live = await world.registering.register(payments, { start: 'background' });
    expect(live.isRegistered).toBe(false);
    expect(await live.setHealth('warning')).toBe(false);
    await world.clock.advance(60_000);
    world.condition = 'well';
    await world.clock.advance(15_000);
    await live.ready;
    expect(world.instance(ID).health).toBe('warning');
  });

  it('is given up by a signal', async () => {
    const world = made();
    world.condition = 'away';
    const enough = new AbortController();
    const waiting = world.registering.register(payments, { start: 'wait', signal: enough.signal });
    const seen = expect(waiting).rejects.toBe('enough');
    await world.clock.advance(1000);
    enough.abort('enough');
    await world.clock.advance(2000);
    await seen;
  });

  it('of the same instance twice is refused, until the first one is gone', async () => {
    const world = made();
    const live = await world.registering.register(payments);
    await expect(world.registering.register({ ...payments, service: 'Payments' })).rejects.toThrow('registered by this program already');
    await world.registering.register({ ...payments, id: 'other' });
    await live.deregister();
    await world.registering.register(payments);
  });
});

describe('many registrations', () => {
  it('beat in one call', async () => {
    const world = made();
    for (let port = 1; port <= 5; port++) {
      await world.registering.register({ ...payments, port });
      await world.clock.advance(1000);
    }
    await world.clock.advance(30_000);
    const before = world.calls.length;
    await world.clock.advance(60_000);
    const later = world.calls.slice(before);
    expect(later.every((call) => call.startsWith('beats') && call.split(',').length === 5)).toBe(true);
    expect(later.length).toBeLessThanOrEqual(8);
  });

  it('of which one is forgotten bring that one back, and one that is known twice beats by itself', async () => {
    const world = made();
    for (const port of [1, 2, 3]) await world.registering.register({ ...payments, port });
    world.listed.delete('payments-10.0.0.5-2');
    await world.clock.advance(12_000);
    expect([...world.listed.keys()].toSorted()).toEqual([1, 2, 3].map((port) => `payments-10.0.0.5-${port}`));
  });

  it('do not bury the registry, nor each other', async () => {
    const world = made();
    let most = 0;
    world.onCall = (underWay) => (most = Math.max(most, underWay));
    await Promise.all(Array.from({ length: 500 }, (_, port) => world.registering.register({ ...payments, port: port + 1 })));
    expect(world.listed.size).toBe(500);
    await world.registering.close();
    expect(world.listed.size).toBe(0);
    expect(most).toBe(32);
  });

  it('tell of one trouble', async () => {
    const world = made();
    for (const port of [1, 2, 3]) await world.registering.register({ ...payments, port });
    world.condition = 'in trouble';
    await world.clock.advance(10_500);
    expect(world.told.at(-1)).toMatchObject({ name: 'trouble', details: { doing: 'heartbeat', instances: 3 } });
    world.condition = 'well';
    await world.clock.advance(15_000);
    expect(world.told.at(-1)).toEqual({ name: 'recovered', details: { doing: 'heartbeat', instances: 3 } });
  });
});

describe('a goodbye', () => {
  it('is said once, and nothing after it', async () => {
    const world = made();
    const live = await world.registering.register(payments);
    expect(await live.deregister()).toBe(true);
    expect(await live.deregister()).toBe(false);
    const calls = world.calls.length;
    expect(await live.setHealth('passing')).toBe(false);
    await world.clock.advance(60_000);
    expect(world.calls).toHaveLength(calls);
    expect(world.listed.size).toBe(0);
  });

  it.each(['away', 'deaf', 'in trouble'] as const)('does not wait long for a registry that is %s', async (condition) => {
    const world = made();
    const live = await world.registering.register(payments);
    world.condition = condition;
    const leaving = live.deregister({ timeoutMs: 3000 });
    await world.clock.advance(3500);
    expect(await leaving).toBe(false);
    expect(world.told.at(-1)).toMatchObject({ name: 'deregistered', details: { told: false } });
  });

  it('comes behind a registration that is on its way', async () => {
    const world = made();
    world.condition = 'lossy';
    const live = await world.registering.register({ ...payments, id: 'x' }, { start: 'background' });
    await world.clock.advance(10);
    world.condition = 'well';
    const ready = expect(live.ready).rejects.toThrow('deregistered');
    const leaving = live.deregister();
    await world.clock.advance(5000);
    expect(await leaving).toBe(true);
    await ready;
    expect(world.listed.size).toBe(0);
  });
});
