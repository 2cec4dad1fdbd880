import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instanceId, registration, serviceName, someone } from '../catalog/instance.fixture.js';
import { recordKey, refText } from '../records/keys.js';
import { decodeUtf8 } from '../records/utf8.js';
import { Namespace } from '../catalog/names.js';
import type { House } from '../registrar/house.fixture.js';
import { PlainLog } from '../registrar/plain-log.fixture.js';
import { singleKey } from '../store/key-range.js';
import { deleteRaw, document, endLease, everything, found, key, openNaming, picture, putRaw } from './naming.fixture.js';

let house: House;
beforeEach(async () => {
  house = await openNaming();
});
afterEach(() => house.close());

const ref = { namespace: Namespace.default, service: serviceName('my-service'), id: instanceId('1.2.3.4') };
const PATH = 'my-service/1.2.3.4';
const LEASE = 0x7fff_ffff_ffff_fff1n;

describe('a key of somebody else’s', () => {
  it('is an instance without checks, as long as it is there', async () => {
    await putRaw(house.store, PATH, document('1.2.3.4', 'blue'), LEASE);
    await house.clock.advance(0);
    const [one] = found(house, 'my-service');
    expect(one).toMatchObject({ ...ref, host: '1.2.3.4', port: null, health: 'passing', mode: 'in', checks: [] });
    expect(one).toMatchObject({ metadata: { metadata: 'blue' }, origin: { face: 'etcd' }, revision: house.store.revision });
    await endLease(house.store, LEASE);
    await house.clock.advance(0);
    expect(found(house, 'my-service')).toEqual([]);
  });

  it.each([
    ['my-service/1.2.3.4', 'my-service', '1.2.3.4'],
    ['/services/my-service/a:80', 'my-service', 'a:80'],
    ['x/y/unix:/tmp/a.sock', 'y', 'unix:/tmp/a.sock'],
  ])('%s is of %s, as %s', async (path, service, id) => {
    await putRaw(house.store, path, document('1.2.3.4:80'));
    await house.clock.advance(0);
    expect(found(house, service).map((one) => one.id)).toEqual([id]);
  });

  it.each(['my-service', 'my-service/', '/a', 'not a name/a', 'a/..', '/rollcallx', `svc/\u0007`])('%j is nobody', async (path) => {
    const { revision } = house.view;
    await putRaw(house.store, path, document('1.2.3.4:80'));
    await house.clock.advance(0);
    expect(picture(house)).toEqual({});
    expect(house.view.revision).toBe(revision);
  });

  it('what was said about it ends with it, in the same revision', async () => {
    await putRaw(house.store, PATH, document('1.2.3.4'), LEASE);
    await house.clock.advance(0);
    await house.registrar.setMode(ref, { mode: 'out', reason: 'tired' }, someone);
    expect(house.look(ref)).toMatchObject({ mode: 'out' });
    expect((await everything(house.store)).map((entry) => entry.lease)).toEqual([LEASE, LEASE]);
    await endLease(house.store, LEASE);
    expect(await everything(house.store)).toEqual([]);
  });

  it('no heartbeat keeps it, and whoever sends one is told so', async () => {
    await putRaw(house.store, PATH, document('1.2.3.4'), LEASE);
    await house.clock.advance(0);
    const refused = { code: 'invalid-request', message: expect.stringContaining('Keep the key’s lease alive') as string };
    await expect(house.registrar.heartbeat(ref, someone)).rejects.toMatchObject(refused);
    expect(await house.registrar.heartbeats([ref], someone)).toMatchObject([refused]);
    await house.registrar.register(registration({ ...ref }), someone);
    await house.registrar.heartbeat(ref, someone);
  });

  it('what was found about it goes after it where somebody deletes it past all nodes', async () => {
    await putRaw(house.store, PATH, document('1.2.3.4'));
    await house.store.commit({ then: [{ type: 'put', key: recordKey('health', ref), value: key('{"format":1,"verdicts":{}}') }] });
    await house.clock.advance(3000);
    expect((await everything(house.store)).map((entry) => decodeUtf8(entry.key))).toEqual([
      '/rollcall/health/default/my-service/1.2.3.4',
      PATH,
    ]);
    await deleteRaw(house.store, PATH);
    await house.clock.advance(3000);
    expect(await everything(house.store)).toEqual([]);
  });

  it('whoever deregisters it takes the key out', async () => {
    await putRaw(house.store, PATH, document('1.2.3.4'), LEASE);
    await house.clock.advance(0);
    const { revision } = await house.registrar.deregister(ref, someone);
    expect(house.view.revision).toBe(revision);
    expect(found(house, 'my-service')).toEqual([]);
    expect(await everything(house.store)).toEqual([]);
  });

  it('whoever registers it takes it over in one commit, and what was said about it stays', async () => {
    await putRaw(house.store, PATH, document('1.2.3.4', { a: 1 }), LEASE);
    await house.clock.advance(0);
    await house.registrar.setMode(ref, { mode: 'out' }, someone);
    const { created, instance, revision } = await house.registrar.register(
      { ...registration({ service: 'My-Service', id: '1.2.3.4', host: '1.2.3.4' }) },
      someone,
    );
    expect({ created, revision }).toEqual({ created: false, revision: house.store.revision });
    expect(instance).toMatchObject({
      service: 'My-Service',
      port: 8080,
      mode: 'out',
      origin: { face: 'test', kept: { etcd: expect.any(String) as string } },
    });
    await endLease(house.store, LEASE);
    await house.clock.advance(0);
    expect(house.look(ref)).toMatchObject({ mode: 'out', port: 8080 });
    expect((await everything(house.store)).map((entry) => entry.lease)).toEqual([0n, 0n]);
  });

  it('of several that claim to be one the oldest counts, and the next one after it; what is registered counts before all', async () => {
    await putRaw(house.store, 'b/my-service/1.2.3.4', document('1.1.1.1'));
    await putRaw(house.store, 'a/my-service/1.2.3.4', document('2.2.2.2'));
    await house.clock.advance(0);
    expect(house.look(ref)).toMatchObject({ host: '1.1.1.1' });
    expect(house.catalog.claims.counts).toEqual({ instances: 1, waiting: 1, unfit: 0 });
    await deleteRaw(house.store, 'b/my-service/1.2.3.4');
    await house.clock.advance(0);
    expect(house.look(ref)).toMatchObject({ host: '2.2.2.2' });
    await house.store.commit({
      then: [{ type: 'put', key: recordKey('instances', ref), value: await recordBytes() }],
    });
    await house.clock.advance(0);
    expect(house.look(ref)).toMatchObject({ host: '10.0.0.5', origin: { face: 'test' } });
    await house.store.commit({ then: [{ type: 'delete', range: singleKey(recordKey('instances', ref)) }] });
    await house.clock.advance(0);
    expect(house.look(ref)).toMatchObject({ host: '2.2.2.2' });
  });

  it('one that is out of bounds is a plain key, and counted', async () => {
    await putRaw(house.store, PATH, document('1.2.3.4', { '': 1 }));
    await house.clock.advance(0);
    expect(picture(house)).toEqual({});
    expect(house.catalog.claims.counts).toEqual({ instances: 0, waiting: 0, unfit: 1 });
    await putRaw(house.store, PATH, document('1.2.3.4'));
    await house.clock.advance(0);
    expect(house.catalog.claims.counts).toEqual({ instances: 1, waiting: 0, unfit: 0 });
  });
});

