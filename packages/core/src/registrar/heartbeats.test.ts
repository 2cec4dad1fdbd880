import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registration, someone } from '../catalog/instance.fixture.js';
import { deleteRecord } from './amend.js';
import { openHouse, type House } from './house.fixture.js';

const one = registration();

let house: House;
beforeEach(async () => {
  house = await openHouse();
  await house.registrar.register(one, someone);
});
afterEach(() => house.close());

describe('a word with a heartbeat', () => {
  it.each(['warning', 'critical', 'starting'] as const)('%s is shown at once', async (status) => {
    await house.registrar.heartbeat(one, someone, { status, output: 'so it is' });
    expect(house.look(one)).toMatchObject({ health: status, verdicts: { heartbeat: { status, reason: 'heartbeat', output: 'so it is' } } });
  });

  it('that is nothing new is not written', async () => {
    const { revision } = house.store;
    await house.registrar.heartbeat(one, someone, { status: 'passing', output: 'all is well' });
    expect(house.store.revision).toBe(revision);
    await house.registrar.heartbeat(one, someone, { status: 'warning' });
    await house.registrar.heartbeat(one, someone, { status: 'warning', output: 'still' });
    expect(house.store.revision).toBe(revision + 1);
  });

  it('stays said until another one comes', async () => {
    await house.registrar.heartbeat(one, someone, { status: 'warning' });
    await house.registrar.heartbeat(one, someone);
    expect(house.look(one)?.health).toBe('warning');
    await house.registrar.heartbeat(one, someone, { status: 'passing' });
    expect(house.look(one)?.health).toBe('passing');
  });

  it('is a heartbeat too', async () => {
    await house.clock.advance(29_000);
    await house.registrar.heartbeat(one, someone, { status: 'warning' });
    await house.clock.advance(29_000);
    expect(house.look(one)?.health).toBe('warning');
  });

  it('after a lapse is what counts', async () => {
    await house.clock.advance(31_000);
    await house.registrar.heartbeat(one, someone, { status: 'warning' });
    expect(house.look(one)?.health).toBe('warning');
  });

  it('ends with the next registration', async () => {
    await house.registrar.heartbeat(one, someone, { status: 'critical' });
    expect((await house.registrar.register(one, someone)).instance).toMatchObject({ health: 'passing', verdicts: {} });
  });

  it('may be said by the registration already, which is the first heartbeat', async () => {
    const young = registration({ id: 'young', status: 'starting' });
    const { instance, revision } = await house.registrar.register(young, someone);
    expect([instance.health, house.look(young)]).toEqual(['starting', instance]);
    await house.registrar.heartbeat(young, someone);
    expect(house.look(young)?.health).toBe('starting');
    await house.registrar.heartbeat(young, someone, { status: 'passing' });
    expect(house.look(young)?.health).toBe('passing');
    expect((await house.registrar.register(young, someone)).instance.health).toBe('starting');
    expect(house.view.revision).toBeGreaterThan(revision);
  });

  it('for a check that is not there names those that are', async () => {
    await expect(house.registrar.heartbeat(one, someone, { check: 'disk', status: 'critical' })).rejects.toMatchObject({
      code: 'invalid-request',
      details: { problems: [{ field: 'check', came: '"disk"', allowed: 'one of "heartbeat"' }] },
    });
  });

  it('of a static instance is refused', async () => {
    const still = registration({ id: 'still', ttl: 'none' });
    await house.registrar.register(still, someone);
    await expect(house.registrar.heartbeat(still, someone, { status: 'critical' })).rejects.toMatchObject({
      code: 'invalid-request',
      details: { problems: [{ field: 'status' }] },
    });
  });
});

describe('that somebody is not here', () => {
  it('is said only after the log was asked, once for all who ask at that time', async () => {
    await house.registrar.deregister(one, someone);
    let asked = 0;
    const { range } = house.store;
    house.store.range = (request) => {
      asked++;
      return range.call(house.store, request);
    };
    const beats = await Promise.allSettled(Array.from({ length: 100 }, () => house.registrar.heartbeat(one, someone)));
    expect(new Set(beats.map((beat) => (beat.status === 'rejected' ? (beat.reason as { code: string }).code : 'heard')))).toEqual(
      new Set(['not-found']),
    );
    expect(asked).toBeLessThanOrEqual(2);
  });

  it('is not said where the log cannot be asked', async () => {
    await house.registrar.deregister(one, someone);
    house.store.range = () => Promise.reject(new Error('the engine is away'));
    await expect(house.registrar.heartbeat(one, someone)).rejects.toThrow('the engine is away');
  });

  it('is not said by a node that is behind the log', async () => {
    house.store.loseWatchers();
    house.store.range = () => new Promise(() => undefined);
    await house.store.commit({ then: [deleteRecord('instances', one)] });
    house.store.range = () => Promise.resolve({ revision: house.store.revision, entries: [], more: false });
    const beat = house.registrar.heartbeat(registration({ id: 'other' }), someone).catch((error: unknown) => error);
    await house.clock.advance(6000);
    expect(await beat).toMatchObject({ code: 'not-ready', retryable: true });
  });
});

describe('a log that is slow', () => {
  it('makes nobody wait for all of many: those whose turn does not come are told so', async () => {
    const many = Array.from({ length: 2000 }, (_, at) => registration({ id: `i${at}` }));
    house.store.beforeCommit = () => new Promise(() => undefined);
    const asked = house.registrar.registerMany(many, someone);
    await house.clock.advance(16_000);
    const codes = (await asked).map((result) => ('error' in result ? result.error.code : 'done'));
    expect(new Set(codes)).toEqual(new Set(['outcome-unknown', 'not-ready']));
    expect(codes.filter((code) => code === 'outcome-unknown').length).toBeLessThan(1100);
  });

  it('is not waited for for ever by a heartbeat of somebody unknown', async () => {
    house.store.range = () => new Promise(() => undefined);
    const beat = house.registrar.heartbeat(registration({ id: 'other' }), someone).catch((error: unknown) => error);
    await house.clock.advance(6000);
    expect(await beat).toMatchObject({ code: 'not-ready', retryable: true });
  });
});

describe('a log that does not answer', () => {
  it.each([
    ['register', (): Promise<unknown> => house.registrar.register(registration({ weight: 3 }), someone)],
    ['registerMany', (): Promise<unknown> => house.registrar.registerMany([registration({ weight: 3 })], someone)],
    ['deregister', (): Promise<unknown> => house.registrar.deregister(one, someone)],
    ['setMode', (): Promise<unknown> => house.registrar.setMode(one, { mode: 'out' }, someone)],
    ['patch', (): Promise<unknown> => house.registrar.patch(one, { weight: 3 }, someone)],
    ['heartbeat', (): Promise<unknown> => house.registrar.heartbeat(one, someone, { status: 'warning' })],
  ])('is waited for by %s, but not for ever, and nobody waits behind it', async (_what, call) => {
    house.store.beforeCommit = () => new Promise(() => undefined);
    const results = [call(), call()].map((result) => result.catch((error: unknown) => error));
    await house.clock.advance(6000);
    for (const result of results) {
      const [answered] = [await result].flat();
      expect(JSON.stringify((answered as { error?: unknown }).error ?? answered)).toContain('outcome-unknown');
    }
    house.store.beforeCommit = () => undefined;
  });
});
