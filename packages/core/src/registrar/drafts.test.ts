import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultNamespace, registration, someone } from '../catalog/instance.fixture.js';
import type { Machine, MachineRegistration } from '../catalog/machine.js';
import { MachineName } from '../catalog/names.js';
import type { Check, Registration } from '../catalog/registration.js';
import { isRollcallError } from '../errors.js';
import type { Registrar } from '../face.js';
import { Drafts } from './drafts.js';
import { openHouse, type House } from './house.fixture.js';
import { visibilityIn } from './visibility.js';

const said = (id: string): Check => ({ id, type: 'heartbeat', ttlMs: null, born: 'passing' });

function machine(name: string, metadata: Readonly<Record<string, string>> = {}): MachineRegistration {
  const ref = { namespace: defaultNamespace, name: MachineName.parse(name) as MachineName };
  return { ...ref, addresses: {}, metadata, checks: [said('disk')], origin: { face: 'test' } };
}

function instance(id: string, on: string, weight = 1): Registration {
  return { ...registration({ id, ttl: 'none', machine: on, weight }), checks: [said('own')] };
}

interface Scene {
  readonly house: House;
  readonly drafts: Drafts;
}

async function open(): Promise<Scene> {
  const house = await openHouse();
  const { view, attendance, clock, store } = house;
  return { house, drafts: new Drafts({ store: store.asStore, view, attendance, visibility: visibilityIn(house.catalog), clock }) };
}

let scene: Scene;
beforeEach(async () => {
  scene = await open();
});
afterEach(() => scene.house.close());

/** What stands in the log, without when it was written. */
function shown({ house: { view } }: Scene): unknown {
  const how = (one: { readonly verdicts: Machine['verdicts'] }): unknown =>
    Object.entries(one.verdicts).map(([id, { status }]) => [id, status]);
  return {
    instances: [...view.allInstances(someone)]
      .map((one) => [one.id, one.machine, one.weight, one.health, how(one)])
      .toSorted((one, other) => (String(one) < String(other) ? -1 : 1)),
    machines: view.machines(defaultNamespace, someone).map((one) => [one.name, one.metadata, one.health, how(one)]),
  };
}

