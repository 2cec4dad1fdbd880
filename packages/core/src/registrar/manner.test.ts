import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultNamespace, registration, someone } from '../catalog/instance.fixture.js';
import type { Machine, MachineRegistration } from '../catalog/machine.js';
import { MachineName } from '../catalog/names.js';
import type { Check, Registration } from '../catalog/registration.js';
import type { Manner } from '../face.js';
import { openHouse, type House } from './house.fixture.js';

const beating = (id: string, ttlMs: number | null, born: Check['born'] = 'critical'): Check => ({ id, type: 'heartbeat', ttlMs, born });
const one = (checks: readonly Check[]): Registration => ({ ...registration({ id: 'a', ttl: 'none' }), checks });
const kept: Manner = { findings: 'kept' };

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const health = (): string | undefined => house.look(one([]))?.health;
const say = (status: 'passing' | 'warning' | 'critical', check: string, output = ''): Promise<void> =>
  house.registrar.heartbeat(one([]), someone, { status, check, output });

describe('a registration that heals nothing', () => {
  it('keeps what was found by every check that stays', async () => {
    const checks = [beating('x', 1000), beating('y', 1000)];
    await house.registrar.register(one(checks), someone, kept);
    await say('passing', 'x');
    await say('warning', 'y', 'so so');
    await house.registrar.register({ ...one(checks), port: 99 }, someone, kept);
    expect(house.look(one([]))?.verdicts).toMatchObject({ x: { status: 'passing' }, y: { status: 'warning', output: 'so so' } });
    await house.registrar.register(one([checks[1] as Check]), someone, kept);
    expect(Object.keys(house.look(one([]))?.verdicts ?? {})).toEqual(['y']);
  });

  it('leaves a lapse a lapse, and gives a full ttl to whoever is still heard', async () => {
    await house.registrar.register(one([beating('x', 1000)]), someone, kept);
    await say('passing', 'x');
    await house.clock.advance(800);
    await house.registrar.register(one([beating('x', 1000)]), someone, kept);
    await house.clock.advance(800);
    expect(health()).toBe('passing');
    await house.clock.advance(800);
    expect(health()).toBe('critical');
    await house.registrar.register(one([beating('x', 1000)]), someone, kept);
    expect(health()).toBe('critical');
    // And a usual one heals, as ever.
    await house.registrar.register(one([beating('x', 1000, 'passing')]), someone);
    expect(health()).toBe('passing');
  });

  it('is as it was born for whoever is new, whatever the one before it left', async () => {
    await house.registrar.register(one([beating('x', null)]), someone, kept);
    await say('passing', 'x');
    await house.registrar.deregister(one([]), someone);
    await house.registrar.register(one([beating('x', null)]), someone, kept);
    expect(health()).toBe('critical');
  });
});

