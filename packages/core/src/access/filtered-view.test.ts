import { describe, expect, it } from 'vitest';
import { instanceId, registration, serviceName, someone } from '../catalog/instance.fixture.js';
import { MachineName, Namespace } from '../catalog/names.js';
import type { ChangeBatch } from '../view/feed.js';
import type { CatalogView } from '../face.js';
import { openHouse, type House } from '../registrar/house.fixture.js';
import { caller } from './access.fixture.js';
import { FilteredView } from './filtered-view.js';

const ns = Namespace.default;
const [payments, stock] = [serviceName('payments'), serviceName('stock')];
const [m1, m2] = ['m1', 'm2'].map((name) => ({ namespace: ns, name: MachineName.parse(name) as MachineName })) as [
  { namespace: Namespace; name: MachineName },
  { namespace: Namespace; name: MachineName },
];

async function twoServices(): Promise<{ readonly house: House; readonly view: CatalogView }> {
  const house = await openHouse();
  for (const ref of [m1, m2])
    await house.registrar.putMachine({ ...ref, addresses: {}, metadata: {}, checks: [], origin: { face: 'test' } }, someone);
  await house.registrar.register(registration({ id: 'a', machine: 'm1' }), someone);
  await house.registrar.register(registration({ service: 'stock', id: 'a', machine: 'm2' }), someone);
  await house.registrar.register(registration({ service: 'stock', id: 'b', namespace: 'blue' }), someone);
  return { house, view: new FilteredView(house.view) };
}

const clerk = caller({ read: 'Payments' });

describe('a view for who may read one service', () => {
  it('shows that one, in every list', async () => {
    const { house, view } = await twoServices();
    expect(view.namespaces(clerk)).toEqual([ns]);
    expect(view.services(ns, clerk).map(({ service }) => service)).toEqual(['payments']);
    expect(view.instancesById(ns, instanceId('a'), clerk).map(({ service }) => service)).toEqual(['payments']);
    expect([...view.allInstances(clerk)].map(({ service }) => service)).toEqual(['payments']);
    expect(view.machines(ns, clerk).map(({ name }) => name)).toEqual(['m1']);
    expect(view.machine(m2, clerk)).toBeUndefined();
    expect(view.instancesOn(m2, clerk)).toEqual([]);
    await house.close();
  });

  it('shows the others as if they were not there, in any spelling', async () => {
    const { house, view } = await twoServices();
    for (const name of [stock, serviceName('STOCK')]) {
      expect(view.service(ns, name, clerk)).toBeUndefined();
      expect(view.instances(ns, name, clerk)).toEqual([]);
      expect(view.instance({ namespace: ns, service: name, id: instanceId('a') }, clerk)).toBeUndefined();
      expect(view.serviceRevision(ns, name, clerk)).toBe(view.revision);
    }
    expect(view.instances(ns, payments, clerk)).toBe(house.view.instances(ns, payments, someone));
    await house.close();
  });

  it('tells of that one only, later and from before', async () => {
    const { house, view } = await twoServices();
    const told: ChangeBatch[] = [];
    const from = view.revision;
    const unfollow = view.follow({ changed: (batch) => void told.push(batch), reset: () => undefined }, clerk);
    await house.registrar.register(registration({ service: 'stock', id: 'c' }), someone);
    await house.registrar.register(registration({ id: 'd' }), someone);
    await house.registrar.setMachineMode(m2, { mode: 'out' }, someone);
    unfollow();
    expect(told.map(({ changes, machines }) => [changes.map(({ ref }) => ref.id), machines.length])).toEqual([[['d'], 0]]);
    expect(view.changesAfter(from, clerk)).toEqual(told);
    expect(view.changesAfter(from, someone)).toHaveLength(3);
    await house.close();
  });

  it('is for who may read everything the view itself', async () => {
    const { house, view } = await twoServices();
    expect(view.services(ns, someone)).toEqual(house.view.services(ns, someone));
    expect([...view.allInstances(someone)]).toHaveLength(3);
    expect(view.machines(ns, someone)).toEqual(house.view.machines(ns, someone));
    await house.close();
  });
});
