/**
 * Whoever comes through Eureka is found by clients of all other protocols, and the other way round; so are changes of its status,
 * whoever says them, and its departure. The clients are those of others, as they are published.
 */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeWith } from '../../test/support/program.js';
import { registryWithEtcdDoor, type RegistrySubject } from '../etcd/subjects.js';
import { instance } from './bodies.js';
import { fetched } from './fetched.js';
import { talk, type Talk } from './workshop.js';

const run = promisify(execFile);

/** As much of the client of Consul for Node as is used. */
type Call = (options: unknown) => Promise<unknown>;
interface ConsulClient {
  readonly agent: {
    readonly service: Readonly<Record<'register' | 'deregister' | 'maintenance', Call>>;
    readonly check: Readonly<Record<'pass' | 'fail', Call>>;
  };
  readonly health: Readonly<Record<'service', Call>>;
}

const HOST = '127.0.0.1';
const FOUND_WITHIN = { timeout: 15_000, interval: 100 };

let registry: RegistrySubject;
let consul: ConsulClient;
let jsClient: string;

const npm = (name: string, version: string): Promise<string> =>
  fetched(name, ['npm', 'install', '--silent', '--no-audit', '--no-fund', '--no-save', '--prefix', '.', version]);
const portOf = (url: string): string => url.slice(url.lastIndexOf(':') + 1);

