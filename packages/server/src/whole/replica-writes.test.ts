/** A replica in front of full nodes, over real sockets and one log. */
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { SeededRandom } from '@rollcall/conformance';
import {
  CheckedRegistrar,
  everything,
  Host,
  InstanceId,
  MachineName,
  Namespace,
  permissionsOf,
  readRegistration,
  RollcallError,
  ServiceName,
  ServicePattern,
  type Caller,
  type InstanceRef,
  type MachineRegistration,
  type Registrar,
  type Registration,
  type Store,
} from '@rollcall/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '../stores/memory/store.js';
import { openTestHouse, type TestHouse } from '../cluster/house.fixture.js';
import { eventually, newSecret, nobodyTrusted, nodeName, openWay, TestCluster, type TestNode } from '../cluster/node.fixture.js';
import type { Peers } from '../cluster/peers.js';
import { RemoteRegistrar } from '../cluster/remote-registrar.js';

const ns = Namespace.default;
const someone: Caller = { identity: 'payments', may: everything, from: '10.0.0.9', face: 'native' };
const ref = { namespace: ns, service: ServiceName.parse('Payments'), id: InstanceId.parse('a b/ü') } as InstanceRef;
const machine = {
  namespace: ns,
  name: MachineName.parse('m1'),
  addresses: { lan: Host.parse('10.0.0.1') },
  metadata: { ['__proto__']: 'odd' },
  checks: [],
  origin: { face: 'native' },
} as unknown as MachineRegistration;

function registration(fields: object = {}): Registration {
  return readRegistration({ service: 'Payments', id: 'a b/ü', host: '10.0.0.5', port: 8080, ...fields }, { face: 'native' });
}

let cluster: TestCluster;
let store: Store;
let full: TestHouse;
let replica: TestHouse;
beforeEach(async () => {
  cluster = new TestCluster();
  store = await openMemoryStore({ clock: cluster.clock, random: new SeededRandom(1) });
  cluster.onClose(() => store.close());
  [full, replica] = [await openTestHouse(store, cluster.clock), await openTestHouse(store, cluster.clock)];
  cluster.onClose(() => full.close());
  cluster.onClose(() => replica.close());
});
afterEach(() => cluster.close());

/** A replica that reaches these. */
async function replicaOf(...nodes: readonly TestNode[]): Promise<{ readonly registrar: Registrar; readonly peers: Peers }> {
  const self = await cluster.node('replica', { paths: nodes[0]?.paths ?? nobodyTrusted });
  const peers = cluster.peersOf(
    self,
    nodes.map(({ live }) => live),
  );
  await eventually(() => expect(peers.reached()).toHaveLength(nodes.length));
  const { view, visibility } = replica;
  return { registrar: new CheckedRegistrar(new RemoteRegistrar({ peers, view, visibility, random: new SeededRandom(1) })), peers };
}

/** A full node whose registrar does only what it is told. */
function acting(calls: Partial<Registrar>): Promise<TestNode> {
  return cluster.node(`full-${Math.random()}`.replace('0.', ''), { registrar: calls as Registrar });
}

function saying(code: 'store-unavailable' | 'conflict' | 'not-found'): Partial<Registrar> {
  const refuse = (): Promise<never> => Promise.reject(new RollcallError(code, `It is ${code}.`, { id: 'x' }));
  return { register: refuse, heartbeat: refuse };
}

