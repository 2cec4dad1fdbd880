import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anyRegistration, registration, someone } from '../catalog/instance.fixture.js';
import { recordKey } from '../records/keys.js';
import { decodeUtf8, encodeUtf8 } from '../records/utf8.js';
import type { Operation } from '../ports/store.js';
import { singleKey } from '../store/key-range.js';
import { openHouse, type House } from './house.fixture.js';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const one = registration();

async function stored(kind: 'instances' | 'health'): Promise<unknown> {
  const { entries } = await house.store.range({ range: singleKey(recordKey(kind, one)) });
  return entries[0] && (JSON.parse(decodeUtf8(entries[0].value)) as unknown);
}

function putRaw(record: unknown): Promise<unknown> {
  return house.store.commit({ then: [{ type: 'put', key: recordKey('instances', one), value: encodeUtf8(JSON.stringify(record)) }] });
}

describe('register', () => {
  it('makes an instance that the view shows at once, passing and without a health record', async () => {
    const { instance, created, revision } = await house.registrar.register(one, someone);
    expect(created).toBe(true);
    expect(instance).toMatchObject({ ...one, health: 'passing', mode: 'in', revision });
    expect(house.look(one)).toEqual(instance);
    expect(await stored('health')).toBeUndefined();
  });

  it('the same again changes nothing, in any spelling of its maps', async () => {
    const first = registration({ metadata: { a: '1', b: '2' } });
    const before = await house.registrar.register(first, someone);
    const again = await house.registrar.register(registration({ metadata: { b: '2', a: '1' } }), someone);
    expect(again).toEqual({ ...before, created: false });
    expect(house.store.revision).toBe(before.revision);
  });

  it('keeps what other faces keep of it, and of its own only what it brings', async () => {
    const through = (face: string, kept?: Record<string, string>): Promise<unknown> =>
      house.registrar.register({ ...one, origin: kept === undefined ? { face } : { face, kept } }, someone);
    await through('eureka', { eureka: 'vip' });
    await through('consul', { consul: 'tagged' });
    expect(house.look(one)?.origin).toEqual({ face: 'consul', kept: { eureka: 'vip', consul: 'tagged' } });
    const { revision } = house.store;
    await through('consul', { consul: 'tagged' });
    expect(house.store.revision).toBe(revision);
    await through('consul');
    expect(house.look(one)?.origin).toEqual({ face: 'consul', kept: { eureka: 'vip' } });
    await through('eureka');
    expect(house.look(one)?.origin).toEqual({ face: 'eureka' });
  });

  it('answers what the view shows, whatever was there before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRegistration, { minLength: 1, maxLength: 5 }), async (registrations) => {
        for (const each of registrations) {
          const { instance, revision } = await house.registrar.register(each, someone);
          expect(house.look(each)).toEqual(instance);
          expect(house.view.revision).toBeGreaterThanOrEqual(revision);
        }
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['metadata', { metadata: { a: 'b' } }, false],
    ['weight', { weight: 5 }, false],
    ['the port', { port: 9090, id: one.id }, true],
    ['the host', { host: '10.0.0.6', id: one.id }, true],
    ['the ttl', { ttl: '10s' }, true],
  ])('with another %s moves the incarnation: %#', async (_what, fields, moves) => {
    const before = await house.registrar.register(one, someone);
    const after = await house.registrar.register(registration(fields), someone);
    expect(after.instance.incarnation > before.instance.incarnation).toBe(moves);
    expect(after.revision).toBeGreaterThan(before.revision);
    expect(after.instance.registeredAtMs).toBe(before.instance.registeredAtMs);
  });

  it('again after a lapse is a new life: passing, without verdicts', async () => {
    const before = await house.registrar.register(one, someone);
    await house.clock.advance(31_000);
    expect(house.look(one)?.health).toBe('critical');
    const { instance, created } = await house.registrar.register(one, someone);
    expect({ created, health: instance.health, verdicts: instance.verdicts }).toEqual({ created: false, health: 'passing', verdicts: {} });
    expect(instance.incarnation).toBeGreaterThan(before.instance.incarnation);
    expect(await stored('health')).toBeUndefined();
  });

  it('again after a departure is a new life too', async () => {
    const before = await house.registrar.register(one, someone);
    await house.registrar.deregister(one, someone);
    const { instance, created } = await house.registrar.register(one, someone);
    expect(created).toBe(true);
    expect(instance.incarnation).toBeGreaterThan(before.instance.incarnation);
  });

  it('keeps the fields that a newer program wrote', async () => {
    await house.registrar.register(one, someone);
    await putRaw({ ...((await stored('instances')) as object), future: { kept: true } });
    await house.registrar.register(registration({ weight: 7 }), someone);
    expect(await stored('instances')).toMatchObject({ weight: 7, future: { kept: true } });
  });

  it('replaces a record that nobody can read', async () => {
    await putRaw({ format: 99 });
    expect(house.look(one)).toBeUndefined();
    expect(house.catalog.undecodable).toEqual(['instances/default/payments/payments-10.0.0.5-8080']);
    expect((await house.registrar.register(one, someone)).created).toBe(true);
    expect(house.look(one)).toBeDefined();
    expect(house.catalog.undecodable).toEqual([]);
  });

  it('of many at once leaves one instance, and nobody is refused who says the same', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => house.registrar.register(one, someone)));
    expect(answers.filter(({ created }) => created).length).toBe(1);
    expect(new Set(answers.map(({ revision }) => revision)).size).toBe(1);
  });

  it('of many at once, each saying something else, takes one after the other', async () => {
    const weights = Array.from({ length: 20 }, (_, weight) => weight);
    const answers = await Promise.all(weights.map((weight) => house.registrar.register(registration({ weight }), someone)));
    expect(answers.map(({ instance }) => instance.weight)).toEqual(weights);
    expect(house.look(one)?.weight).toBe(19);
  });

  it('refuses a record that is too large', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`key-${at}`, 'x'.repeat(4096)]));
    await expect(house.registrar.register(registration({ metadata }), someone)).rejects.toMatchObject({ code: 'invalid-request' });
  });
});

