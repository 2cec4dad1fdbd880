import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SimulatedClock } from '@rollcall/conformance';
import { routes, type Operation } from '@rollcall/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { idleRegistry } from '../../../test/support/idle-registry.js';
import { isRegistryProblem, type AnswerHead, RegistryClient } from './index.js';

/** Which method asks what. A call of the contract that is missing here does not compile. */
const methods = {
  register: 'register',
  registerMany: 'registerMany',
  heartbeat: 'heartbeat',
  heartbeats: 'heartbeats',
  deregister: 'deregister',
  deregisterByOldName: null,
  setMode: 'setMode',
  patch: 'patch',
  instance: 'instance',
  why: 'why',
  timeline: 'timeline',
  services: 'services',
  namespaces: 'namespaces',
  instances: 'instances',
  watch: 'watch',
  machines: 'machines',
  machine: 'machine',
  putMachine: 'putMachine',
  removeMachine: 'removeMachine',
  live: null,
  ready: 'ready',
  metrics: null,
  openapi: null,
  version: 'version',
  snapshot: 'snapshot',
  status: 'status',
  nodes: 'nodes',
  guard: 'guard',
  heartbeatMachine: 'heartbeatMachine',
  releaseHeld: 'releaseHeld',
  panicRule: 'panicRule',
  setPanicRule: 'setPanicRule',
  endPanicRule: 'endPanicRule',
  overrideHealth: 'overrideHealth',
  endHealthOverride: 'endHealthOverride',
  putCheck: 'putCheck',
  removeCheck: 'removeCheck',
  putMachineCheck: 'putMachineCheck',
  removeMachineCheck: 'removeMachineCheck',
} as const satisfies Readonly<Record<Operation, keyof RegistryClient | null>>;

describe('the calls', () => {
  it('are those of the contract', () => {
    expect(Object.keys(methods).toSorted()).toEqual(routes.map(({ operation }) => operation).toSorted());
  });
});

