import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instanceId, registration, serviceName, someone } from '../catalog/instance.fixture.js';
import { MachineName, Namespace } from '../catalog/names.js';
import type { Caller, Registrar } from '../face.js';
import { openHouse, type House } from '../registrar/house.fixture.js';
import { caller } from './access.fixture.js';
import { CheckedGuardDesk, CheckedRegistrar } from './checked-registrar.js';
import { FilteredView } from './filtered-view.js';

const ns = Namespace.default;
const ref = { namespace: ns, service: serviceName('payments'), id: instanceId('a') };
const machine = { namespace: ns, name: MachineName.parse('m1') as MachineName };
const described = { ...machine, addresses: {}, metadata: {}, checks: [], origin: { face: 'test' } };

let house: House;
let registrar: Registrar;
beforeEach(async () => {
  house = await openHouse();
  registrar = new CheckedRegistrar(house.registrar);
  await registrar.register(registration({ id: 'a' }), someone);
  await registrar.register(registration({ service: 'stock', id: 'a' }), someone);
  await registrar.register(registration({ service: 'stock', id: 's' }), someone);
  await registrar.putMachine(described, someone);
});
afterEach(() => house.close());

const calls: readonly [keyof Registrar, (caller: Caller) => Promise<unknown>][] = [
  ['register', (who) => registrar.register(registration({ id: 'z' }), who)],
  ['heartbeat', (who) => registrar.heartbeat(ref, who)],
  ['setMode', (who) => registrar.setMode(ref, { mode: 'out', owner: 'operator' }, who)],
  ['overrideStatus', (who) => registrar.overrideStatus(ref, { health: 'critical', reason: '' }, who)],
  ['patch', (who) => registrar.patch(ref, { metadata: { a: 'b' } }, who)],
  ['deregister', (who) => registrar.deregister(ref, who)],
  ['putMachine', (who) => registrar.putMachine({ ...described, metadata: { a: 'b' } }, who)],
  ['heartbeatMachine', (who) => registrar.heartbeatMachine(machine, who)],
  ['setMachineMode', (who) => registrar.setMachineMode(machine, { mode: 'out' }, who)],
  ['removeMachine', (who) => registrar.removeMachine(machine, { instances: 'remove' }, who)],
  ['setPanicRule', (who) => registrar.setPanicRule(ref, { eligibleMin: 3, belowShare: 0.5 }, who)],
];

describe('a write', () => {
  it.each(calls)('%s is refused without the right, and changes nothing', async (_name, call) => {
    const before = house.store.revision;
    await expect(call(caller({ identity: 'anonymous' }))).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(call(caller({ read: '*', namespaces: '*' }))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(call(caller({ write: 'stock', operate: 'payment' }))).rejects.toMatchObject({ code: 'forbidden' });
    expect(house.store.revision).toBe(before);
  });

  it.each(calls)('%s is done with the right', async (_name, call) => {
    await expect(call(caller({ operate: '*' }))).resolves.not.toBeInstanceOf(Error);
  });

  it('of many is judged one by one, and keeps their order', async () => {
    const many = ['payments', 'stock', 'Payments'].map((service, at) => registration({ service, id: `n${at}` }));
    const results = await registrar.registerMany(many, caller({ write: 'payments' }));
    expect(results).toMatchObject([{ answer: { created: true } }, { error: { code: 'forbidden' } }, { answer: { created: true } }]);
    expect(house.look({ namespace: ns, service: serviceName('stock'), id: instanceId('n1') })).toBeUndefined();
  });
});

describe('a check that follows another service', () => {
  const alias = { type: 'alias', service: 'stock', name: 'stock' };
  const following = (): ReturnType<typeof registration> => registration({ id: 'f', checks: [alias] });
  const blind = caller({ write: 'payments' });
  const seeing = caller({ write: 'payments', read: 'stock' });

  it('takes the right to read that one', async () => {
    await expect(registrar.register(following(), blind)).rejects.toMatchObject({ code: 'forbidden', details: { right: 'read' } });
    await expect(registrar.changeCheck(ref, 'stock', alias, blind)).rejects.toThrow('"read" for the service stock');
    expect(await registrar.registerMany([following(), registration({ id: 'g' })], blind)).toMatchObject([
      { error: { code: 'forbidden' } },
      { answer: { created: true } },
    ]);
    await expect(registrar.changeCheck(ref, 'stock', alias, seeing)).resolves.toMatchObject({ instance: { id: 'a' } });
    await expect(registrar.changeCheck(ref, 'stock', null, blind)).resolves.toMatchObject({ instance: { id: 'a' } });
    await expect(registrar.register(following(), seeing)).resolves.toMatchObject({ created: true });
  });
});

describe('the desk of the guard', () => {
  it('lets only who operates all that it is about let anybody go', async () => {
    const desk = new CheckedGuardDesk(house.attendance);
    const service = serviceName('payments');
    await expect(desk.release({}, caller({ operate: '*' }))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(desk.release({ namespace: ns }, caller({ operate: 'payments' }))).rejects.toMatchObject({ code: 'forbidden' });
    expect(await desk.release({ namespace: ns, service }, caller({ operate: 'payments' }))).toBe(0);
    expect(await desk.release({}, someone)).toBe(0);
    expect(() => desk.report(caller({ identity: 'anonymous' }))).toThrow('"read"');
    expect(desk.report(caller({ read: 'stock' })).held).toBe(0);
  });
});

describe('many heartbeats', () => {
  const beat = (
    id: string,
    service: string | null = null,
  ): { namespace: Namespace; id: ReturnType<typeof instanceId>; service: never } => ({
    namespace: ns,
    id: instanceId(id),
    service: (service === null ? null : serviceName(service)) as never,
  });

  it('are judged where each is found', async () => {
    const results = await registrar.heartbeats(
      [beat('a', 'payments'), beat('a', 'stock'), beat('s'), beat('nobody')],
      caller({ write: 'payments', read: '*' }),
    );
    expect(results.map((one) => one?.code ?? null)).toEqual([null, 'forbidden', 'forbidden', 'not-found']);
  });

  it('by a bare id mean the one that the caller sees, and never reach another one', async () => {
    // As it is put together in a registry: the registrar looks things up as its caller may.
    const { LogRegistrar } = await import('../registrar/log-registrar.js');
    const { Amendments } = await import('../registrar/amend.js');
    const { visibilityIn } = await import('../registrar/visibility.js');
    const { catalog, store, clock, attendance, view } = house;
    const heard: unknown[] = [];
    const careful = new CheckedRegistrar(
      new LogRegistrar({
        amendments: new Amendments(store.asStore, clock),
        view: new FilteredView(view),
        catalog,
        attendance: {
          beat: (which) => attendance.beat(which),
          beatMany: (selectors) => {
            heard.push(...selectors);
            return attendance.beatMany(selectors);
          },
        },
        visibility: visibilityIn(catalog),
        clock,
      }),
    );
    expect(await careful.heartbeats([beat('a'), beat('s')], caller({ write: 'payments' }))).toMatchObject([null, { code: 'not-found' }]);
    expect(heard).toEqual([{ namespace: ns, id: 'a', service: 'payments' }]);
    const results = await careful.heartbeats([beat('a')], caller({ write: 'payments stock' }));
    expect(results).toMatchObject([{ code: 'ambiguous-id' }]);
  });
});
