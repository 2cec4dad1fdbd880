import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultNamespace, registration, someone } from '../catalog/instance.fixture.js';
import { machineKey } from '../records/keys.js';
import type { MachineRef, MachineRegistration } from '../catalog/machine.js';
import { MachineName } from '../catalog/names.js';
import { encodeHealthRecord } from '../records/records.js';
import { singleKey } from '../store/key-range.js';
import { openHouse, type House } from './house.fixture.js';

const ref: MachineRef = { namespace: defaultNamespace, name: MachineName.parse('rack 1/a') as MachineName };
const machine: MachineRegistration = { ...ref, addresses: {}, metadata: { os: 'linux' }, checks: [], origin: { face: 'test' } };
const checked: MachineRegistration = { ...machine, checks: [{ id: 'serf', type: 'heartbeat', ttlMs: 1000, born: 'passing' }] };
const one = registration({ ttl: 'none', machine: ref.name });

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

async function exists(kind: 'machines' | 'machine-removals'): Promise<boolean> {
  return (await house.store.range({ range: singleKey(machineKey(kind, ref)) })).entries.length > 0;
}

async function find(status: 'passing' | 'critical'): Promise<void> {
  const value = encodeHealthRecord({
    verdicts: { serf: { status, reason: 'heartbeat', sinceMs: 0, output: '' } },
    heldSinceMs: null,
    unknown: {},
  });
  await house.store.commit({ then: [{ type: 'put', key: machineKey('machine-health', ref), value }] });
}

it('keeps what other faces keep of a machine', async () => {
  await house.registrar.putMachine({ ...machine, origin: { face: 'consul', kept: { consul: 'tagged' } } }, someone);
  await house.registrar.putMachine(machine, someone);
  expect(house.view.machine(ref, someone)?.origin).toEqual({ face: 'test', kept: { consul: 'tagged' } });
});

describe('a machine', () => {
  it('is shown as it is answered, also without instances', async () => {
    const { machine: made, created, revision } = await house.registrar.putMachine(machine, someone);
    expect([created, made.health, made.mode]).toEqual([true, 'passing', 'in']);
    expect(house.view.machine(ref, someone)).toEqual(made);
    expect(house.view.machines(defaultNamespace, someone)).toEqual([made]);
    expect(await house.registrar.putMachine(machine, someone)).toEqual({ machine: made, created: false, revision });
  });

  it('need not be here to be named', async () => {
    await house.registrar.register(one, someone);
    expect(house.view.machine(ref, someone)).toBeUndefined();
    expect(house.view.instancesOn(ref, someone).map(({ id }) => id)).toEqual([one.id]);
  });

  it('that is ill makes all of its instances ill, and well again', async () => {
    await house.registrar.register(one, someone);
    await house.registrar.putMachine(checked, someone);
    await find('critical');
    expect([house.look(one)?.health, house.look(one)?.verdicts]).toEqual(['critical', {}]);
    const late = registration({ id: 'late', ttl: 'none', machine: ref.name });
    expect((await house.registrar.register(late, someone)).instance.health).toBe('critical');
    await find('passing');
    expect([house.look(one)?.health, house.look(late)?.health]).toEqual(['passing', 'passing']);
  });

  it('cannot make an instance better than it is', async () => {
    const beating = registration({ machine: ref.name });
    await house.registrar.putMachine(checked, someone);
    await house.registrar.register(beating, someone);
    await find('passing');
    await house.clock.advance(31_000);
    expect(house.look(beating)?.health).toBe('critical');
  });

  it('lends its mode to its instances, the worse one counting', async () => {
    await house.registrar.putMachine(machine, someone);
    await house.registrar.register(one, someone);
    const { machine: answered } = await house.registrar.setMachineMode(ref, { mode: 'draining', reason: 'move' }, someone);
    expect(house.view.machine(ref, someone)).toEqual(answered);
    expect(house.look(one)).toMatchObject({ mode: 'draining', intent: null });
    await house.registrar.setMode(one, { mode: 'out' }, someone);
    expect(house.look(one)?.mode).toBe('out');
    await house.registrar.setMachineMode(ref, { mode: 'in' }, someone);
    await house.registrar.setMode(one, { mode: 'in' }, someone);
    expect(house.look(one)?.mode).toBe('in');
  });

  it('keeps its mode when it is put anew', async () => {
    await house.registrar.putMachine(machine, someone);
    await house.registrar.setMachineMode(ref, { mode: 'out' }, someone);
    const { machine: again } = await house.registrar.putMachine({ ...machine, metadata: { os: 'bsd' } }, someone);
    expect(again).toMatchObject({ mode: 'out', metadata: { os: 'bsd' } });
    expect(house.view.machine(ref, someone)).toEqual(again);
  });

  it.each([
    ['setMachineMode', (): Promise<unknown> => house.registrar.setMachineMode(ref, { mode: 'out' }, someone)],
    ['removeMachine', (): Promise<unknown> => house.registrar.removeMachine(ref, { instances: 'keep' }, someone)],
    ['removeMachine with all', (): Promise<unknown> => house.registrar.removeMachine(ref, { instances: 'remove' }, someone)],
  ])('that is not here is refused to %s', async (_what, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is told of with its changes', async () => {
    const told: unknown[] = [];
    house.view.follow({ changed: ({ machines }) => void told.push(...machines), reset: () => undefined }, someone);
    await house.registrar.putMachine(machine, someone);
    await house.registrar.removeMachine(ref, { instances: 'keep' }, someone);
    expect(told).toMatchObject([
      { previous: null, current: { name: ref.name } },
      { previous: { name: ref.name }, current: null },
    ]);
  });
});