describe('a commit that was overtaken', () => {
  const overtaking = (weight: number): void => {
    const put: Operation = { type: 'put', key: recordKey('instances', one), value: encodeUtf8(JSON.stringify({ format: 1, weight })) };
    house.store.beforeCommit = async (commit) => {
      if (commit.when === undefined) return;
      const again = house.store.beforeCommit;
      house.store.beforeCommit = () => undefined;
      await house.store.commit({ then: [put] });
      house.store.beforeCommit = again;
    };
  };

  it('once decides anew', async () => {
    overtaking(1);
    const overtake = house.store.beforeCommit;
    let times = 0;
    house.store.beforeCommit = async (commit) => {
      if (commit.when !== undefined && times++ === 0) await overtake(commit);
    };
    await house.registrar.register(one, someone);
    expect(house.look(one)).toMatchObject({ weight: 1, host: '10.0.0.5' });
  });

  it('again and again is a conflict, with nothing written', async () => {
    overtaking(2);
    await expect(house.registrar.register(one, someone)).rejects.toMatchObject({ code: 'conflict', retryable: true });
  });
});

describe('deregister', () => {
  it('takes registration and verdicts in one revision', async () => {
    await house.registrar.register(one, someone);
    await house.clock.advance(31_000);
    const before = house.store.revision;
    const { revision } = await house.registrar.deregister(one, someone);
    expect(revision).toBe(before + 1);
    expect([house.look(one), await stored('instances'), await stored('health')]).toEqual([undefined, undefined, undefined]);
  });

  it('of nobody is refused', async () => {
    await expect(house.registrar.deregister(one, someone)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('heartbeat', () => {
  it('of nobody is refused', async () => {
    await expect(house.registrar.heartbeat(one, someone)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('of a static instance is heard, and means nothing', async () => {
    const still = registration({ ttl: 'none' });
    await house.registrar.register(still, someone);
    await house.registrar.heartbeat(still, someone);
    expect(house.look(still)?.health).toBe('passing');
  });
});
