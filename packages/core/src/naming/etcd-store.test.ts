import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { permissionsOf } from '../access/permissions.js';
import { instanceId, registration, serviceName, someone } from '../catalog/instance.fixture.js';
import { Namespace } from '../catalog/names.js';
import type { ServicePattern } from '../access/scope.js';
import type { Caller } from '../face.js';
import type { Commit, CommitResult, Operation, Store } from '../ports/store.js';
import type { House } from '../registrar/house.fixture.js';
import { keysUnder, singleKey } from '../store/key-range.js';
import { deleteRaw, document, everything, found, key, openNaming, putRaw, shown, valueOf } from './naming.fixture.js';
import { switchNaming } from './switch-naming.js';

let house: House;
let etcd: Store;
beforeEach(async () => {
  house = await openNaming();
  await switchNaming(house.store.asStore, '');
  await house.clock.advance(0);
  etcd = house.etcd(someone);
});
afterEach(() => house.close());

const put = (path: string, value: Uint8Array, lease?: bigint): Operation => ({
  type: 'put',
  key: key(path),
  value,
  ...(lease === undefined ? {} : { lease }),
});
const del = (path: string): Operation => ({ type: 'delete', range: singleKey(key(path)) });
const delUnder = (path: string): Operation => ({ type: 'delete', range: keysUnder(key(path)) });
const ref = { namespace: Namespace.default, service: serviceName('pay'), id: instanceId('a') };

async function registered(...ids: readonly string[]): Promise<void> {
  await house.registrar.registerMany(
    ids.map((id) => registration({ service: 'pay', id })),
    someone,
  );
}

describe('plain keys', () => {
  it('are written as they are, and answered as the log answers', async () => {
    const commits: readonly Commit[] = [
      { then: [put('x', key('1')), put('pay/plain', key('2'))] },
      { when: [{ range: singleKey(key('x')), target: 'version', is: '=', operand: 1 }], then: [del('x')], else: [put('y', key('3'))] },
      { then: [{ type: 'get', range: keysUnder(key('p')) }, delUnder('p')] },
    ];
    const { asStore: plain } = (await openNaming()).store;
    for (const commit of commits) {
      const { revision, ...own } = await etcd.commit(commit);
      const { revision: other, ...expected } = await plain.commit(commit);
      expect(JSON.stringify(stripped(own))).toBe(JSON.stringify(stripped(expected)));
      expect(revision - other).toBe(house.store.revision - revision + 1);
    }
  });
});

/** Without revisions, in which the two logs differ. */
function stripped(result: Omit<CommitResult, 'revision'>): unknown {
  return JSON.parse(
    JSON.stringify(result, (name, value: unknown) =>
      name.toLowerCase().includes('revision') ? 0 : typeof value === 'bigint' ? String(value) : value,
    ),
  );
}

