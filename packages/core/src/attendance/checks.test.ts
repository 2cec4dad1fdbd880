import { afterEach, describe, expect, it } from 'vitest';
import { registration, serviceName, someone } from '../catalog/instance.fixture.js';
import type { Check, Registration } from '../catalog/registration.js';
import type { InstanceSelector } from '../query/find-instance.js';
import { openHouse, type House } from '../registrar/house.fixture.js';

const houses: House[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

async function open(): Promise<House> {
  const house = await openHouse();
  houses.push(house);
  return house;
}

const check = (id: string, ttlMs: number, born: Check['born'] = 'passing'): Check => ({ id, type: 'heartbeat', ttlMs, born });

async function withChecks(...checks: readonly Check[]): Promise<{ house: House; one: Registration }> {
  const house = await open();
  const one = { ...registration({ deregisterAfter: 'none' }), checks };
  await house.registrar.register(one, someone);
  return { house, one };
}

describe('an instance with several heartbeat checks', () => {
  it('is heard by all of them at once', async () => {
    const { house, one } = await withChecks(check('quick', 1000), check('slow', 5000));
    for (let beat = 0; beat < 20; beat++) {
      await house.clock.advance(900);
      await house.attendance.beat(one);
    }
    expect(house.look(one)).toMatchObject({ health: 'passing', verdicts: {} });
  });

  it('lapses check by check, and each comes back by its own beats', async () => {
    const { house, one } = await withChecks(check('quick', 1000), check('slow', 5000));
    await house.clock.advance(1200);
    expect(Object.keys(house.look(one)?.verdicts ?? {})).toEqual(['quick']);
    await house.clock.advance(4000);
    expect(house.look(one)?.verdicts).toMatchObject({ quick: { status: 'critical' }, slow: { status: 'critical' } });
    await house.attendance.beat(one, 'slow');
    expect(house.look(one)?.verdicts).toMatchObject({ quick: { status: 'critical' }, slow: { status: 'passing' } });
    await house.attendance.beat(one);
    expect(house.look(one)?.health).toBe('passing');
  });

  it('is written in one commit when two of them lapse in the same moment', async () => {
    const { house, one } = await withChecks(check('a', 1000), check('b', 1000));
    const { revision } = house.view;
    await house.clock.advance(1200);
    expect(house.view.revision).toBe(revision + 1);
    expect(house.look(one)?.verdicts).toMatchObject({ a: { status: 'critical' }, b: { status: 'critical' } });
  });

  it('forgets a check that it no longer has, and listens for a new one', async () => {
    const { house, one } = await withChecks(check('a', 1000), check('b', 1000));
    await house.registrar.register({ ...one, checks: [check('b', 5000), check('c', 5000)] }, someone);
    await house.clock.advance(4500);
    expect(house.look(one)?.health).toBe('passing');
    await house.clock.advance(700);
    expect(Object.keys(house.look(one)?.verdicts ?? {}).toSorted()).toEqual(['b', 'c']);
  });
});

describe('a check that was said to be critical', () => {
  it('stays so, with beats and without', async () => {
    const { house, one } = await withChecks(check('a', 1000, 'critical'));
    const { revision } = house.view;
    await house.attendance.beat(one);
    await house.clock.advance(5000);
    expect([house.look(one)?.health, house.view.revision]).toEqual(['critical', revision]);
  });
});

describe('many heartbeats at once', () => {
  const selector = (one: Registration, service: string | null = null): InstanceSelector => ({
    namespace: one.namespace,
    id: one.id,
    service: service === null ? null : serviceName(service),
  });

  it('keep everybody passing whom they name', async () => {
    const house = await open();
    const instances = Array.from({ length: 50 }, (_, at) => registration({ id: `i${at}`, ttl: '1s' }));
    await Promise.all(instances.map((one) => house.registrar.register(one, someone)));
    const heard = instances.slice(10);
    for (let beat = 0; beat < 5; beat++) {
      await house.clock.advance(900);
      expect(house.attendance.beatMany(heard.map((one) => selector(one)))).toEqual([]);
    }
    expect(instances.map((one) => house.look(one)?.health)).toEqual(instances.map((_, at) => (at < 10 ? 'critical' : 'passing')));
  });

  it('answer the places of those who need a closer look', async () => {
    const house = await open();
    const [plain, lapsed, still] = [
      registration({ id: 'plain' }),
      registration({ id: 'lapsed', ttl: '1s' }),
      registration({ id: 'still', ttl: 'none' }),
    ];
    const shared = [registration({ id: 'shared' }), registration({ id: 'shared', service: 'orders' })];
    for (const one of [plain, lapsed, still, ...shared]) await house.registrar.register(one, someone);
    await house.clock.advance(1200);
    const asked = [
      selector(plain),
      selector(lapsed),
      selector(still),
      selector(registration({ id: 'stranger' })),
      selector(registration({ id: 'shared' })),
      selector(plain, 'PAYMENTS'),
      selector(plain, 'orders'),
      selector(registration({ id: 'plain', namespace: 'blue' })),
    ];
    expect(house.attendance.beatMany(asked)).toEqual([1, 2, 3, 4, 6, 7]);
  });

  it('leave out those whom the catalog has lost', async () => {
    const house = await open();
    const one = registration();
    await house.registrar.register(one, someone);
    await house.registrar.deregister(one, someone);
    expect(house.attendance.beatMany([selector(one)])).toEqual([0]);
  });
});

describe('the log', () => {
  it('hears of thousands of lapses in few commits, with turns between them', async () => {
    const house = await open();
    const instances = Array.from({ length: 2000 }, (_, at) => registration({ id: `i${at}`, ttl: '1s', deregisterAfter: 'none' }));
    await Promise.all(instances.map((one) => house.registrar.register(one, someone)));
    const { revision } = house.view;
    let inOneTurn = 0;
    let most = 0;
    house.store.beforeCommit = () => {
      most = Math.max(most, ++inOneTurn);
      setImmediate(() => (inOneTurn = 0));
    };
    await house.clock.advance(1500);
    expect(instances.filter((one) => house.look(one)?.health !== 'critical')).toEqual([]);
    expect(house.view.revision - revision).toBeLessThan(50);
    expect(most).toBeLessThanOrEqual(8);
  });
});
