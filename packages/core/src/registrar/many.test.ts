import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RollcallError } from '../errors.js';
import { instanceId, registration, serviceName, someone, defaultNamespace } from '../catalog/instance.fixture.js';
import type { ItemResult, Registered } from '../face.js';
import { openHouse, type House } from './house.fixture.js';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const named = (id: string, fields: object = {}): ReturnType<typeof registration> => registration({ id, ...fields });
const many = (count: number): ReturnType<typeof registration>[] => Array.from({ length: count }, (_, at) => named(`i${at}`));
const codeOf = (result: ItemResult<Registered>): string => ('error' in result ? result.error.code : 'done');
const selector = (
  id: string,
  more: object = {},
): { namespace: typeof defaultNamespace; service: null; id: ReturnType<typeof instanceId> } => ({
  namespace: defaultNamespace,
  service: null,
  id: instanceId(id),
  ...more,
});

describe('registerMany', () => {
  it('answers each as register does, in order, in few commits', async () => {
    const before = house.store.revision;
    const results = await house.registrar.registerMany(many(100), someone);
    expect(results.map((result) => ('answer' in result ? result.answer.instance : null))).toEqual(many(100).map((one) => house.look(one)));
    expect(house.store.revision - before).toBe(1);
  });

  it('the same again makes no revision', async () => {
    const first = await house.registrar.registerMany(many(50), someone);
    const { revision } = house.store;
    const again = await house.registrar.registerMany(many(50), someone);
    expect(house.store.revision).toBe(revision);
    expect(again).toEqual(first.map((result) => ('answer' in result ? { answer: { ...result.answer, created: false } } : result)));
  });

  it('lets nobody pay for another one', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`key-${at}`, 'x'.repeat(4096)]));
    const results = await house.registrar.registerMany([named('a'), named('b', { metadata }), named('c')], someone);
    expect(results.map(codeOf)).toEqual(['done', 'invalid-request', 'done']);
  });

  it('takes the same one twice in its order', async () => {
    const results = await house.registrar.registerMany([named('a', { weight: 1 }), named('b'), named('a', { weight: 2 })], someone);
    expect(results.map(codeOf)).toEqual(['done', 'done', 'done']);
    expect(house.look(named('a'))?.weight).toBe(2);
  });

  it('of more than a commit can carry takes more of them', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`key-${at}`, 'x'.repeat(4000)]));
    const results = await house.registrar.registerMany(
      many(42).map((one) => ({ ...one, metadata })),
      someone,
    );
    expect(new Set(results.map(codeOf))).toEqual(new Set(['done']));
  });

  it('that was overtaken by one is done one by one', async () => {
    let times = 0;
    house.store.beforeCommit = async (commit) => {
      if (commit.when === undefined || times++ > 0) return;
      await house.registrar.register(named('i1', { weight: 9 }), someone);
    };
    const results = await house.registrar.registerMany(many(3), someone);
    expect(results.map(codeOf)).toEqual(['done', 'done', 'done']);
    expect(house.look(named('i1'))?.weight).toBe(1);
  });

  it('says of each what the log said', async () => {
    house.store.beforeCommit = () => {
      throw new RollcallError('store-full', 'The disk is full.');
    };
    expect((await house.registrar.registerMany(many(2), someone)).map(codeOf)).toEqual(['store-full', 'store-full']);
  });

  it('of none is none', async () => {
    expect(await house.registrar.registerMany([], someone)).toEqual([]);
  });
});

describe('heartbeats', () => {
  it('are heard by bare id or with the service, and each has its own result', async () => {
    for (const one of [named('a'), named('b'), named('b', { service: 'orders' })]) await house.registrar.register(one, someone);
    await house.clock.advance(29_000);
    const results = await house.registrar.heartbeats(
      [selector('a'), selector('b'), selector('b', { service: serviceName('ORDERS') }), selector('nobody')],
      someone,
    );
    expect(results.map((error) => error?.code ?? null)).toEqual([null, 'ambiguous-id', null, 'not-found']);
    await house.clock.advance(2000);
    expect(house.look(named('a'))?.health).toBe('passing');
    expect(house.look(named('b'))?.health).toBe('critical');
    expect(house.look(named('b', { service: 'orders' }))?.health).toBe('passing');
  });

  it('bring back those who lapsed, before they are answered', async () => {
    await house.registrar.registerMany(many(100), someone);
    await house.clock.advance(31_000);
    const results = await house.registrar.heartbeats(
      many(100).map(({ id }) => selector(id)),
      someone,
    );
    expect(results.every((error) => error === null)).toBe(true);
    expect(many(100).every((one) => house.look(one)?.health === 'passing')).toBe(true);
  });

  it('may each say how they are', async () => {
    await house.registrar.registerMany(many(2), someone);
    const results = await house.registrar.heartbeats([selector('i0', { status: 'warning', output: 'slow' }), selector('i1')], someone);
    expect(results).toEqual([null, null]);
    expect(house.look(named('i0'))).toMatchObject({ health: 'warning', verdicts: { heartbeat: { output: 'slow' } } });
    expect(house.look(named('i1'))?.health).toBe('passing');
  });
});