async function recordBytes(): Promise<Uint8Array> {
  const other = await openNaming(new PlainLog());
  await other.registrar.register(registration({ service: 'my-service', id: '1.2.3.4' }), someone);
  const { entries } = await other.store.range({ range: singleKey(recordKey('instances', ref)) });
  await other.close();
  return entries[0]?.value as Uint8Array;
}

describe('the law of the view', () => {
  const path = fc.constantFrom('s/a', 's/b', 'x/s/a', 'y/s/a', 't/a', 'S/a');
  const value = fc.constantFrom(document('1.1.1.1:1'), document('2.2.2.2:2', { n: 1 }), key('plain'), document('nonsense here'));
  const id = fc.constantFrom('a', 'b');
  const step = fc.oneof(
    fc.record({ type: fc.constant('put' as const), path, value }),
    fc.record({ type: fc.constant('delete' as const), path }),
    fc.record({ type: fc.constant('register' as const), id }),
    fc.record({ type: fc.constant('deregister' as const), id }),
    fc.record({ type: fc.constant('out' as const), id }),
    fc.record({ type: fc.constant('both' as const), path, other: path, value }),
  );

  it('whoever follows shows what one shows who reads it anew', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const own = await openNaming(new PlainLog());
        for (const one of steps) {
          await take(own, one);
          await own.clock.advance(0);
          expect(Object.keys(picture(own)).length).toBeLessThanOrEqual(4);
        }
        const anew = await openNaming(own.store);
        await anew.clock.advance(0);
        expect(picture(anew)).toEqual(picture(own));
        expect(anew.catalog.claims.counts).toEqual(own.catalog.claims.counts);
        for (const [name, instance] of Object.entries(picture(own))) expect(refText(instance)).toBe(name);
        await own.close();
        await anew.close();
      }),
      { numRuns: 150 },
    );
  });

  type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

  async function take(own: House, one: Step): Promise<void> {
    const target = 'id' in one ? { namespace: Namespace.default, service: serviceName('s'), id: instanceId(one.id) } : ref;
    if (one.type === 'put') await putRaw(own.store, one.path, one.value);
    else if (one.type === 'delete') await deleteRaw(own.store, one.path);
    else if (one.type === 'register') await own.registrar.register(registration({ service: 's', id: one.id }), someone);
    else if (one.type === 'deregister') await own.registrar.deregister(target, someone).catch(() => undefined);
    else if (one.type === 'out') await own.registrar.setMode(target, { mode: 'out' }, someone).catch(() => undefined);
    else if (one.path !== one.other)
      await own.store.commit({
        then: [
          { type: 'delete', range: singleKey(key(one.path)) },
          { type: 'put', key: key(one.other), value: one.value },
        ],
      });
  }
});
