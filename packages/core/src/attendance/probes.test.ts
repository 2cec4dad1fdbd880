import { afterEach, describe, expect, it } from 'vitest';
import { registration, someone } from '../catalog/instance.fixture.js';
import type { Health } from '../catalog/health.js';
import { RollcallError } from '../errors.js';
import type { ProbeSpec } from '../probing/probe-spec.js';
import type { ProbeOrder, ProbeReport } from '../probing/prober.js';
import { newStreak } from '../probing/threshold.js';
import { openHouse, type House } from '../registrar/house.fixture.js';
import type { ProbeRunner } from './probes.js';

const report: ProbeReport = { streak: newStreak('starting'), results: [], isBusy: false, nextInMs: 500, isDoubting: false };

/** A prober that finds what it is told to find. */
class Doors implements ProbeRunner {
  readonly orders = new Map<string, ProbeOrder<ProbeSpec>>();
  ordered = 0;

  order(order: ProbeOrder<ProbeSpec>): void {
    this.orders.set(order.key, order);
    this.ordered++;
  }

  drop(key: string): void {
    this.orders.delete(key);
  }

  reports(keys: readonly string[]): Promise<readonly (ProbeReport | null)[]> {
    return Promise.resolve(keys.map((key) => (this.orders.has(key) ? report : null)));
  }
}

