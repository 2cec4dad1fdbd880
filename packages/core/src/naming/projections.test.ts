import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instanceId, registration, serviceName, someone } from '../catalog/instance.fixture.js';
import { isInRotation } from '../catalog/instance.js';
import { Namespace, type MachineName } from '../catalog/names.js';
import type { MachineRegistration } from '../catalog/machine.js';
import type { House } from '../registrar/house.fixture.js';
import { PlainLog } from '../registrar/plain-log.fixture.js';
import { deleteRaw, document, key, openNaming, putRaw, shown, valueOf } from './naming.fixture.js';
import { switchNaming } from './switch-naming.js';

let house: House;
beforeEach(async () => {
  house = await openNaming();
  await switchNaming(house.store.asStore, '');
  await house.clock.advance(0);
});
afterEach(() => house.close());

const one = registration({ service: 'Pay', id: 'a', metadata: { zone: 'z' } });
const SHOWN = { Op: 0, Addr: '10.0.0.5:8080', Metadata: '{"zone":"z"}', Rollcall: 'test' };

const machine: MachineRegistration = {
  namespace: Namespace.default,
  name: 'm1' as MachineName,
  addresses: {},
  metadata: {},
  checks: [],
  origin: { face: 'test' },
};

describe('an instance of another face', () => {
  it('is a key as soon as it is registered, in the same revision', async () => {
    const { revision } = await house.registrar.register(one, someone);
    expect(await shown(house.store)).toEqual({ 'pay/a': SHOWN });
    expect(house.store.revision).toBe(revision);
  });

  it('registered again it is the same key, changed with it', async () => {
    await house.registrar.register(one, someone);
    const { revision } = await house.registrar.register({ ...one, port: 9 }, someone);
    expect(await shown(house.store)).toEqual({ 'pay/a': { ...SHOWN, Addr: '10.0.0.5:9' } });
    expect(house.store.revision).toBe(revision);
    await house.registrar.patch(one, { metadata: { more: 'x' } }, someone);
    expect(await valueOf(house.store, 'pay/a')).toMatchObject({ Metadata: '{"more":"x","zone":"z"}' });
  });

  it.each([
    ['goes out', () => house.registrar.setMode(one, { mode: 'out' }, someone)],
    ['drains', () => house.registrar.setMode(one, { mode: 'draining' }, someone)],
    ['is said to be ill', () => house.registrar.overrideStatus(one, { health: 'critical', reason: '' }, someone)],
    [
      'says that it is ill',
      () => house.registrar.heartbeat(one, someone, { status: 'critical' }).then(() => ({ revision: house.store.revision })),
    ],
    ['leaves', () => house.registrar.deregister(one, someone)],
  ])('is none in the revision in which it %s', async (_, leave) => {
    await house.registrar.register(one, someone);
    const { revision } = await leave();
    expect(await shown(house.store)).toEqual({});
    expect(house.store.revision).toBe(revision);
  });

  it('is none from the lapse on, and one again from the next beat on, each in the same revision', async () => {
    await house.registrar.register(one, someone);
    let { revision } = house.store;
    await house.clock.advance(31_000);
    expect(house.look(one)).toMatchObject({ health: 'critical' });
    expect(await shown(house.store)).toEqual({});
    expect(house.store.revision).toBe(++revision);
    await house.registrar.heartbeat(one, someone);
    expect(await shown(house.store)).toEqual({ 'pay/a': SHOWN });
    expect(house.store.revision).toBe(++revision);
  });

  it('of many each is one, when the answer comes', async () => {
    const many = Array.from({ length: 300 }, (_, at) => registration({ service: 'many', id: `i${at}`, ttl: 'none' }));
    const results = await house.registrar.registerMany(many, someone);
    expect(results.filter((result) => 'error' in result)).toEqual([]);
    expect(Object.keys(await shown(house.store))).toHaveLength(300);
  });

  it('whose lapses come at once are none soon', async () => {
    const many = Array.from({ length: 120 }, (_, at) => registration({ service: 'many', id: `i${at}` }));
    await house.registrar.registerMany(many, someone);
    await house.clock.advance(35_000);
    expect(await shown(house.store)).toEqual({});
  });

  it('follows its machine in a moment', async () => {
    await house.registrar.register({ ...one, machine: machine.name }, someone);
    await house.registrar.putMachine(machine, someone);
    await house.registrar.setMachineMode(machine, { mode: 'out' }, someone);
    await house.clock.advance(2000);
    expect(await shown(house.store)).toEqual({});
    await house.registrar.setMachineMode(machine, { mode: 'in' }, someone);
    await house.clock.advance(2000);
    expect(await shown(house.store)).toEqual({ 'pay/a': SHOWN });
  });

  it('without a host, or of another namespace, is none', async () => {
    await house.registrar.register({ ...one, host: null, port: null }, someone);
    await house.registrar.register({ ...one, namespace: 'blue' as Namespace }, someone);
    expect(await shown(house.store)).toEqual({});
  });
});

