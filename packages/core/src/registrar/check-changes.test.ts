import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registration, someone } from '../catalog/instance.fixture.js';
import type { Instance } from '../catalog/instance.js';
import { InstanceId, MachineName, Namespace } from '../catalog/names.js';
import type { ProbeSpec } from '../probing/probe-spec.js';
import type { ProbeOrder } from '../probing/prober.js';
import { readAskedCheck } from './check-changes.js';
import { openHouse, type House } from './house.fixture.js';
import { wantedChecks } from './machine-checks.js';
import { readMachineWish } from './read-changes.js';

const orders = new Map<string, ProbeOrder<ProbeSpec>>();
const prober = {
  order: (order: ProbeOrder<ProbeSpec>): void => void orders.set(order.key, order),
  drop: (key: string): void => void orders.delete(key),
  reports: (keys: readonly string[]): Promise<readonly null[]> => Promise.resolve(keys.map(() => null)),
};

let house: House;
beforeEach(async () => {
  orders.clear();
  house = await openHouse({ prober });
});
afterEach(() => house.close());

const id = InstanceId.parse('pay-1') as InstanceId;
const one = registration({ id, ttl: '30s', checks: [{ type: 'tcp' }] });
const key = (check: string): string => `default/payments/pay-1#${check}`;

async function find(status: 'passing' | 'critical', check: string): Promise<void> {
  house.attendance.found({ key: key(check), status, output: '', wallMs: house.clock.wallMs() });
  await house.clock.advance(10);
}

async function put(name: string, input: object): Promise<Instance> {
  return (await house.registrar.changeCheck(one, name, readAskedCheck(name, input), someone)).instance;
}

const remove = (name: string): Promise<unknown> => house.registrar.changeCheck(one, name, null, someone);
const names = (): readonly string[] | undefined => house.look(one)?.checks.map(({ id }) => id);
const verdicts = (): readonly string[] => Object.keys(house.look(one)?.verdicts ?? {});

