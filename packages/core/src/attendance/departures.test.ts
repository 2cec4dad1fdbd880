import { afterEach, describe, expect, it } from 'vitest';
import { registration, someone } from '../catalog/instance.fixture.js';
import { encodeGuardRecord, guardKey } from '../records/guard-record.js';
import { Namespace, ServiceName } from '../catalog/names.js';
import type { Registration } from '../catalog/registration.js';
import { RollcallError } from '../errors.js';
import { openHouse, type House } from '../registrar/house.fixture.js';

const WINDOW_MS = 60_000;
const guard = { windowMs: WINDOW_MS, share: 0.15, departuresMin: 10 };
/** From the last beat to the departure: a ttl and a term of one second each, with a tick or two for each. */
const GONE_MS = 2400;

const houses: House[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

async function open(like: Partial<House> = {}): Promise<House> {
  const house = await openHouse({ ...like, guard });
  houses.push(house);
  return house;
}

function fleet(count: number, fields: Readonly<Record<string, unknown>> = {}): readonly Registration[] {
  return Array.from({ length: count }, (_, at) => registration({ id: `i${at}`, ttl: '1s', deregisterAfter: '1s', ...fields }));
}

async function register(house: House, instances: readonly Registration[]): Promise<void> {
  await Promise.all(instances.map((one) => house.registrar.register(one, someone)));
}

function count(house: House, instances: readonly Registration[]): { present: number; held: number } {
  const there = instances.flatMap((one) => house.look(one) ?? []);
  return { present: there.length, held: there.filter(({ held }) => held).length };
}

describe('the guard', () => {
  it('lets a few go, and holds the rest where everybody sees it', async () => {
    const house = await open();
    const instances = fleet(100);
    await register(house, instances);
    await house.clock.advance(GONE_MS);
    expect(count(house, instances)).toEqual({ present: 85, held: 85 });
    expect(house.attendance.guard).toMatchObject({ holding: true, presentAtStart: 100, departed: 15 });
  });

  it('lets a small house empty', async () => {
    const house = await open();
    const instances = fleet(10);
    await register(house, instances);
    await house.clock.advance(GONE_MS);
    expect(count(house, instances)).toEqual({ present: 0, held: 0 });
    expect(house.attendance.guard.holding).toBe(false);
  });

  it('drains by itself, window after window, at random, until nobody waits', async () => {
    const house = await open();
    const instances = fleet(40);
    await register(house, instances);
    const present: number[] = [];
    await house.clock.advance(GONE_MS);
    const first = instances.filter((one) => house.look(one) === undefined);
    for (let window = 0; window < 4; window++) {
      present.push(count(house, instances).present);
      await house.clock.advance(WINDOW_MS);
    }
    expect(present).toEqual([30, 20, 10, 0]);
    expect(first).not.toEqual(instances.slice(0, 10));
    expect(house.attendance.guard.holding).toBe(false);
  });

  it('writes nothing while it holds', async () => {
    const house = await open();
    const instances = fleet(100);
    await register(house, instances);
    await house.clock.advance(GONE_MS);
    const { revision } = house.view;
    await house.clock.advance(WINDOW_MS / 2);
    expect(house.view.revision).toBe(revision);
  });

  it('lets them go at once by an operator’s word', async () => {
    const house = await open();
    const instances = fleet(100);
    await register(house, instances);
    await house.clock.advance(GONE_MS);
    expect(await house.attendance.release({}, someone)).toBe(85);
    await house.clock.advance(300);
    expect(count(house, instances)).toEqual({ present: 0, held: 0 });
    expect(house.attendance.guard).toMatchObject({ holding: false, departed: 100, released: 85 });
    expect(await house.attendance.release({}, someone)).toBe(0);
  });

  it('lets those of one service go by an operator’s word, and nobody else', async () => {
    const house = await open();
    const [bills, mails] = [fleet(50, { service: 'bills' }), fleet(50, { service: 'mails' })];
    await register(house, [...bills, ...mails]);
    await house.clock.advance(GONE_MS);
    const { held: heldBills } = count(house, bills);
    const { held: heldMails } = count(house, mails);
    const service = ServiceName.parse('Bills') as ServiceName;
    expect(await house.attendance.release({ namespace: Namespace.default, service }, someone)).toBe(heldBills);
    await house.clock.advance(300);
    expect([count(house, bills).present, count(house, mails)]).toEqual([0, { present: heldMails, held: heldMails }]);
    expect(house.attendance.report(someone)).toMatchObject({ holding: true, held: heldMails, released: heldBills, left: 0, budget: 15 });
    expect(await house.attendance.release({ namespace: Namespace.default }, someone)).toBe(heldMails);
    await house.clock.advance(300);
    expect(house.attendance.report(someone)).toMatchObject({ holding: false, held: 0, departed: 100, released: 85, left: 0 });
  });

  it('lets go as soon as the log takes it, if it would not at once', async () => {
    const house = await open();
    const instances = fleet(100);
    await register(house, instances);
    await house.clock.advance(GONE_MS);
    house.store.beforeCommit = () => {
      throw new RollcallError('store-full', 'The disk is full.');
    };
    expect(await house.attendance.release({ namespace: Namespace.default }, someone)).toBe(85);
    await house.clock.advance(1000);
    expect(count(house, instances).present).toBe(85);
    house.store.beforeCommit = () => undefined;
    await house.clock.advance(2000);
    expect(count(house, instances).present).toBe(0);
  });

  it('tells of the window that runs, and of the one that would begin', async () => {
    const house = await open();
    await register(house, fleet(100));
    expect(house.attendance.report(someone)).toEqual({
      windowMs: WINDOW_MS,
      windowStartMs: null,
      windowLeftMs: 0,
      presentAtStart: 100,
      budget: 15,
      departed: 0,
      released: 0,
      left: 15,
      holding: false,
      held: 0,
    });
    await house.clock.advance(GONE_MS);
    const { windowStartMs, windowLeftMs, ...rest } = house.attendance.report(someone);
    expect(rest).toMatchObject({ presentAtStart: 100, departed: 15, left: 0, holding: true, held: 85 });
    expect(windowLeftMs).toBe(WINDOW_MS - (house.clock.wallMs() - (windowStartMs ?? 0)));
  });

  it('never holds a goodbye', async () => {
    const house = await open();
    const instances = fleet(100);
    await register(house, instances);
    await house.clock.advance(GONE_MS);
    for (const one of instances.filter((one) => house.look(one) !== undefined)) await house.registrar.deregister(one, someone);
    await house.clock.advance(300);
    expect(count(house, instances)).toEqual({ present: 0, held: 0 });
    expect(house.attendance.guard).toMatchObject({ holding: false, departed: 15 });
  });

  it('lets whoever beats again stay, and holds it no more', async () => {
    const house = await open();
    const instances = fleet(100, { ttl: '30s' });
    await register(house, instances);
    await house.clock.advance(30_000 + GONE_MS);
    const held = instances.filter((one) => house.look(one)?.held);
    expect(held.length).toBe(85);
    await Promise.all([house.clock.advance(500), ...held.map((one) => house.registrar.heartbeat(one, someone))]);
    expect(held.map((one) => house.look(one)).filter((one) => one?.health !== 'passing' || one.held)).toEqual([]);
    expect(house.attendance.guard.holding).toBe(false);
  });

  it('keeps its budget through a restart', async () => {
    const house = await open();
    const instances = fleet(100);
    await register(house, instances);
    await house.clock.advance(GONE_MS);
    await house.close();
    const next = await open({ store: house.store, clock: house.clock });
    await next.clock.advance(10_000);
    expect(count(next, instances)).toEqual({ present: 85, held: 85 });
    await next.clock.advance(WINDOW_MS);
    expect(count(next, instances).present).toBe(85 - 12);
  });

  it('shares its budget between nodes, and never spends it twice', async () => {
    const house = await open();
    const other = await open({ store: house.store, clock: house.clock });
    const instances = fleet(100);
    await register(house, instances);
    await house.clock.advance(GONE_MS + 3000);
    expect([count(house, instances), count(other, instances)]).toEqual([
      { present: 85, held: 85 },
      { present: 85, held: 85 },
    ]);
    expect(other.attendance.guard).toEqual(house.attendance.guard);
  });

  it('goes by what others have spent', async () => {
    const house = await open();
    const instances = fleet(100);
    await register(house, instances);
    const value = encodeGuardRecord({
      holding: false,
      windowStartMs: house.clock.wallMs(),
      presentAtStart: 100,
      departed: 12,
      released: 0,
    });
    await house.store.commit({ then: [{ type: 'put', key: guardKey, value }] });
    await house.clock.advance(GONE_MS);
    expect(count(house, instances).present).toBe(97);
  });
});

describe('departures', () => {
  it('are tried again when the log would not take them', async () => {
    const house = await open();
    const instances = fleet(5);
    await register(house, instances);
    await house.clock.advance(1200);
    house.store.beforeCommit = () => {
      throw new RollcallError('store-full', 'The disk is full.');
    };
    await house.clock.advance(3000);
    expect(count(house, instances).present).toBe(5);
    house.store.beforeCommit = () => undefined;
    await house.clock.advance(1500);
    expect(count(house, instances).present).toBe(0);
  });

  it('of some do not fail because another one changed in the same moment', async () => {
    const house = await open();
    const instances = fleet(9);
    await register(house, instances);
    await house.clock.advance(1200);
    house.store.beforeCommit = async () => {
      house.store.beforeCommit = () => undefined;
      await house.registrar.register(instances[4] as Registration, someone);
    };
    await house.clock.advance(1200);
    expect(instances.map((one) => house.look(one)?.health)).toEqual(instances.map((_, at) => (at === 4 ? 'passing' : undefined)));
  });
});