const houses: House[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

const KEY = 'default/payments/payments-10.0.0.5-8080#tcp';

interface Scene {
  readonly house: House;
  readonly doors: Doors;
  find(status: Health, output?: string, key?: string): Promise<void>;
}

async function open(like: Partial<House> = {}): Promise<Scene> {
  const doors = new Doors();
  const house = await openHouse({ ...like, prober: doors });
  houses.push(house);
  return {
    house,
    doors,
    async find(status, output = '', key = KEY) {
      house.attendance.found({ key, status, output, wallMs: house.clock.wallMs() });
      await house.clock.advance(10);
    },
  };
}

const one = registration({ checks: [{ type: 'tcp' }] });

describe('a probed check', () => {
  it('is ordered when it is registered, and starting until something is found', async () => {
    const { house, doors, find } = await open();
    await house.registrar.register(one, someone);
    expect([...doors.orders.values()]).toMatchObject([
      { key: KEY, spec: { type: 'tcp', port: 8080 }, intervalMs: 10_000, status: 'starting', ageMs: 0 },
    ]);
    expect(house.look(one)?.health).toBe('starting');
    await find('passing', 'connected');
    expect(house.look(one)).toMatchObject({
      health: 'passing',
      verdicts: { tcp: { status: 'passing', reason: 'probe', output: 'connected' } },
    });
    await find('critical', 'refused');
    expect(house.look(one)).toMatchObject({
      health: 'critical',
      verdicts: { tcp: { status: 'critical', reason: 'probe', output: 'refused' } },
    });
  });

  it('costs no commit where it finds what the log says', async () => {
    const { house, find } = await open();
    await house.registrar.register(one, someone);
    await find('passing');
    const { revision } = house.view;
    await find('passing', 'in other words');
    expect(house.view.revision).toBe(revision);
  });

  it('is dropped with its instance, and with the check', async () => {
    const { house, doors, find } = await open();
    await house.registrar.register(registration({ checks: [{ type: 'tcp' }, { type: 'udp' }] }), someone);
    expect(doors.orders.size).toBe(2);
    await house.registrar.register(one, someone);
    expect([...doors.orders.keys()]).toEqual([KEY]);
    await house.registrar.deregister(one, someone);
    expect(doors.orders.size).toBe(0);
    await find('critical');
    expect(house.view.allInstances(someone)).toEqual(expect.not.arrayContaining([expect.anything()]));
  });

  it('keeps what was found when it is registered again, and forgets it when the check is another one', async () => {
    const { house, doors, find } = await open();
    await house.registrar.register(one, someone);
    await find('passing');
    const { revision } = await house.registrar.register(one, someone);
    expect(house.view.revision).toBe(revision);
    expect(house.look(one)?.health).toBe('passing');
    expect(doors.ordered).toBe(1);
    const { instance } = await house.registrar.register(registration({ checks: [{ type: 'tcp', port: 8081 }] }), someone);
    expect(instance).toMatchObject({ health: 'starting', verdicts: {} });
    expect(house.look(one)).toMatchObject({ health: 'starting' });
    expect(doors.orders.get(KEY)).toMatchObject({ spec: { port: 8081 }, status: 'starting' });
  });

  it('keeps what was found where only its terms change', async () => {
    const { house, doors, find } = await open();
    await house.registrar.register(one, someone);
    await find('passing');
    const { instance } = await house.registrar.register(registration({ checks: [{ type: 'tcp', timeout: '1s' }] }), someone);
    expect(instance).toMatchObject({ health: 'passing', verdicts: { tcp: { status: 'passing' } } });
    expect(house.look(one)).toMatchObject({ health: 'passing' });
    expect(doors.orders.get(KEY)).toMatchObject({ timeoutMs: 1_000, status: 'passing' });
  });

  it('stands beside a heartbeat, and the worse of the two counts', async () => {
    const { house, find } = await open();
    const both = registration({ ttl: '30s', checks: [{ type: 'tcp' }] });
    await house.registrar.register(both, someone);
    await find('passing');
    await house.clock.advance(31_000);
    expect(house.look(one)).toMatchObject({
      health: 'critical',
      verdicts: { heartbeat: { status: 'critical' }, tcp: { status: 'passing' } },
    });
    await house.registrar.register(both, someone);
    expect(house.look(one)).toMatchObject({ health: 'passing', verdicts: { tcp: { status: 'passing' } } });
    await find('critical');
    await house.registrar.heartbeat(one, someone);
    expect(house.look(one)?.health).toBe('critical');
  });

  it('that turns again and again is flapping, and comes back when it has been still for a while', async () => {
    const { house, find } = await open();
    await house.registrar.register(one, someone);
    await find('passing');
    const { revision } = house.view;
    for (let turn = 0; turn < 60; turn++) {
      await find(turn % 2 === 0 ? 'critical' : 'passing', `turn ${turn}`);
      await house.clock.advance(1_000);
    }
    expect(house.look(one)).toMatchObject({ health: 'critical', verdicts: { tcp: { flapping: true, output: 'turn 4' } } });
    // Five turns and the mark, where there were sixty.
    expect(house.view.revision - revision).toBeLessThanOrEqual(6);
    await house.clock.advance(100_000);
    expect(house.look(one)?.health).toBe('critical');
    await house.clock.advance(30_000);
    expect(house.look(one)).toMatchObject({ health: 'passing', verdicts: { tcp: { status: 'passing', output: 'turn 59' } } });
    expect(house.look(one)?.verdicts['tcp']).not.toHaveProperty('flapping');
    expect(house.view.revision - revision).toBeLessThanOrEqual(7);
  });

  it('that was flapping before a restart is calm in time, whatever is found', async () => {
    const { house, find } = await open();
    await house.registrar.register(one, someone);
    for (let turn = 0; turn < 9; turn++) await find(turn % 2 === 0 ? 'critical' : 'passing');
    expect(house.look(one)?.verdicts['tcp']?.flapping).toBe(true);
    const { store, clock } = house;
    houses.splice(0);
    await house.close();
    const again = await open({ store, clock });
    await clock.advance(10_000);
    expect(again.house.look(one)?.verdicts['tcp']?.flapping).toBe(true);
    await clock.advance(120_000);
    expect(again.house.look(one)?.verdicts['tcp']).toMatchObject({ status: 'critical', reason: 'probe' });
    expect(again.house.look(one)?.verdicts['tcp']).not.toHaveProperty('flapping');
  });

  it('lets an instance depart that stays critical for as long as it may', async () => {
    const { house, find } = await open();
    await house.registrar.register(registration({ checks: [{ type: 'tcp' }], deregisterAfter: '60s' }), someone);
    await find('critical');
    await house.clock.advance(59_000);
    expect(house.look(one)?.health).toBe('critical');
    await house.clock.advance(2_000);
    expect(house.look(one)).toBeUndefined();
  });

  it('is written again where the log would not take it, and not if it is well again by then', async () => {
    const { house, find } = await open();
    await house.registrar.register(one, someone);
    let isAway = true;
    house.store.beforeCommit = () => {
      if (isAway) throw new RollcallError('store-unavailable', 'away');
    };
    await find('critical', 'refused');
    expect(house.look(one)?.health).toBe('starting');
    expect(house.complaints.join()).toContain('probes found');
    isAway = false;
    await house.clock.advance(1_500);
    expect(house.look(one)?.health).toBe('critical');
  });

  it('of a hundred instances that fall together is written in a few commits', async () => {
    const { house, find, doors } = await open();
    for (let at = 0; at < 100; at++) await house.registrar.register(registration({ id: `pay-${at}`, checks: [{ type: 'tcp' }] }), someone);
    for (const key of doors.orders.keys()) house.attendance.found({ key, status: 'passing', output: '', wallMs: house.clock.wallMs() });
    const { revision } = house.view;
    await house.clock.advance(100);
    expect(house.view.revision - revision).toBeLessThanOrEqual(3);
    expect([...house.view.allInstances(someone)].every(({ health }) => health === 'passing')).toBe(true);
    await find('critical', '', 'default/payments/pay-7#tcp');
    expect([...house.view.allInstances(someone)].filter(({ health }) => health === 'critical')).toHaveLength(1);
  });

  it('is ordered with what the log says by whoever comes after a restart', async () => {
    const { house, find } = await open();
    await house.registrar.register(one, someone);
    await find('passing');
    await house.clock.advance(5_000);
    const { store, clock } = house;
    houses.splice(0);
    await house.close();
    const { doors } = await open({ store, clock });
    expect([...doors.orders.values()]).toMatchObject([{ key: KEY, status: 'passing', ageMs: 5_010 }]);
  });
});