describe('a document', () => {
  it('comes back byte for byte under its key, and is an instance', async () => {
    const value = key('  {"addr" :"1.2.3.4:80","Metadata":{"b":1,"a":[2]},"Strange":null}');
    await etcd.commit({ then: [put('pay/a', value, 7n)] });
    await house.clock.advance(0);
    const { entries } = await etcd.range({ range: singleKey(key('pay/a')) });
    expect(entries).toEqual([expect.objectContaining({ value, lease: 7n, version: 1 })]);
    expect(found(house, 'pay')).toHaveLength(1);
    expect(await shown(house.store)).toEqual({});
  });

  it('put again brings along what was said about the instance, to its new lease', async () => {
    await etcd.commit({ then: [put('pay/a', document('1.2.3.4:80'), 7n)] });
    await house.clock.advance(0);
    await house.registrar.setMode(ref, { mode: 'out' }, someone);
    await etcd.commit({ then: [put('pay/a', document('1.2.3.4:81'), 8n)] });
    await house.clock.advance(0);
    expect(house.look(ref)).toMatchObject({ port: 81, mode: 'out' });
    expect((await everything(house.store)).filter(({ lease }) => lease === 8n)).toHaveLength(2);
  });

  it('taken out by its owner leaves what outlives a departure, and nothing else', async () => {
    await etcd.commit({ then: [put('pay/a', document('1.2.3.4:80'), 7n)] });
    await house.clock.advance(0);
    await house.registrar.setMode(ref, { mode: 'out' }, someone);
    await etcd.commit({ then: [del('pay/a')] });
    await house.clock.advance(0);
    expect(house.look(ref)).toBeUndefined();
    await etcd.commit({ then: [put('pay/a', document('1.2.3.4:80'), 8n)] });
    await house.clock.advance(0);
    expect(house.look(ref)).toMatchObject({ mode: 'out' });
  });

  it('written over by something else is no instance any more', async () => {
    await etcd.commit({ then: [put('pay/a', document('1.2.3.4:80'))] });
    await etcd.commit({ then: [put('pay/a', key('now something else'))] });
    await house.clock.advance(0);
    expect(found(house, 'pay')).toEqual([]);
  });

  it('is refused for who is registered with the registry, in rotation or not', async () => {
    await registered('a');
    await expect(etcd.commit({ then: [put('pay/a', document('1.1.1.1:1'))] })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(etcd.commit({ then: [put('x/pay/a', document('1.1.1.1:1'))] })).rejects.toMatchObject({ code: 'forbidden' });
    await house.registrar.setMode(ref, { mode: 'out' }, someone);
    await expect(etcd.commit({ then: [put('pay/a', document('1.1.1.1:1'))] })).rejects.toMatchObject({ code: 'forbidden' });
    const nested: Commit = { then: [{ type: 'commit', when: [], then: [], else: [put('pay/a', key('plain'))] }] };
    await expect(etcd.commit(nested)).rejects.toMatchObject({ code: 'forbidden' });
    await deleteRaw(house.store, 'pay/a');
    expect(house.look(ref)).toMatchObject({ mode: 'out' });
  });

  it('is refused for who registers at the same moment, and the other way round the later one takes over', async () => {
    const registering = house.registrar.register(registration({ service: 'pay', id: 'a' }), someone);
    const putting = etcd.commit({ then: [put('pay/a', document('1.1.1.1:1'))] });
    const [first, second] = await Promise.allSettled([registering, putting]);
    await house.clock.advance(2000);
    expect(first.status).toBe('fulfilled');
    const addresses = Object.values(await shown(house.store)).map((one) => (one as { Addr: string }).Addr);
    expect(second.status === 'rejected' || addresses.length === 1).toBe(true);
    expect(found(house, 'pay')).toHaveLength(1);
    expect(await valueOf(house.store, 'pay/a')).toMatchObject({ Addr: '10.0.0.5:8080' });
  });
});

describe('deleting a key that an instance is shown as', () => {
  it.each([
    ['by itself', { then: [del('pay/a')] }],
    ['with all of its service', { then: [delUnder('pay/')] }],
    ['with everything', { then: [{ type: 'delete' as const, range: { from: Uint8Array.of(0x72), to: null } }, delUnder('p')] }],
    [
      'in a nested commit',
      {
        then: [
          {
            type: 'commit' as const,
            when: [{ range: singleKey(key('pay/a')), target: 'version' as const, is: '>' as const, operand: 0 }],
            then: [del('pay/a')],
          },
        ],
      },
    ],
    [
      'in an else',
      {
        when: [{ range: singleKey(key('pay/a')), target: 'version' as const, is: '=' as const, operand: 0 }],
        then: [],
        else: [del('pay/a')],
      },
    ],
  ])('deregisters it in the same revision, %s', async (_, commit: Commit) => {
    await registered('a');
    const before = house.store.revision;
    const result = await etcd.commit(commit);
    expect(result.results).toHaveLength(result.succeeded ? commit.then.length : (commit.else ?? []).length);
    expect(house.store.revision).toBe(before + 1);
    await house.clock.advance(0);
    expect(found(house, 'pay')).toEqual([]);
    expect((await everything(house.store)).filter(({ key: one }) => one[1] !== 0x72 || one[0] !== 0x2f)).toEqual([]);
  });

  it('does nothing where its branch is not taken', async () => {
    await registered('a');
    await etcd.commit({ when: [{ range: singleKey(key('pay/a')), target: 'version', is: '=', operand: 0 }], then: [del('pay/a')] });
    await house.clock.advance(0);
    expect(found(house, 'pay')).toHaveLength(1);
  });

  it('of hundreds is one commit, and spares those that are not shown', async () => {
    await registered(...Array.from({ length: 400 }, (_, at) => `i${at}`));
    for (const id of ['i17', 'i200', 'i399']) {
      await house.registrar.setMode({ ...ref, id: instanceId(id) }, { mode: 'out' }, someone);
    }
    await house.registrar.patch({ ...ref, id: instanceId('i5') }, { weight: 7 }, someone);
    const before = house.store.revision;
    const { results } = await etcd.commit({ then: [delUnder('pay/')] });
    expect(results[0]?.type === 'delete' && results[0].previous.length).toBe(397);
    expect(house.store.revision).toBe(before + 1);
    await house.clock.advance(0);
    expect(found(house, 'pay').map(({ id }) => id)).toEqual(['i17', 'i200', 'i399']);
  });

  it('at the same moment as somebody registers there, never leaves one without the other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('register', 'delete', 'out'), { minLength: 2, maxLength: 6 }), async (acts) => {
        await registered('a');
        await Promise.allSettled(
          acts.map((act, at) => {
            if (act === 'delete') return etcd.commit({ then: [delUnder('pay/')] });
            if (act === 'out') return house.registrar.setMode(ref, { mode: 'out' }, someone);
            return house.registrar.register(registration({ service: 'pay', id: at % 2 === 0 ? 'a' : 'b' }), someone);
          }),
        );
        await house.clock.advance(2000);
        const inRotation = found(house, 'pay')
          .filter(({ mode }) => mode === 'in')
          .map(({ id }) => `pay/${id}`);
        expect(Object.keys(await shown(house.store))).toEqual(inRotation);
        await house.registrar.setMode(ref, { mode: 'in' }, someone).catch(() => undefined);
      }),
      { numRuns: 40 },
    );
  });
});

describe('rights', () => {
  const only = (service: string): Caller => ({
    ...someone,
    identity: 'somebody',
    may: permissionsOf({ namespaces: 'all', read: [], write: [service as ServicePattern], operate: [] }),
  });

  it.each([
    ['putting a document', { then: [put('pay/b', document('1.1.1.1:1'))] }],
    ['deleting one', { then: [del('pay/c')] }],
    ['writing over one', { then: [put('pay/c', key('plain'))] }],
    ['deleting what is shown', { then: [del('pay/a')] }],
    ['deleting all', { then: [delUnder('pay')] }],
  ])('of the service are needed for %s', async (_, commit: Commit) => {
    await registered('a');
    await putRaw(house.store, 'pay/c', document('1.1.1.1:3'));
    await house.clock.advance(0);
    const before = house.store.revision;
    await expect(house.etcd(only('other')).commit(commit)).rejects.toMatchObject({ code: 'forbidden' });
    expect(house.store.revision).toBe(before);
    await house.etcd(only('pay')).commit(commit);
    expect(house.store.revision).toBe(before + 1);
  });
});