describe('what somebody else keeps there', () => {
  it('stays, whatever happens to the instance', async () => {
    await putRaw(house.store, 'pay/a', key('{"mine":true}'));
    await house.registrar.register(one, someone);
    expect(await valueOf(house.store, 'pay/a')).toEqual({ mine: true });
    await house.registrar.setMode(one, { mode: 'out' }, someone);
    await house.registrar.deregister(one, someone);
    await house.clock.advance(700_000);
    expect(await valueOf(house.store, 'pay/a')).toEqual({ mine: true });
  });

  it('makes room for the instance when it goes', async () => {
    await putRaw(house.store, 'pay/a', key('{"mine":true}'));
    await house.registrar.register({ ...one, checks: [] }, someone);
    await deleteRaw(house.store, 'pay/a');
    await house.clock.advance(610_000);
    expect(await shown(house.store)).toEqual({ 'pay/a': SHOWN });
  });

  it('a document that is taken over is written over under its own key, and goes from any other', async () => {
    await putRaw(house.store, 'pay/a', document('1.1.1.1:1', { n: 1 }));
    await putRaw(house.store, 'x/pay/b', document('1.1.1.1:2'));
    await house.clock.advance(0);
    await house.registrar.register(one, someone);
    await house.registrar.register({ ...one, id: instanceId('b') }, someone);
    expect(await shown(house.store)).toEqual({ 'pay/a': { ...SHOWN, Metadata: { zone: 'z' } }, 'pay/b': SHOWN });
    expect(await valueOf(house.store, 'x/pay/b')).toBeUndefined();
  });
});

describe('switching', () => {
  it('on fills, off takes out, to another prefix moves; what is no such key stays', async () => {
    await switchNaming(house.store.asStore, null);
    await house.clock.advance(10_000);
    const many = Array.from({ length: 90 }, (_, at) => registration({ service: `s${at % 7}`, id: `i${at}`, ttl: 'none' }));
    await house.registrar.registerMany(many, someone);
    await putRaw(house.store, 's1/other', key('plain'));
    expect(await shown(house.store)).toEqual({});
    await switchNaming(house.store.asStore, 'x/');
    await house.clock.advance(10_000);
    expect(Object.keys(await shown(house.store)).filter((path) => path.startsWith('x/s'))).toHaveLength(90);
    await switchNaming(house.store.asStore, '');
    await house.clock.advance(10_000);
    expect(Object.keys(await shown(house.store)).filter((path) => path.startsWith('s'))).toHaveLength(90);
    expect(Object.keys(await shown(house.store))).toHaveLength(90);
    await switchNaming(house.store.asStore, null);
    await house.clock.advance(10_000);
    expect(await shown(house.store)).toEqual({});
    expect(house.catalog.naming).toEqual({ prefix: null, leaving: [] });
    expect((await house.store.range({ range: { from: key('s1/other'), to: key('s1/other0') } })).entries).toHaveLength(1);
  });

  it('that was broken off by a crash goes on after it', async () => {
    const store = new PlainLog();
    const first = await openNaming(store);
    const many = Array.from({ length: 90 }, (_, at) => registration({ service: 'many', id: `i${at}`, ttl: 'none' }));
    await first.registrar.registerMany(many, someone);
    await switchNaming(store.asStore, '');
    await first.clock.advance(2004);
    await first.close();
    const second = await openNaming(store);
    await second.clock.advance(10_000);
    expect(Object.keys(await shown(store))).toHaveLength(90);
    await second.close();
  });
});