const http = async (method: string, path: string, body?: string): Promise<unknown> => {
  const headers = { 'content-type': 'application/json', 'accept': 'application/json' };
  const answer = await fetch(registry.url + path, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
};
const etcdctl = async (...words: readonly string[]): Promise<string> => {
  const env = { ...process.env, ETCDCTL_API: '3' };
  return (await run('etcdctl', [`--endpoints=${registry.endpoint}`, ...words], { env })).stdout;
};
const follower = async (): Promise<Talk> => {
  const found = talk('node', [fileURLToPath(new URL('follower.cjs', import.meta.url)), jsClient, portOf(registry.url)]);
  await found.hears('ready');
  return found;
};
const eurekaBody = (service: string, port: number, fields: object = {}): string =>
  instance({
    instanceId: `${service}-1`,
    app: service.toUpperCase(),
    ipAddr: HOST,
    vipAddress: service,
    port: { '$': port, '@enabled': 'true' },
    lastDirtyTimestamp: String(Date.now()),
    ...fields,
  });

/** Who is in rotation, by each way of asking: `host:port`. */
const finders = (eureka: Talk): Readonly<Record<string, (service: string) => Promise<readonly string[]>>> => ({
  async native(service) {
    const answer = (await http('GET', `/services/${service}/instances`).catch(() => ({ instances: [] }))) as {
      instances: { host: string; port: number }[];
    };
    return answer.instances.map(({ host, port }) => `${host}:${port}`);
  },
  async Eureka(service) {
    eureka.says(service);
    return (await eureka.hears('who')).split(' ').filter((word) => word !== '');
  },
  async Consul(service) {
    const entries = (await consul.health.service({ service, passing: true })) as { Service: { Address: string; Port: number } }[];
    return entries.map(({ Service }) => `${Service.Address}:${Service.Port}`);
  },
  async DNS(service) {
    const [server = '', port = ''] = registry.dns.split(':');
    const dig = async (type: string, name: string): Promise<readonly string[]> => {
      const { stdout } = await run('dig', [`@${server}`, '-p', port, '+short', '+tries=3', type, name]);
      return stdout.split('\n').filter((line) => line !== '');
    };
    const places = (await dig('SRV', `${service}.service.rollcall`)).map((line) => line.split(' '));
    return Promise.all(places.map(async ([, , at = '', name = '']) => `${(await dig('A', name)).join()}:${at}`));
  },
  async etcd(service) {
    const lines = (await etcdctl('get', '--prefix', '--print-value-only', `${service}/`)).split('\n');
    return lines.filter((line) => line !== '').map((line) => (JSON.parse(line) as { readonly Addr: string }).Addr);
  },
});
const foundByAll = async (eureka: Talk, service: string, expected: readonly string[]): Promise<void> => {
  for (const [name, find] of Object.entries(finders(eureka)))
    await expect.poll(async () => [name, ...(await find(service)).toSorted()], FOUND_WITHIN).toEqual([name, ...expected]);
};

const ways: Readonly<Record<string, { come(service: string, port: number): Promise<unknown>; leave(service: string): Promise<unknown> }>> =
  {
    Eureka: {
      come: (service, port) => http('POST', `/eureka/apps/${service.toUpperCase()}`, eurekaBody(service, port)),
      leave: (service) => http('DELETE', `/eureka/apps/${service.toUpperCase()}/${service}-1`),
    },
    native: {
      come: (service, port) => http('POST', '/register', JSON.stringify({ service, id: `${service}-1`, host: HOST, port, ttl: '60s' })),
      leave: (service) => http('DELETE', `/instances/${service}-1`),
    },
    Consul: {
      come: (service, port) => {
        const check = { ttl: '60s', status: 'passing' };
        return consul.agent.service.register({ name: service, id: `${service}-1`, address: HOST, port, check });
      },
      leave: (service) => consul.agent.service.deregister(`${service}-1`),
    },
    etcd: {
      come: (service, port) =>
        etcdctl('put', `${service}/${service}-1`, JSON.stringify({ Op: 0, Addr: `${HOST}:${port}`, Metadata: null })),
      leave: (service) => etcdctl('del', `${service}/${service}-1`),
    },
  };

/** What a status is, as Eureka says it and as Consul does, of one who is registered. */
const shownOf = async (service: string): Promise<{ readonly instanceId: string; readonly status: string }> => {
  type Found = { readonly application: { readonly instance: readonly [{ readonly instanceId: string; readonly status: string }] } };
  return ((await http('GET', `/eureka/apps/${service}`)) as Found).application.instance[0];
};
const statusIn = async (service: string): Promise<string> => (await shownOf(service)).status;
const checksIn = async (service: string): Promise<readonly string[]> => {
  const [entry] = (await consul.health.service({ service })) as { Checks: { CheckID: string; Status: string }[] }[];
  return entry?.Checks.filter(({ CheckID }) => CheckID !== 'serfHealth').map(({ Status }) => Status) ?? [];
};

describeWith(['npm', 'dig', 'etcdctl'], 'Eureka among the other protocols', () => {
  beforeAll(async () => {
    registry = await registryWithEtcdDoor({ dns: true });
    jsClient = await npm('js', 'eureka-js-client@4.5.0');
    const folder = await npm('consul', 'consul@2.0.1');
    const Consul = createRequire(`${folder}x.js`)('consul') as new (options: object) => ConsulClient;
    consul = new Consul({ host: HOST, port: Number(portOf(registry.url)) });
  }, 120_000);
  afterAll(() => registry.stop());

  it.each(Object.keys(ways))(
    'comes by %s, is found by all, and leaves for all',
    async (name) => {
      const way = ways[name];
      const [eureka, service] = [await follower(), `by-${name.toLowerCase()}`];
      await way?.come(service, 7001);
      await foundByAll(eureka, service, [`${HOST}:7001`]);
      // Another address is another one for all: nobody goes on with the old one.
      await way?.come(service, 7002);
      await foundByAll(eureka, service, [`${HOST}:7002`]);
      await way?.leave(service);
      await foundByAll(eureka, service, []);
      await eureka.ends();
    },
    60_000,
  );

  it('is out for all when Eureka’s people say so, and in again', async () => {
    const [eureka, service, here] = [await follower(), 'said-of', [`${HOST}:7010`]];
    await ways['Eureka']?.come(service, 7010);
    await foundByAll(eureka, service, here);
    const status = `/eureka/apps/SAID-OF/${service}-1/status`;
    for (const word of ['OUT_OF_SERVICE', 'DOWN'] as const) {
      await http('PUT', `${status}?value=${word}`);
      await foundByAll(eureka, service, []);
      expect(await statusIn(service)).toBe(word);
      expect(await checksIn(service)).toContain('critical');
      await http('DELETE', `${status}?value=UP`);
      await foundByAll(eureka, service, here);
      expect(await statusIn(service)).toBe('UP');
      expect(await checksIn(service)).not.toContain('critical');
    }
    // And when it says so of itself.
    for (const word of ['STARTING', 'DOWN', 'OUT_OF_SERVICE'] as const) {
      await http('POST', '/eureka/apps/SAID-OF', eurekaBody(service, 7010, { status: word }));
      await foundByAll(eureka, service, []);
      await http('POST', '/eureka/apps/SAID-OF', eurekaBody(service, 7010));
      await foundByAll(eureka, service, here);
    }
    await eureka.ends();
  }, 90_000);

  it('is out for Eureka’s clients when others say so, and in again', async () => {
    const [eureka, service, here] = [await follower(), 'said-by', [`${HOST}:7020`]];
    await ways['Eureka']?.come(service, 7020);
    await foundByAll(eureka, service, here);
    const mode = (word: string): Promise<unknown> =>
      http('PUT', `/instances/${service}-1/mode`, JSON.stringify({ mode: word, reason: 'a look' }));
    for (const word of ['draining', 'out']) {
      await mode(word);
      await foundByAll(eureka, service, []);
      expect(await statusIn(service)).toBe('OUT_OF_SERVICE');
      await mode('in');
      await foundByAll(eureka, service, here);
    }
    await consul.agent.service.maintenance({ id: `${service}-1`, enable: true, reason: 'a look' });
    await foundByAll(eureka, service, []);
    expect(await statusIn(service)).toBe('OUT_OF_SERVICE');
    // It goes on beating, and is told that all is well.
    await http('PUT', `/eureka/apps/SAID-BY/${service}-1?status=UP`);
    await foundByAll(eureka, service, []);
    await consul.agent.service.maintenance({ id: `${service}-1`, enable: false });
    await foundByAll(eureka, service, here);
    // Its key is its place in etcd: who deletes that says goodbye for it, and it has to register again.
    await etcdctl('del', `${service}/${service}-1`);
    await foundByAll(eureka, service, []);
    const beat = await fetch(`${registry.url}/eureka/apps/SAID-BY/${service}-1`, { method: 'PUT' });
    expect([beat.status, await beat.text()]).toEqual([404, '']);
    await eureka.ends();
  }, 90_000);

  it('who came by Consul fails there, and is DOWN; Eureka’s people take him out, and Consul’s see it', async () => {
    const [eureka, service, here] = [await follower(), 'checked', [`${HOST}:7030`]];
    await ways['Consul']?.come(service, 7030);
    await foundByAll(eureka, service, here);
    await consul.agent.check.fail(`service:${service}-1`);
    await foundByAll(eureka, service, []);
    expect(await statusIn(service)).toBe('DOWN');
    await consul.agent.check.pass(`service:${service}-1`);
    await foundByAll(eureka, service, here);
    // Of Consul's services there are as many of a name as there are nodes.
    const status = `/eureka/apps/CHECKED/${(await shownOf(service)).instanceId}/status`;
    await http('PUT', `${status}?value=OUT_OF_SERVICE`);
    await foundByAll(eureka, service, []);
    expect(await checksIn(service)).toContain('critical');
    await http('DELETE', status);
    await foundByAll(eureka, service, here);
    await eureka.ends();
  }, 60_000);

  it('is down for all when its lease ends, and gone for all after as long again', async () => {
    const [eureka, service] = [await follower(), 'silent'];
    onTestFinished(async () => void (await eureka.ends()));
    const leaseInfo = { renewalIntervalInSecs: 1, durationInSecs: 2 };
    await http('POST', '/eureka/apps/SILENT', eurekaBody(service, 7040, { leaseInfo }));
    const known = async (): Promise<number> =>
      ((await http('GET', `/services/${service}/instances?health=any`)) as { instances: [] }).instances.length;
    await foundByAll(eureka, service, []);
    await expect.poll(known, FOUND_WITHIN).toBe(0);
    await expect(statusIn(service)).rejects.toThrow('404');
  }, 60_000);
});