describe('removing a machine', () => {
  const many = Array.from({ length: 150 }, (_, at) => registration({ id: `i${at}`, ttl: 'none', machine: ref.name }));

  it('leaves its instances where they are, without its health and mode', async () => {
    await house.registrar.putMachine(machine, someone);
    await house.registrar.register(one, someone);
    await house.registrar.setMachineMode(ref, { mode: 'out' }, someone);
    await house.registrar.removeMachine(ref, { instances: 'keep' }, someone);
    expect(house.look(one)?.mode).toBe('in');
    await house.registrar.putMachine(machine, someone);
    expect(house.look(one)?.mode).toBe('in');
  });

  it('takes all that run on it, more than one commit can', async () => {
    await house.registrar.putMachine(machine, someone);
    await house.registrar.registerMany(many, someone);
    const elsewhere = registration({ id: 'elsewhere', ttl: 'none', machine: 'rack 2' });
    await house.registrar.register(elsewhere, someone);
    const { revision } = await house.registrar.removeMachine(ref, { instances: 'remove' }, someone);
    expect(house.view.revision).toBe(revision);
    expect(house.view.instancesOn(ref, someone)).toEqual([]);
    expect(house.look(elsewhere)).toBeDefined();
    expect([await exists('machines'), await exists('machine-removals')]).toEqual([false, false]);
  });

  it('that was interrupted is finished by whoever finds it, and spares who came later', async () => {
    await house.registrar.putMachine(machine, someone);
    await house.registrar.registerMany(many, someone);
    let commits = 0;
    house.store.beforeCommit = (commit) => {
      if (commit.when !== undefined && ++commits > 2) throw new Error('killed');
    };
    await expect(house.registrar.removeMachine(ref, { instances: 'remove' }, someone)).rejects.toMatchObject({
      code: 'outcome-unknown',
      cause: { message: 'killed' },
    });
    house.store.beforeCommit = () => undefined;
    expect(await exists('machine-removals')).toBe(true);
    expect(house.view.instancesOn(ref, someone).length).toBeGreaterThan(0);
    await house.close();

    house = await openHouse({ store: house.store, clock: house.clock });
    const late = registration({ id: 'late', ttl: 'none', machine: ref.name });
    await house.registrar.register(late, someone);
    await house.clock.advance(30_000);
    expect(house.view.instancesOn(ref, someone).map(({ id }) => id)).toEqual(['late']);
    expect([await exists('machines'), await exists('machine-removals')]).toEqual([false, false]);
  });
});