describe('the law of what is shown', () => {
  const id = fc.constantFrom('a', 'b');
  const mode = fc.constantFrom('in' as const, 'out' as const, 'draining' as const);
  const step = fc.oneof(
    fc.record({ type: fc.constant('register' as const), id, port: fc.integer({ min: 1, max: 3 }), machine: fc.boolean() }),
    fc.record({ type: fc.constant('deregister' as const), id }),
    fc.record({ type: fc.constant('mode' as const), id, mode }),
    fc.record({ type: fc.constant('machine' as const), mode: fc.constantFrom('in' as const, 'out' as const) }),
    fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(1000, 31_000, 130_000) }),
    fc.record({ type: fc.constant('beat' as const), id }),
    fc.record({ type: fc.constant('foreign' as const), id }),
    fc.record({ type: fc.constant('plain' as const), id }),
    fc.record({ type: fc.constant('away' as const), id }),
    fc.record({ type: fc.constant('switch' as const), prefix: fc.constantFrom('', 'x/', null) }),
  );
  type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

  it('when all is quiet, those in rotation are keys, and nobody else’s key was touched', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 16 }), async (steps) => {
        const own = await openNaming(new PlainLog());
        await own.registrar.putMachine(machine, someone);
        const plain = new Set<string>();
        for (const each of steps) await take(own, each, plain);
        await own.clock.advance(620_000);
        const { prefix } = own.catalog.naming;
        const wanted = [...own.view.allInstances(someone)]
          .filter((instance) => instance.origin.face === 'test' && isInRotation(instance) && prefix !== null)
          .map((instance) => [`${prefix}s/${instance.id}`, `10.0.0.5:${instance.port}`] as const)
          .filter(([path]) => !plain.has(path));
        const keys = Object.entries(await shown(own.store)).map(([path, value]) => [path, (value as { Addr: string }).Addr] as const);
        expect(Object.fromEntries(keys)).toEqual(Object.fromEntries(wanted));
        for (const path of plain)
          expect((await own.store.range({ range: { from: key(path), to: key(`${path}\u0001`) } })).entries).not.toEqual([]);
        await own.close();
      }),
      { numRuns: 60 },
    );
  });

  async function take(own: House, each: Step, plain: Set<string>): Promise<void> {
    const target = { namespace: Namespace.default, service: serviceName('s'), id: instanceId('id' in each ? each.id : 'a') };
    const path = `s/${target.id}`;
    if (each.type === 'register') {
      const place = { service: 's', id: each.id, port: each.port, deregisterAfter: 'none' };
      await own.registrar.register(registration(each.machine ? { ...place, machine: 'm1' } : place), someone);
    } else if (each.type === 'deregister') await own.registrar.deregister(target, someone).catch(() => undefined);
    else if (each.type === 'mode') await own.registrar.setMode(target, { mode: each.mode }, someone).catch(() => undefined);
    else if (each.type === 'machine') await own.registrar.setMachineMode(machine, { mode: each.mode }, someone);
    else if (each.type === 'wait') await own.clock.advance(each.ms);
    else if (each.type === 'beat') await own.registrar.heartbeat(target, someone).catch(() => undefined);
    else if (each.type === 'switch') await switchNaming(own.store.asStore, each.prefix);
    else if (each.type === 'foreign') {
      // As an etcd client does, not as somebody who goes round the registry.
      await own
        .etcd(someone)
        .commit({ then: [{ type: 'put', key: key(path), value: document('9.9.9.9:9') }] })
        .then(
          () => plain.delete(path),
          () => undefined,
        );
    } else if (each.type === 'plain') {
      await own
        .etcd(someone)
        .commit({ then: [{ type: 'put', key: key(path), value: key('plain') }] })
        .then(
          () => plain.add(path),
          () => undefined,
        );
    } else if (plain.has(path)) {
      await deleteRaw(own.store, path);
      plain.delete(path);
    }
  }
});