describe('several writes as one', () => {
  it('are one revision, and each is decided by what those before it made', async () => {
    const { house, drafts } = scene;
    const before = house.view.revision;
    const written = await drafts.write(async ({ registrar, view }) => {
      await registrar.putMachine(machine('m'), someone);
      const { created } = await registrar.register(instance('a', 'm'), someone);
      await registrar.heartbeat(instance('a', 'm'), someone, { status: 'critical', check: 'own', output: 'x' });
      await registrar.heartbeatMachine(machine('m'), someone, { status: 'warning', check: 'disk' });
      await registrar.register(instance('a', 'm', 7), someone, {
        findings: 'kept',
        over: view.instance(instance('a', 'm'), someone)?.revision ?? 0,
      });
      expect([view.instancesOn(machine('m'), someone).length, house.view.revision]).toEqual([1, before]);
      return { answer: created };
    });
    expect(written).toEqual({ answer: true, revision: before + 1 });
    expect(shown(scene)).toEqual({
      instances: [['a', 'm', 7, 'critical', [['own', 'critical']]]],
      machines: [['m', {}, 'warning', [['disk', 'warning']]]],
    });
  });

  it('that change nothing write nothing', async () => {
    const { house, drafts } = scene;
    await house.registrar.register(instance('a', 'm'), someone);
    const { revision } = house.view;
    expect(
      await drafts.write(async ({ registrar }) => ({ answer: (await registrar.register(instance('a', 'm'), someone)).created })),
    ).toEqual({
      answer: false,
      revision: null,
    });
    expect(house.view.revision).toBe(revision);
  });

  it('of which one is refused do not happen', async () => {
    const { drafts } = scene;
    const failing = drafts.write(async ({ registrar }) => {
      await registrar.putMachine(machine('m'), someone);
      await registrar.deregister(instance('nobody', 'm'), someone);
      return { answer: null };
    });
    expect(await failing.then(String, (error: unknown) => isRollcallError(error, 'not-found'))).toBe(true);
    expect(shown(scene)).toEqual({ instances: [], machines: [] });
  });

  it('are made anew over what somebody else was faster with', async () => {
    const { house, drafts } = scene;
    let attempts = 0;
    await drafts.write(async ({ registrar, view }) => {
      const weight = (view.instance(instance('a', 'm'), someone)?.weight ?? 0) + 1;
      await registrar.register(instance('a', 'm', weight), someone);
      if (attempts++ < 2) await house.registrar.register(instance('a', 'm', 10 * attempts), someone);
      return { answer: null };
    });
    expect([attempts, house.look(instance('a', 'm'))?.weight]).toEqual([3, 21]);
  });

  it('depend on what stands beside them', async () => {
    const { house, drafts } = scene;
    const key = new TextEncoder().encode('/other');
    const when = [{ range: { from: key, to: new TextEncoder().encode('/other\0') }, target: 'version', is: '=', operand: 1 }] as const;
    const write = drafts.write(async ({ registrar }) => {
      await registrar.register(instance('a', 'm'), someone);
      return { answer: null, beside: { when, then: [{ type: 'put', key, value: key }] } };
    });
    expect(await write.then(String, (error: unknown) => isRollcallError(error, 'conflict'))).toBe(true);
    expect(house.look(instance('a', 'm'))).toBeUndefined();
  });

  it('that no commit has room for do not happen', async () => {
    const { house, drafts } = scene;
    for (let at = 0; at < 60; at++) await house.registrar.register(instance(`i${at}`, 'm'), someone);
    await house.registrar.putMachine(machine('m'), someone);
    const many = drafts.write(async ({ registrar }) => {
      for (let at = 0; at < 60; at++) await registrar.register(instance(`j${at}`, 'm'), someone);
      return { answer: null };
    });
    const leaving = drafts.write(async ({ registrar }) => {
      await registrar.removeMachine(machine('m'), { instances: 'remove' }, someone);
      return { answer: null };
    });
    expect(await Promise.all([many, leaving])).toEqual(['too-large', 'too-large']);
    expect([...house.view.allInstances(someone)]).toHaveLength(60);
  });

  it('come to what they come to one by one', async () => {
    const [name, id] = [fc.constantFrom('m', 'n'), fc.constantFrom('a', 'b', 'c')];
    const status = fc.constantFrom('passing', 'warning', 'critical');
    const write = fc.oneof(
      fc.record({ act: fc.constant('put' as const), name, note: id }),
      fc.record({ act: fc.constant('register' as const), name, id, weight: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ act: fc.constant('say' as const), id, status }),
      fc.record({ act: fc.constant('say of machine' as const), name, status }),
      fc.record({ act: fc.constant('deregister' as const), id }),
      fc.record({ act: fc.constant('remove' as const), name, instances: fc.constantFrom('keep', 'remove') }),
    );
    type Write = typeof write extends fc.Arbitrary<infer One> ? One : never;
    const take = (registrar: Registrar, one: Write): Promise<unknown> => {
      switch (one.act) {
        case 'put':
          return registrar.putMachine(machine(one.name, { note: one.note }), someone);
        case 'register':
          return registrar.register(instance(one.id, one.name, one.weight), someone);
        case 'say':
          return registrar.heartbeat(instance(one.id, 'm'), someone, { status: one.status, check: 'own' });
        case 'say of machine':
          return registrar.heartbeatMachine(machine(one.name), someone, { status: one.status, check: 'disk' });
        case 'deregister':
          return registrar.deregister(instance(one.id, 'm'), someone);
        case 'remove':
          return registrar.removeMachine(machine(one.name), { instances: one.instances }, someone);
      }
    };
    const all = async (registrar: Registrar, writes: readonly Write[]): Promise<void> => {
      for (const one of writes)
        await take(registrar, one).catch((error: unknown) => expect(isRollcallError(error, 'not-found')).toBe(true));
    };
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 6 }), fc.array(write, { maxLength: 8 }), async (first, then) => {
        const [drafting, plain] = [await open(), await open()];
        await all(drafting.house.registrar, first);
        await all(plain.house.registrar, first);
        await all(plain.house.registrar, then);
        await drafting.drafts.write(async ({ registrar }) => ({ answer: await all(registrar, then) }));
        expect(shown(drafting)).toEqual(shown(plain));
        await Promise.all([drafting.house.close(), plain.house.close()]);
      }),
      { numRuns: 60 },
    );
  });
});
