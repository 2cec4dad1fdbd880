/** Whoever joins by one protocol is found by all others: the etcd face beside native HTTP, DNS, Consul's API and Eureka. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { Resolver } from 'node:dns/promises';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import * as grpc from '@grpc/grpc-js';
import { connectEtcd, type EtcdNaming } from '@rollcall/grpc/etcd';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../test/support/program.js';
import { echoClient, echoServer, tally } from '../../test/support/echo-servers.js';
import { COMPILES_WITHIN_MS, compiledGo, type GoProgram } from './go-program.js';
import { registryWithEtcdDoor, type RegistrySubject } from './subjects.js';

type Child = ChildProcessByStdio<Writable, Readable, null>;

interface Shown {
  readonly id: string;
  readonly host: string;
  readonly port?: number;
  readonly health: string;
  readonly metadata: Readonly<Record<string, string>>;
}

describeWith(['go', 'etcdctl'], 'across faces', () => {
  let registry: RegistrySubject;
  let program: GoProgram;
  let naming: EtcdNaming;
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    registry = await registryWithEtcdDoor({ dns: true });
    program = await compiledGo('go');
    naming = connectEtcd(grpc, { endpoints: registry.endpoint });
    naming.resolve();
    ends.push(() => naming.close());
  }, COMPILES_WITHIN_MS);
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
    await program.remove();
    await registry.stop();
  });

  const etcdctl = async (...args: readonly string[]): Promise<string> => {
    const env = { ...process.env, ETCDCTL_API: '3' };
    return (await promisify(execFile)('etcdctl', [`--endpoints=${registry.endpoint}`, ...args], { env })).stdout;
  };
  const http = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const headers = { 'content-type': 'application/json', 'accept': 'application/json' };
    const answer = await fetch(registry.url + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const native = async (service: string): Promise<readonly Shown[]> => {
    const { instances } = (await http('GET', `/services/${service}/instances`).catch(() => ({ instances: [] }))) as { instances: Shown[] };
    return instances;
  };
  const go = (...args: readonly string[]): Child => {
    const child = spawn(program.path, [registry.endpoint, ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
    ends.push(() => child.kill('SIGKILL'));
    return child;
  };
  /** Ports, by who tells of them. */
  const finders: Readonly<Record<string, (service: string) => Promise<readonly (number | undefined)[]>>> = {
    async native(service) {
      return (await native(service)).map(({ port }) => port);
    },
    async dns(service) {
      const resolver = new Resolver();
      resolver.setServers([registry.dns]);
      return (await resolver.resolveSrv(`${service}.service.rollcall`).catch(() => [])).map(({ port }) => port);
    },
    async etcdctl(service) {
      const lines = (await etcdctl('get', '--prefix', '--print-value-only', `${service}/`)).trim().split('\n');
      return lines.filter((line) => line !== '').map((line) => Number((JSON.parse(line) as { Addr: string }).Addr.split(':')[1]));
    },
    async consul(service) {
      const entries = (await http('GET', `/v1/health/service/${service}?passing`)) as { Service: { Port: number } }[];
      return entries.map(({ Service }) => Service.Port);
    },
    async eureka(service) {
      type Found = { readonly application: { readonly instance: readonly { readonly port: { readonly $: number } }[] } };
      const found = (await http('GET', `/eureka/apps/${service}`).catch(() => undefined)) as Found | undefined;
      return found?.application.instance.map(({ port }) => port.$) ?? [];
    },
    async node(service) {
      return (await naming.list(service)).map(({ address }) => Number(address.split(':')[1]));
    },
  };
  const foundByAll = async (service: string, ports: readonly number[]): Promise<void> => {
    for (const [name, find] of Object.entries(finders)) {
      await expect
        .poll(async () => [name, ...(await find(service)).map(String).toSorted()])
        .toEqual([name, ...ports.map(String).toSorted()]);
    }
  };

  it(
    'servers that joined natively, by Node, by Go, by Consul’s API and by Eureka are called by Go and by Node',
    { timeout: 90_000 },
    async () => {
      const servers = await Promise.all(['native', 'node', 'go', 'consul', 'eureka'].map((name) => echoServer(grpc, name)));
      for (const server of servers) ends.push(() => server.kill());
      const [a, b, c, d, e] = servers.map(({ port }) => port) as [number, number, number, number, number];
      await http('POST', '/register', {
        service: 'pay',
        id: 'a',
        host: '127.0.0.1',
        port: a,
        ttl: 'none',
        metadata: { zone: 'x', n: '1' },
      });
      const byNode = await naming.register('pay', { address: `127.0.0.1:${b}`, metadata: { from: 'node' } });
      const byGo = go('register', 'pay', `127.0.0.1:${c}`, '5');
      await once(byGo.stdout, 'data');
      await http('PUT', '/v1/agent/service/register', { Name: 'pay', ID: 'd', Address: '127.0.0.1', Port: d });
      await http('POST', '/eureka/apps/PAY', { instance: eurekaInstance(e) });
      await foundByAll('pay', [a, b, c, d, e]);
      const metadata: unknown = Object.fromEntries((await native('pay')).map((one) => [one.port, one.metadata]));
      expect(metadata).toMatchObject({ [a]: { zone: 'x', n: '1' }, [b]: { from: 'node' }, [c]: { from: 'go' } });

      const client = echoClient(grpc, 'etcd:///pay');
      ends.push(() => client.close());
      await expect.poll(() => tally(client, 10)).toEqual({ native: 2, node: 2, go: 2, consul: 2, eureka: 2 });
      let answering: readonly string[] = [];
      const resolving = go('resolve', 'pay');
      resolving.stdout
        .setEncoding('utf8')
        .on('data', (text: string) => (answering = JSON.parse(text.trim().split('\n').at(-1) ?? '[]') as string[]));
      const called = async (ports: readonly number[]): Promise<void> => {
        await expect.poll(() => answering.toSorted()).toEqual(ports.map((port) => `127.0.0.1:${port}`).toSorted());
      };
      await called([a, b, c, d, e]);

      // Whoever drains is called no more, whatever protocol it came by.
      await http('PUT', '/instances/a/mode', { mode: 'draining' });
      await called([b, c, d, e]);
      await http('PUT', '/instances/a/mode', { mode: 'in' });
      await called([a, b, c, d, e]);
      // Deleting the key by which one is shown is a goodbye.
      await etcdctl('del', 'pay/a');
      await called([b, c, d, e]);
      await byNode.deregister();
      await http('PUT', '/v1/agent/service/deregister/d');
      await http('DELETE', '/eureka/apps/PAY/e');
      await foundByAll('pay', [c]);
      // Without a goodbye: the end of its lease is one.
      byGo.kill('SIGKILL');
      await foundByAll('pay', []);
      await expect.poll(() => client.who().catch((error: unknown) => String(error))).toContain('no endpoint under pay/');
    },
  );

  it('the classic example registers: a lease, an address without a port, and the exact bytes back', async () => {
    const [, lease = ''] = /lease ([\da-f]+) granted/.exec(await etcdctl('lease', 'grant', '60')) ?? [];
    const value = '{ "Addr":"1.2.3.4","Metadata":"..." }';
    await etcdctl('put', `--lease=${lease}`, 'my-service/1.2.3.4', value);
    await expect.poll(() => native('my-service')).toMatchObject([{ host: '1.2.3.4', health: 'passing', metadata: { metadata: '...' } }]);
    expect(await etcdctl('get', '--print-value-only', 'my-service/1.2.3.4')).toBe(`${value}\n`);
    await http('PUT', `/instances/${encodeURIComponent('1.2.3.4')}/mode`, { mode: 'out', reason: 'a look' });
    await expect.poll(() => native('my-service')).toEqual([]);
    await http('PUT', `/instances/${encodeURIComponent('1.2.3.4')}/mode`, { mode: 'in' });
    expect(await etcdctl('get', '--print-value-only', 'my-service/1.2.3.4')).toBe(`${value}\n`);
    await etcdctl('lease', 'revoke', lease);
    await expect.poll(() => native('my-service')).toEqual([]);
  });

  it('plain keys touch no service, and what the registry keeps for itself is nobody else’s', async () => {
    const before = await http('GET', '/services');
    await etcdctl('put', 'config/flags', '{"on":true}');
    await etcdctl('put', 'leader', 'me');
    expect(await http('GET', '/services')).toEqual(before);
    expect(await etcdctl('get', '--from-key', '', '--keys-only')).not.toContain('/rollcall/');
    await expect(etcdctl('put', '/rollcall/instances/default/x/y', '{}')).rejects.toThrow('PermissionDenied');
  });
});

function eurekaInstance(at: number): object {
  const address = { hostName: '127.0.0.1', ipAddr: '127.0.0.1', port: { '$': at, '@enabled': 'true' } };
  const dataCenterInfo = { '@class': 'com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo', 'name': 'MyOwn' };
  return { instanceId: 'e', app: 'PAY', vipAddress: 'pay', status: 'UP', ...address, dataCenterInfo };
}