describe('one check of an instance', () => {
  beforeEach(async () => {
    await house.registrar.register(one, someone);
    await find('passing', 'tcp');
  });

  it('is added, and what the others found stays', async () => {
    expect(await put('page', { type: 'http', path: '/health' })).toMatchObject({ health: 'starting' });
    expect([names(), verdicts()]).toEqual([['heartbeat', 'tcp', 'page'], ['tcp']]);
    expect(orders.get(key('page'))).toMatchObject({ spec: { type: 'http', host: '10.0.0.5', port: 8080, path: '/health' } });
    await find('passing', 'page');
    expect(house.look(one)?.health).toBe('passing');
  });

  it('keeps what it found where only its terms change, and not where it asks something else', async () => {
    await put('tcp', { type: 'tcp', interval: '1m' });
    expect([orders.get(key('tcp'))?.intervalMs, house.look(one)?.health]).toEqual([60_000, 'passing']);
    await put('tcp', { type: 'tcp', port: 9 });
    expect([verdicts(), house.look(one)?.health]).toEqual([[], 'starting']);
  });

  it('put twice makes no revision', async () => {
    await put('page', { type: 'http' });
    const { revision } = house.view;
    await put('page', { type: 'http' });
    expect(house.view.revision).toBe(revision);
  });

  it('is taken away with what it found', async () => {
    await find('critical', 'tcp');
    await remove('tcp');
    expect([names(), verdicts(), house.look(one)?.health, orders.size]).toEqual([['heartbeat'], [], 'passing', 0]);
    await expect(remove('tcp')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('stays as it was said when the instance registers again', async () => {
    await put('page', { type: 'http' });
    await put('tcp', { type: 'tcp', timeout: '1s' });
    const { revision } = house.view;
    await house.registrar.register(one, someone);
    expect([names(), house.view.revision]).toEqual([['heartbeat', 'tcp', 'page'], revision]);
    expect(orders.get(key('tcp'))?.timeoutMs).toBe(1_000);
    await house.registrar.register({ ...one, port: 9090 }, someone);
    expect(orders.get(key('page'))).toMatchObject({ spec: { port: 9090 } });
    await house.registrar.deregister(one, someone);
    await house.registrar.register(one, someone);
    expect(names()).toEqual(['heartbeat', 'tcp']);
  });

  it('that was taken away stays away while the registration names it, and no longer', async () => {
    await remove('tcp');
    await house.registrar.register(one, someone);
    expect(names()).toEqual(['heartbeat']);
    await house.registrar.register(registration({ id, ttl: '30s' }), someone);
    await house.registrar.register(one, someone);
    expect(names()).toEqual(['heartbeat', 'tcp']);
  });

  it('that was put and taken away again leaves nothing behind', async () => {
    await put('page', { type: 'http' });
    await remove('page');
    await house.registrar.register(registration({ id, ttl: '30s', checks: [{ name: 'page', type: 'http' }] }), someone);
    expect(names()).toEqual(['heartbeat', 'page']);
  });

  it('that no longer fits is left out, and does not refuse the registration', async () => {
    await put('admin', { type: 'tcp', port: 'admin' }).catch(() => undefined);
    await house.registrar.register({ ...one, ports: { admin: 9 } }, someone);
    await put('admin', { type: 'tcp', port: 'admin' });
    expect(names()).toContain('admin');
    await house.registrar.register(one, someone);
    expect(names()).not.toContain('admin');
    await house.registrar.register({ ...one, ports: { admin: 10 } }, someone);
    expect(orders.get(key('admin'))).toMatchObject({ spec: { port: 10 } });
  });

  it('is refused under the name of the heartbeat, of another one, and for whoever is not here', async () => {
    expect(() => readAskedCheck('heartbeat', { type: 'tcp' })).toThrow('heartbeat');
    expect(() => readAskedCheck('a', { type: 'tcp', name: 'b' })).toThrow('as in the path');
    expect(() => readAskedCheck('a', { type: 'http', path: 'x' })).toThrow('path');
    await house.registrar.deregister(one, someone);
    await expect(put('page', { type: 'http' })).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('checks of a machine', () => {
  const name = MachineName.parse('rack-7') as MachineName;
  const ref = { namespace: Namespace.default, name };
  const on = registration({ id, ttl: 'none', machine: 'rack-7' });

  async function putMachine(input: object): Promise<void> {
    const wish = readMachineWish(input);
    const known = house.view.machine(ref, someone);
    const addresses = wish.addresses ?? known?.addresses ?? {};
    const checks = wantedChecks(wish, known, addresses);
    await house.registrar.putMachine({ ...ref, addresses, metadata: {}, checks, origin: { face: 'test' } }, someone);
  }

  async function findOn(status: 'passing' | 'critical'): Promise<void> {
    house.attendance.found({ key: 'default/rack-7#tcp', status, output: 'said', wallMs: house.clock.wallMs() });
    await house.clock.advance(10);
  }

  beforeEach(async () => {
    await house.registrar.register(on, someone);
    await putMachine({ addresses: { wan: '1.2.3.4', lan: '10.0.0.5' }, checks: [{ type: 'tcp', port: 22 }] });
  });

  it('are asked at its address, and take its instances out and bring them back', async () => {
    expect([...orders.values()]).toMatchObject([{ key: 'default/rack-7#tcp', spec: { host: '10.0.0.5', port: 22 }, status: 'starting' }]);
    expect(house.look(on)?.health).toBe('starting');
    await findOn('passing');
    expect(house.look(on)?.health).toBe('passing');
    await findOn('critical');
    expect(house.look(on)?.health).toBe('critical');
    expect(house.view.machine(ref, someone)?.verdicts).toMatchObject({ tcp: { status: 'critical', reason: 'probe', output: 'said' } });
    await findOn('passing');
    expect(house.look(on)?.health).toBe('passing');
  });

  it('stay where nothing is said of them, and follow its address', async () => {
    await findOn('passing');
    await putMachine({ metadata: { rack: '7' } });
    expect(house.look(on)?.health).toBe('passing');
    await putMachine({ addresses: { lan: '10.0.0.6' } });
    expect([...orders.values()]).toMatchObject([{ spec: { host: '10.0.0.6' } }]);
    expect(house.look(on)?.health).toBe('starting');
    await putMachine({ checks: [] });
    expect([orders.size, house.look(on)?.health]).toEqual([0, 'passing']);
  });

  it('are changed one by one', async () => {
    await findOn('passing');
    await house.registrar.changeMachineCheck(ref, 'disk', readAskedCheck('disk', { type: 'tcp', port: 9 }), someone);
    expect(orders.size).toBe(2);
    expect(house.view.machine(ref, someone)).toMatchObject({ health: 'starting', verdicts: { tcp: { status: 'passing' } } });
    await house.registrar.changeMachineCheck(ref, 'disk', null, someone);
    expect(house.look(on)?.health).toBe('passing');
    await expect(house.registrar.changeMachineCheck(ref, 'disk', null, someone)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('end with it', async () => {
    await findOn('critical');
    await house.registrar.removeMachine(ref, { instances: 'keep' }, someone);
    expect([orders.size, house.look(on)?.health]).toEqual([0, 'passing']);
  });
});