describe('a client of a registry', () => {
  let registry: Awaited<ReturnType<typeof idleRegistry>>;
  let client: RegistryClient;
  beforeAll(async () => {
    registry = await idleRegistry();
    client = new RegistryClient({ url: `http://${registry.doors['http'] ?? ''}` });
  });
  afterAll(async () => {
    await client.close();
    await registry.stop();
  });
  afterEach(async () => {
    const { services } = await client.services();
    for (const { service } of services) {
      const { instances } = await client.instances(service, { health: 'any' });
      for (const { id } of instances) await client.deregister(id, { service });
    }
  });

  it('goes through a life', async () => {
    const first = await client.register({ service: 'payments', host: '10.0.0.5', port: 8080, tags: ['blue'] });
    expect(first).toMatchObject({ created: true, instance: { id: 'payments-10.0.0.5-8080', health: 'passing' } });
    expect((await client.register({ service: 'payments', host: '10.0.0.5', port: 8080, tags: ['blue'] })).created).toBe(false);
    const { id } = first.instance;
    await client.heartbeat(id);
    await client.heartbeat(id, { service: 'payments', word: { status: 'warning', output: 'long queue' } });
    expect((await client.instance(id)).health).toBe('warning');
    expect(await client.setMode(id, { mode: 'out', reason: 'a new disk' })).toMatchObject({ mode: 'out', modeReason: 'a new disk' });
    expect(await client.patch(id, { weight: 7 })).toMatchObject({ weight: 7 });
    expect((await client.instances('payments')).instances).toEqual([]);
    expect((await client.instances('payments', { health: 'any', tags: ['blue'], limit: 1 })).instances).toHaveLength(1);
    await client.deregister(id);
    await expect(client.heartbeat(id)).rejects.toMatchObject({ name: 'RegistryProblem', code: 'not-found', status: 404, retryable: false });
  });

  it('changes one check of an instance, and one of a machine', async () => {
    const { instance } = await client.register({ service: 'payments', host: '127.0.0.1', port: 9 });
    const put = await client.putCheck(instance.id, 'port', { type: 'tcp', interval: '1h' }, { service: 'payments' });
    expect(put.checks).toMatchObject([{ name: 'port', type: 'tcp', host: '127.0.0.1', port: 9, interval: '1h' }]);
    await client.removeCheck(instance.id, 'port');
    expect((await client.instance(instance.id)).checks).toBeUndefined();
    await expect(client.removeCheck(instance.id, 'port')).rejects.toMatchObject({ code: 'not-found' });
    await client.putMachine('rack-7', { addresses: { lan: '127.0.0.1' } });
    const machine = await client.putMachineCheck('rack-7', 'ssh', { type: 'tcp', port: 22, interval: '1h' });
    expect(machine.checks).toMatchObject([{ name: 'ssh', host: '127.0.0.1', port: 22 }]);
    await client.removeMachineCheck('rack-7', 'ssh');
    await client.removeMachine('rack-7');
  });

  it('asks for many at once', async () => {
    const results = await client.registerMany([
      { service: 'a', id: 'x', host: '::1', port: 1 },
      { service: 'b', id: 'y' },
    ]);
    expect(results.map(({ status }) => status)).toEqual([201, 201]);
    expect((await client.heartbeats(['x', 'z'])).map(({ status }) => status)).toEqual([204, 404]);
    expect((await client.services()).services.map(({ service }) => service)).toEqual(['a', 'b']);
  });

  it('filters as it is told', async () => {
    await client.register({ service: 'a', id: 'x', tags: ['t', 'u & v'], metadata: { 'k y': 'ü=1' }, zone: 'z' });
    const found = async (filters: object): Promise<number> => (await client.instances('a', filters)).instances.length;
    expect(await found({ tags: ['t', 'u & v'], metadata: { 'k y': 'ü=1' }, zone: 'z' })).toBe(1);
    for (const filters of [{ tags: ['t', 'w'] }, { metadata: { 'k y': '' } }, { zone: 'y' }, { version: '1' }]) {
      expect(await found(filters)).toBe(0);
    }
  });

  it('knows machines', async () => {
    expect(await client.putMachine('rack 7/2', { addresses: { lan: '10.0.0.5' } })).toMatchObject({ created: true });
    expect(await client.machine('rack 7/2')).toMatchObject({ name: 'rack 7/2', mode: 'in' });
    expect((await client.machines()).machines).toHaveLength(1);
    await client.removeMachine('rack 7/2', { instances: 'remove' });
    expect((await client.machines()).machines).toEqual([]);
  });

  it('keeps namespaces apart', async () => {
    const elsewhere = new RegistryClient({ url: client.url, namespace: 'elsewhere' });
    await elsewhere.register({ service: 'a', id: 'x' });
    expect((await client.services()).services).toEqual([]);
    expect((await elsewhere.services()).services).toHaveLength(1);
    await elsewhere.deregister('x');
    await expect(client.deregister('x', { namespace: 'elsewhere' })).rejects.toSatisfy((error) => isRegistryProblem(error, 'not-found'));
    await elsewhere.close();
  });

  it('tells what an answer says beside its body', async () => {
    const heads: AnswerHead[] = [];
    await client.register({ service: 'a', id: 'x' }, { onAnswer: (head) => heads.push(head) });
    await client.instances('a', { onAnswer: (head) => heads.push(head) });
    expect(heads).toMatchObject([{ status: 201 }, { status: 200 }]);
    expect(heads[1]?.revision).toBe(heads[0]?.revision);
    expect(heads[1]?.cursor).toMatch(/-\d+$/);
    await expect(client.instances('a', { minRevision: 1 })).resolves.toBeDefined();
  });

  it('hears what is wrong with which field', async () => {
    const refused = client.register({ service: 'a', host: 'h', port: 0 });
    await expect(refused).rejects.toMatchObject({ code: 'invalid-request', status: 400, problems: [{ field: 'port', came: '0' }] });
    await client.registerMany([
      { service: 'a', id: 'x' },
      { service: 'b', id: 'x' },
    ]);
    await expect(client.instance('x')).rejects.toMatchObject({ code: 'ambiguous-id', candidates: [{ service: 'a' }, { service: 'b' }] });
    expect((await client.instance('x', { service: 'b' })).service).toBe('b');
  });

  it('looks after the fleet', async () => {
    await client.register({ service: 'a', id: 'x' });
    const ill = await client.overrideHealth('x', { health: 'critical', reason: 'garbage' });
    expect(ill).toMatchObject({ health: 'critical', healthOverride: { reason: 'garbage' } });
    await client.endHealthOverride('x');
    expect((await client.instance('x')).health).toBe('passing');
    expect(await client.setPanicRule('a', { eligibleMin: 3, belowShare: 0.2 })).toMatchObject({ own: true, eligibleMin: 3 });
    await client.endPanicRule('a');
    expect(await client.panicRule('a')).toMatchObject({ own: false, panic: false });
    expect(await client.guard()).toMatchObject({ holding: false, held: 0, instances: [] });
    expect(await client.releaseHeld({ service: 'a' })).toEqual({ released: 0 });
    expect(await client.status()).toMatchObject({ version: '1.2.3', instances: { total: 1 } });
    expect(await client.nodes()).toMatchObject({ nodes: [{ self: true, answers: true, duty: { instances: 1 } }] });
  });

  it('knows whether it is ready, and what it is', async () => {
    expect(await client.ready()).toMatchObject({ status: 'ready', stale: false });
    expect(await client.version()).toEqual({ name: 'rollcall', version: '1.2.3' });
  });
});