describe('a replica', () => {
  it('does whatever a full node does, and shows it', async () => {
    const { registrar } = await replicaOf(await cluster.node('full', { registrar: full.registrar }));
    const registered = await registrar.register(registration(), someone);
    expect(registered).toMatchObject({ created: true, instance: { service: 'Payments', id: 'a b/ü', metadata: {} } });
    expect(replica.view.instance(ref, someone)).toEqual(registered.instance);

    await registrar.heartbeat(ref, someone);
    await registrar.heartbeat(ref, someone, { status: 'warning', output: 'hot' });
    await eventually(() => expect(replica.view.instance(ref, someone)?.health).toBe('warning'));
    expect((await registrar.setMode(ref, { mode: 'out', reason: 'repair' }, someone)).instance.mode).toBe('out');
    expect((await registrar.setMode(ref, { mode: 'in' }, someone)).instance.mode).toBe('in');
    expect((await registrar.overrideStatus(ref, { health: 'critical', reason: 'no' }, someone)).instance.health).toBe('critical');
    expect((await registrar.overrideStatus(ref, null, someone)).instance.health).toBe('warning');
    expect((await registrar.patch(ref, { metadata: { a: '1', b: null }, weight: 3 }, someone)).instance).toMatchObject({
      weight: 3,
      metadata: { a: '1' },
    });
    await registrar.setPanicRule(ref, { eligibleMin: 3, belowShare: 0.25 }, someone);
    expect(replica.view.panicRule(ns, ref.service, someone)).toMatchObject({ eligibleMin: 3, belowShare: 0.25, own: true });
    await registrar.setPanicRule(ref, null, someone);

    const many = await registrar.registerMany([registration({ id: 'b' }), registration({ id: 'c' })], someone);
    expect(many).toMatchObject([{ answer: { created: true } }, { answer: { created: true } }]);
    const selectors = ['b', 'c', 'nobody'].map((id) => ({ namespace: ns, service: null, id: InstanceId.parse(id) as InstanceId }));
    expect((await registrar.heartbeats(selectors, someone)).map((one) => one?.code ?? null)).toEqual([null, null, 'not-found']);

    expect((await registrar.putMachine(machine, someone)).machine.metadata).toEqual(machine.metadata);
    await expect(registrar.heartbeatMachine(machine, someone)).resolves.toBeUndefined();
    expect((await registrar.setMachineMode(machine, { mode: 'out' }, someone)).machine.mode).toBe('out');
    await registrar.removeMachine(machine, { instances: 'keep' }, someone);
    expect(replica.view.machine(machine, someone)).toBeUndefined();
    await registrar.deregister(ref, someone);
    expect(replica.view.instance(ref, someone)).toBeUndefined();
  });

  it('hands errors on as they are', async () => {
    const { registrar } = await replicaOf(await cluster.node('full', { registrar: full.registrar }));
    await expect(registrar.deregister(ref, someone)).rejects.toMatchObject({ code: 'not-found', details: { id: ref.id } });
    await expect(registrar.heartbeat(ref, someone)).rejects.toMatchObject({ code: 'not-found' });
    const { registrar: other } = await replicaOf(await acting(saying('conflict')));
    await expect(other.register(registration(), someone)).rejects.toMatchObject({ code: 'conflict', message: 'It is conflict.' });
  });

  it('says who asks, from where, and which replica it was', async () => {
    const callers: Caller[] = [];
    const heartbeat: Registrar['heartbeat'] = (_, caller) => Promise.resolve(void callers.push(caller));
    const { registrar } = await replicaOf(await acting({ heartbeat }));
    await registrar.heartbeat(ref, someone);
    expect(callers).toEqual([{ identity: 'payments', from: '10.0.0.9', face: 'native', may: everything, via: 'replica' }]);
  });

  it('sends heartbeats that come together together, each with its own answer', async () => {
    const node = await cluster.node('full', { registrar: full.registrar });
    const { registrar, peers } = await replicaOf(node);
    await registrar.register(registration(), someone);
    let asked = 0;
    const [peer] = peers.reached();
    const ask = peer?.ask.bind(peer);
    Object.assign(peer ?? {}, { ask: (...args: Parameters<NonNullable<typeof ask>>) => (asked++, ask?.(...args)) });
    const beats = Array.from({ length: 2500 }, (_, at) => registrar.heartbeat(at === 7 ? { ...ref, id: 'x' as InstanceId } : ref, someone));
    const outcomes = await Promise.allSettled(beats);
    expect(outcomes.flatMap(({ status }, at) => (status === 'rejected' ? [at] : []))).toEqual([7]);
    expect(asked).toBe(3);
  });
});

describe('rights', () => {
  const limited = (write: string): Caller => {
    const services = [ServicePattern.parse(write) as ServicePattern];
    return { ...someone, may: permissionsOf({ namespaces: [ns], read: [], write: services, operate: [] }) };
  };
  const bare = (id: string): { namespace: Namespace; service: null; id: InstanceId } => ({
    namespace: ns,
    service: null,
    id: id as InstanceId,
  });

  it('are judged before anything is sent, of bare ids too', async () => {
    const { registrar } = await replicaOf(await cluster.node('full', { registrar: full.registrar }));
    await registrar.registerMany([registration({ id: 'p' }), registration({ id: 's', service: 'stock' })], someone);
    const { revision } = await store.status();
    const pays = limited('payments');
    await expect(registrar.register(registration({ service: 'stock' }), pays)).rejects.toMatchObject({ code: 'forbidden' });
    const results = await registrar.heartbeats(
      [bare('p'), bare('s'), bare('nobody'), { ...bare('s'), service: 'stock' as ServiceName }],
      pays,
    );
    expect(results.map((one) => one?.code ?? null)).toEqual([null, 'not-found', 'not-found', 'forbidden']);
    expect((await store.status()).revision).toBe(revision);
  });
});