describe('a registration over what was read', () => {
  it('is taken only if that is still there', async () => {
    const { instance } = await house.registrar.register(one([]), someone, { over: 0 });
    await expect(house.registrar.register(one([]), someone, { over: 0 })).rejects.toMatchObject({
      code: 'conflict',
      details: { revision: instance.revision },
    });
    const next = await house.registrar.register({ ...one([]), port: 1 }, someone, { over: instance.revision });
    await expect(house.registrar.register({ ...one([]), port: 2 }, someone, { over: instance.revision })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(house.look(one([]))).toMatchObject({ port: 1, revision: next.revision });
  });

  it('of only its checks leaves all else as it was said, whatever lies over it', async () => {
    await house.registrar.register({ ...one([]), tags: ['own'] }, someone);
    const { instance } = await house.registrar.patch(one([]), { tags: ['patched'] }, someone);
    await house.registrar.register({ ...instance, checks: [beating('x', null, 'passing')] }, someone, {
      only: 'checks',
      over: instance.revision,
    });
    await house.registrar.patch(one([]), { tags: null }, someone);
    expect(house.look(one([]))).toMatchObject({ tags: ['own'], checks: [{ id: 'x' }] });
  });
});

describe('a check that nobody waits for', () => {
  it('is as was said last, for as long as nobody says otherwise', async () => {
    await house.registrar.register(one([beating('x', null, 'passing')]), someone, kept);
    await house.clock.advance(1_000_000);
    expect(health()).toBe('passing');
    await say('critical', 'x', 'gone');
    await house.clock.advance(1_000_000);
    expect(house.look(one([]))?.verdicts).toMatchObject({ x: { status: 'critical', reason: 'heartbeat', output: 'gone' } });
    await house.registrar.heartbeat(one([]), someone);
    expect(health()).toBe('critical');
  });
});

describe('another output', () => {
  it('is written only where it is news', async () => {
    await house.registrar.register(one([beating('x', null, 'passing')]), someone, kept);
    const { revision } = house.store;
    await house.registrar.heartbeat(one([]), someone, { status: 'passing', output: 'a', check: 'x' });
    expect(house.store.revision).toBe(revision);
    const word = { status: 'passing', output: 'a', check: 'x', isOutputNews: true } as const;
    await house.registrar.heartbeat(one([]), someone, word);
    await house.registrar.heartbeat(one([]), someone, word);
    expect(house.store.revision).toBe(revision + 1);
  });
});

describe('a machine with several checks', () => {
  const ref = { namespace: defaultNamespace, name: 'rack-7' as MachineName };
  const machine: MachineRegistration = {
    ...ref,
    addresses: {},
    metadata: {},
    checks: [beating('x', 1000, 'passing'), beating('y', 5000, 'passing'), beating('z', null, 'passing')],
    origin: { face: 'test' },
  };
  const shown = (): Machine | undefined => house.view.machine(ref, someone);
  const found = (): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(shown()?.verdicts ?? {}).map(([id, { status, reason }]) => [id, `${status} ${reason}`]));
  beforeEach(() => house.registrar.putMachine(machine, someone));

  it('lapses by each of them', async () => {
    await house.clock.advance(1300);
    expect(found()).toEqual({ x: 'critical lapse' });
    await house.clock.advance(5000);
    expect(found()).toEqual({ x: 'critical lapse', y: 'critical lapse' });
    await Promise.all([house.registrar.heartbeatMachine(ref, someone, { check: 'y' }), house.clock.advance(300)]);
    expect(found()).toEqual({ x: 'critical lapse', y: 'passing heartbeat' });
    await Promise.all([house.registrar.heartbeatMachine(ref, someone), house.clock.advance(300)]);
    expect(shown()?.health).toBe('passing');
  });

  it('says how it is, by each of them', async () => {
    await house.registrar.heartbeatMachine(ref, someone, { status: 'warning', output: 'hot', check: 'z' });
    expect(shown()).toMatchObject({ health: 'warning', verdicts: { z: { output: 'hot' } } });
    await expect(house.registrar.heartbeatMachine(ref, someone, { status: 'passing', check: 'w' })).rejects.toMatchObject({
      code: 'invalid-request',
    });
  });

  it('keeps what was found when it is put again, where that heals nothing', async () => {
    await house.clock.advance(1300);
    await house.registrar.putMachine({ ...machine, metadata: { more: 'x' } }, someone, kept);
    expect(found()).toEqual({ x: 'critical lapse' });
    await Promise.all([house.registrar.putMachine(machine, someone), house.clock.advance(300)]);
    expect(shown()?.health).toBe('passing');
  });

  it('is put over what was read, or not at all', async () => {
    await expect(house.registrar.putMachine(machine, someone, { over: 0 })).rejects.toMatchObject({ code: 'conflict' });
    await house.registrar.putMachine({ ...machine, metadata: { more: 'x' } }, someone, { over: shown()?.revision ?? 0 });
    expect(shown()?.metadata).toEqual({ more: 'x' });
  });
});