describe('where no registry answers', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function answering(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('says that nobody is there', async () => {
    const url = await answering(() => undefined);
    servers.pop()?.close();
    await expect(new RegistryClient({ url }).services()).rejects.toMatchObject({
      reason: 'refused',
      outcome: 'refused',
      retryable: true,
      url,
    });
  });

  it.each([
    ['another program', 404, 'text/html', '<h1>It works!</h1>', false],
    ['one that says yes', 200, 'text/html', '<h1>It works!</h1>', false],
    ['another program that speaks JSON', 400, 'application/json', '{"error":"no"}', false],
    ['a proxy', 502, 'text/html', '<h1>Bad gateway</h1>', true],
  ])('tells %s from a registry', async (_what, status, type, body, retryable) => {
    const client = new RegistryClient({
      url: await answering((_request, response) => response.writeHead(status, { 'content-type': type }).end(body)),
    });
    await expect(client.services()).rejects.toMatchObject({ reason: 'not-a-registry', retryable });
  });

  it.each<[string, RequestListener]>([
    ['before', (request) => request.socket.destroy()],
    ['within', (_request, response) => response.writeHead(200, { 'content-length': '9' }).write('{', () => response.destroy())],
  ])('says that the connection broke %s the answer', async (_when, listener) => {
    const client = new RegistryClient({ url: await answering(listener) });
    await expect(client.services()).rejects.toMatchObject({ reason: 'broken', outcome: 'unknown', retryable: true });
  });

  it('says that a snapshot broke off, and gives its beginning a deadline but not its length', async () => {
    const clock = new SimulatedClock();
    const url = await answering((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).write('one');
    });
    const pieces = new RegistryClient({ url, clock, timeoutMs: 700 }).snapshot();
    expect(Buffer.from((await pieces.next()).value as Uint8Array).toString()).toBe('one');
    void clock.advance(10_000);
    servers[0]?.closeAllConnections();
    await expect(pieces.next()).rejects.toMatchObject({ reason: 'broken' });
    const slow = new RegistryClient({ url: await answering(() => void clock.advance(700)), clock, timeoutMs: 700 });
    await expect(slow.snapshot().next()).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('waits no longer than it is told', async () => {
    const clock = new SimulatedClock();
    const client = new RegistryClient({ url: await answering(() => void clock.advance(700)), clock, timeoutMs: 700 });
    await expect(client.services()).rejects.toMatchObject({ reason: 'timeout', outcome: 'unknown' });
  });

  it('gives up when it is told', async () => {
    const giveUp = new AbortController();
    const reason = new Error('enough');
    const client = new RegistryClient({ url: await answering(() => giveUp.abort(reason)) });
    await expect(client.services({ signal: giveUp.signal })).rejects.toBe(reason);
    await expect(client.services({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('shows its token, and stays below the path that it was given', async () => {
    const seen: unknown[] = [];
    const url = await answering((request, response) => {
      seen.push([request.url, request.headers.authorization]);
      response.end('{"services":[]}');
    });
    let token = 'one';
    const client = new RegistryClient({ url: `${url}/registry/`, token: () => token });
    await client.services();
    token = 'two';
    await client.instances('a/b', { health: 'any' });
    expect(seen).toEqual([
      ['/registry/services', 'Bearer one'],
      ['/registry/services/a%2Fb/instances?health=any', 'Bearer two'],
    ]);
  });
});

describe('an address', () => {
  it.each(['', 'localhost:8500', 'ftp://a', 'http://a?b', 'http://me@a', 'http://a#b'])('%j is refused', (url) => {
    expect(() => new RegistryClient({ url })).toThrow(TypeError);
  });
});