describe('a full node that does not do it', () => {
  it('because of itself is left for another one', async () => {
    const fails = await acting(saying('store-unavailable'));
    const works = await cluster.node('full', { registrar: full.registrar });
    const { registrar } = await replicaOf(fails, works);
    for (let at = 0; at < 5; at++) expect((await registrar.register(registration({ id: `i${at}` }), someone)).created).toBe(true);
    const { registrar: alone } = await replicaOf(fails);
    await expect(alone.register(registration(), someone)).rejects.toMatchObject({
      code: 'store-unavailable',
      message: 'It is store-unavailable.',
    });
  });

  it('because it stops is left for another one', async () => {
    const leaving = await acting({ register: () => Promise.reject(new Error('it must not be asked')) });
    const works = await cluster.node('full', { registrar: full.registrar });
    const { registrar, peers } = await replicaOf(leaving, works);
    await leaving.door.close();
    expect((await registrar.register(registration(), someone)).created).toBe(true);
    await works.door.close();
    await eventually(async () => {
      await cluster.clock.advance(1000);
      expect(peers.reached()).toEqual([]);
    });
    await expect(registrar.register(registration(), someone)).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('and whose answer is lost is not asked again for what could happen twice', async () => {
    let registered = 0;
    const dies: Partial<Registrar> = {
      register: () => (registered++, new Promise(() => undefined)),
      heartbeat: () => (registered++, new Promise(() => undefined)),
    };
    const mute = await acting(dies);
    const { registrar } = await replicaOf(mute);
    const asked = registrar.register(registration(), someone);
    const outcome = expect(asked).rejects.toMatchObject({ code: 'outcome-unknown' });
    await eventually(() => expect(registered).toBe(1));
    await cluster.clock.advance(15_000);
    await outcome;
  });

  it('and whose answer is lost is left for another one where it does no harm', async () => {
    let heard = 0;
    const mute = await acting({ heartbeat: () => new Promise(() => undefined) });
    const works = await acting({ heartbeat: () => Promise.resolve(void heard++) });
    const { registrar } = await replicaOf(mute, works);
    const beats = Array.from({ length: 10 }, () => registrar.heartbeat(ref, someone));
    await eventually(async () => {
      await cluster.clock.advance(1000);
      expect(heard).toBe(10);
    });
    await Promise.all(beats);
  });

  it.each(['in the clear', 'with a secret'])(
    'because it was suspended in the middle is not waited for until the time is up, %s',
    async (how) => {
      const paths = how === 'with a secret' ? await cluster.secretFile(newSecret()) : nobodyTrusted;
      let arrived = 0;
      const never = (): Promise<never> => (arrived++, new Promise(() => undefined));
      const node = await cluster.node('mute', { paths, registrar: { register: never, heartbeat: never } as unknown as Registrar });
      const way = await openWay(cluster, node.door.port);
      const { registrar, peers } = await replicaOf({ ...node, live: { ...node.live, peer: `localhost:${way.port}` } });
      const outcomes = Promise.allSettled([registrar.register(registration(), someone), registrar.heartbeat(ref, someone)]);
      await eventually(async () => expect((await peers.report(node.live.name)).node).toBe(node.live.name));
      await eventually(() => expect(arrived).toBe(2));
      way.cut();
      let waitedMs = 0;
      await eventually(async () => {
        waitedMs += 250;
        await cluster.clock.advance(250);
        expect(peers.reached()).toEqual([]);
      });
      expect(await outcomes).toMatchObject([{ reason: { code: 'outcome-unknown' } }, { reason: { code: 'outcome-unknown' } }]);
      expect(waitedMs).toBeLessThan(6000);
    },
  );

  it('because it is no node at all is no node to the replica', async () => {
    const nonsense = createServer((socket) => void socket.on('error', () => undefined).end('220 mail.example ESMTP\r\n'));
    await once(nonsense.listen(0, '127.0.0.1'), 'listening');
    cluster.onClose(() => void nonsense.close());
    const self = await cluster.node('replica');
    const peer = `127.0.0.1:${(nonsense.address() as AddressInfo).port}`;
    const peers = cluster.peersOf(self, [{ name: nodeName('mail'), createRevision: 1, peer, leaving: false }]);
    await eventually(async () => {
      await cluster.clock.advance(1000);
      expect(self.log.lines.join('\n')).toContain('does not answer');
    });
    expect(peers.reached()).toEqual([]);
  });
});
