import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultNamespace, registration, someone } from '../catalog/instance.fixture.js';
import type { Machine, MachineRegistration } from '../catalog/machine.js';
import { machineKey } from '../records/keys.js';
import { MachineName } from '../catalog/names.js';
import { HEARTBEAT_CHECK_ID, type Check } from '../catalog/registration.js';
import { RollcallError } from '../errors.js';
import { singleKey } from '../store/key-range.js';
import { openHouse, type House } from '../registrar/house.fixture.js';

const ref = { namespace: defaultNamespace, name: MachineName.parse('rack-7') as MachineName };
const beating = (ttlMs: number): readonly Check[] => [{ id: HEARTBEAT_CHECK_ID, type: 'heartbeat', ttlMs, born: 'passing' }];
const machine = (checks: readonly Check[] = beating(1000)): MachineRegistration => ({
  ...ref,
  addresses: {},
  metadata: {},
  checks,
  origin: { face: 'test' },
});
const one = registration({ id: 'a', ttl: 'none', machine: 'rack-7' });

let house: House;
const houses: House[] = [];
async function open(like: Partial<House> = {}): Promise<House> {
  house = await openHouse(like);
  houses.push(house);
  return house;
}
beforeEach(async () => {
  await open();
  await house.registrar.register(one, someone);
  await house.registrar.putMachine(machine(), someone);
});
afterEach(async () => {
  for (const one of houses.splice(0)) await one.close();
});

const shown = (): Machine | undefined => house.view.machine(ref, someone);
const beat = (): Promise<void> => house.registrar.heartbeatMachine(ref, someone);

describe('a machine that beats', () => {
  it('is there, and writes nothing', async () => {
    const { revision } = house.store;
    for (let time = 0; time < 5; time++) {
      await house.clock.advance(800);
      await beat();
    }
    expect([shown()?.health, house.look(one)?.health, house.store.revision]).toEqual(['passing', 'passing', revision]);
  });

  it('and falls silent takes its instances with it, and brings them back', async () => {
    await house.clock.advance(1300);
    expect(shown()).toMatchObject({ health: 'critical', verdicts: { heartbeat: { reason: 'lapse', output: 'no heartbeat for 1s' } } });
    expect(house.look(one)?.health).toBe('critical');
    await Promise.all([beat(), house.clock.advance(500)]);
    expect([shown()?.health, house.look(one)?.health]).toEqual(['passing', 'passing']);
  });

  it('is heard by being put again', async () => {
    await house.clock.advance(800);
    await house.registrar.putMachine(machine(), someone);
    await house.clock.advance(800);
    expect(shown()?.health).toBe('passing');
  });

  it('has a full ttl after a restart, and if it had lapsed it stays so until it is heard', async () => {
    await house.clock.advance(800);
    await house.close();
    const { store, clock } = house;
    await open({ store, clock });
    await clock.advance(800);
    expect(shown()?.health).toBe('passing');
    await clock.advance(500);
    expect(shown()?.health).toBe('critical');
    await house.close();
    await open({ store, clock });
    await clock.advance(2000);
    expect(shown()?.health).toBe('critical');
    await Promise.all([beat(), clock.advance(500)]);
    expect(shown()?.health).toBe('passing');
  });

  it('may get another ttl, or need not beat any more', async () => {
    await house.registrar.putMachine(machine(beating(5000)), someone);
    await house.clock.advance(3000);
    expect(shown()?.health).toBe('passing');
    await house.registrar.putMachine(machine([]), someone);
    await house.clock.advance(20_000);
    expect(shown()?.health).toBe('passing');
    await beat();
  });

  it('lapses as soon as the log takes it, if it would not at once', async () => {
    house.store.beforeCommit = () => {
      throw new RollcallError('store-full', 'The disk is full.');
    };
    await house.clock.advance(2000);
    expect(shown()?.health).toBe('passing');
    house.store.beforeCommit = () => undefined;
    await house.clock.advance(2000);
    expect(shown()?.health).toBe('critical');
  });

  it('is not judged by what it no longer is', async () => {
    house.store.beforeCommit = async () => {
      house.store.beforeCommit = () => undefined;
      await house.registrar.removeMachine(ref, { instances: 'keep' }, someone);
    };
    await house.clock.advance(1500);
    const { entries } = await house.store.range({ range: singleKey(machineKey('machine-health', ref)) });
    expect([shown(), entries]).toEqual([undefined, []]);
  });

  it('that is gone is not found', async () => {
    await house.registrar.removeMachine(ref, { instances: 'keep' }, someone);
    await expect(beat()).rejects.toMatchObject({ code: 'not-found' });
    await house.clock.advance(3000);
    expect([shown(), house.look(one)?.health]).toEqual([undefined, 'passing']);
  });
});
