import { describe, expect, it } from 'vitest';
import { ConsulScene, instanceFrom } from '../consul.fixture.js';

function populated(): ConsulScene {
  const scene = new ConsulScene();
  scene.machine('m1', { addresses: { host: '10.0.0.9' as never }, metadata: { rack: 'r1' } });
  scene.show(
    instanceFrom({ id: 'a', tags: ['v1'] }),
    instanceFrom(
      { id: 'b', tags: ['v1', 'blue'], machine: 'm1' },
      { verdicts: { heartbeat: { status: 'critical', reason: 'lapse', sinceMs: 0, output: 'gone' } } },
    ),
    instanceFrom({ id: 'c', service: 'Db', host: '10.0.0.6' }),
    instanceFrom({ id: 'd', service: 'blue-only', namespace: 'blue' }),
  );
  return scene;
}

const names = (rows: unknown, field: string): readonly unknown[] => (rows as readonly Record<string, unknown>[]).map((row) => row[field]);

describe('/v1/catalog', () => {
  it('knows one datacenter, its services with their tags, and its nodes', async () => {
    const scene = populated();
    expect(await scene.json('/catalog/datacenters')).toEqual(['dc1']);
    expect(await scene.json('/catalog/services')).toEqual({ consul: [], Db: [], web: ['blue', 'v1'] });
    expect(names(await scene.json('/catalog/nodes'), 'Node')).toEqual(['10.0.0.5', '10.0.0.6', 'm1', 'self']);
  });

  it('shows its own node as every Consul shows its own', async () => {
    const scene = new ConsulScene();
    const { body, headers } = await scene.get('/catalog/nodes');
    const [own] = JSON.parse(body) as [Record<string, unknown>];
    expect(own).toEqual({
      ID: '11111111-2222-3333-4444-555555555555',
      Node: 'self',
      Address: '10.9.9.9',
      Datacenter: 'dc1',
      TaggedAddresses: { lan: '10.9.9.9', lan_ipv4: '10.9.9.9', wan: '10.9.9.9', wan_ipv4: '10.9.9.9' },
      Meta: { 'consul-network-segment': '', 'consul-version': '1.22.0' },
      CreateIndex: 4,
      ModifyIndex: 4,
    });
    expect(Number(headers['x-consul-index'])).toBeGreaterThanOrEqual(2);
  });

  it.each([
    ['/catalog/services?node-meta=rack:r1', { web: ['blue', 'v1'] }],
    ['/catalog/services?filter=ServiceName==Db', { Db: [] }],
    ['/catalog/services?filter=%22blue%22%20in%20ServiceTags', { web: ['blue', 'v1'] }],
    ['/catalog/services?node-meta=rack:r9', {}],
  ])('%s', async (url, expected) => {
    expect(await populated().json(url)).toEqual(expected);
  });

  it('shows those of one id on a node alike, whoever changed last', async () => {
    const scene = new ConsulScene();
    const [first, second] = ['web', 'db'].map((service) => instanceFrom({ id: 'one', service, machine: 'm1' }));
    if (first === undefined || second === undefined) throw new Error('two');
    scene.show(first);
    scene.show(second);
    const namesOn = async (): Promise<unknown> => {
      const { Services } = (await scene.json('/catalog/node/m1')) as { readonly Services: Readonly<Record<string, { Service: string }>> };
      const checks = names(await scene.json('/health/node/m1'), 'ServiceName');
      return [...Object.entries(Services).map(([id, { Service }]) => `${id}=${Service}`), ...checks];
    };
    const asTheyCame = ['one=web', 'db:one=db', 'web', 'db'];
    expect(await namesOn()).toEqual(asTheyCame);
    scene.show({ ...first, weight: 7, createRevision: scene.revision - 1 });
    expect(await namesOn()).toEqual(asTheyCame);
  });

  it.each([
    ['/catalog/nodes?node-meta=rack:r1', ['m1']],
    ['/catalog/nodes?filter=Node%20matches%20%22%5Em%22', ['m1']],
    ['/catalog/nodes?near=m1', ['m1', '10.0.0.5', '10.0.0.6', 'self']],
  ])('%s', async (url, expected) => {
    expect(names(await populated().json(url), 'Node')).toEqual(expected);
  });

  it.each([
    ['/catalog/service/web', ['a', 'b']],
    ['/catalog/service/WEB', ['a', 'b']],
    ['/catalog/service/web?tag=blue', ['b']],
    ['/catalog/service/web?node-meta=rack:r1', ['b']],
    ['/catalog/service/web?filter=ServicePort==8080%20and%20NodeMeta.rack==r1', ['b']],
    ['/catalog/service/web?near=m1', ['b', 'a']],
    ['/catalog/service/consul', ['consul']],
    ['/catalog/service/nobody', []],
    ['/catalog/connect/web', []],
  ])('%s', async (url, expected) => {
    expect(names(await populated().json(url), 'ServiceID')).toEqual(expected);
  });

  it('shows a service flat with its node', async () => {
    const [, row] = (await populated().json('/catalog/service/web')) as unknown[];
    expect(row).toMatchObject({
      Node: 'm1',
      Address: '10.0.0.9',
      NodeMeta: { rack: 'r1' },
      Datacenter: 'dc1',
      ServiceID: 'b',
      ServiceName: 'web',
      ServiceTags: ['v1', 'blue'],
      ServiceAddress: '10.0.0.5',
      ServicePort: 8080,
      ServiceMeta: {},
      ServiceWeights: { Passing: 1, Warning: 1 },
      ServiceEnableTagOverride: false,
      ServiceKind: '',
      ServiceSocketPath: '',
    });
  });

  it('shows what is on a node', async () => {
    const scene = populated();
    expect(await scene.json('/catalog/node/m1')).toMatchObject({ Node: { Node: 'm1' }, Services: { b: { ID: 'b', Service: 'web' } } });
    expect(await scene.json('/catalog/node/10.0.0.6')).toMatchObject({ Node: { Address: '10.0.0.6' }, Services: { c: { Service: 'Db' } } });
    expect(await scene.json('/catalog/node/self')).toMatchObject({ Services: { consul: { ID: 'consul' } } });
    expect(await scene.json('/catalog/node/nobody')).toBe(null);
    expect(await scene.json('/catalog/node-services/m1')).toMatchObject({ Services: [{ ID: 'b' }] });
    expect(await scene.json('/catalog/node-services/m1?filter=Service==Db')).toMatchObject({ Services: [] });
    expect(await scene.json('/catalog/node-services/nobody')).toEqual({ Node: null, Services: [] });
  });

  it('shows both of two that are called the same on a node', async () => {
    const scene = new ConsulScene();
    scene.show(instanceFrom({ id: 'one' }), instanceFrom({ id: 'one', service: 'db' }));
    const { Services } = (await scene.json('/catalog/node/10.0.0.5')) as { readonly Services: object };
    expect(Object.keys(Services)).toHaveLength(2);
  });
});

describe('/v1/health, by checks', () => {
  it.each([
    ['/health/checks/web', ['service:a', 'service:b']],
    ['/health/checks/web?filter=Status==critical', ['service:b']],
    ['/health/checks/web?node-meta=rack:r1', ['service:b']],
    ['/health/checks/web?near=m1', ['service:b', 'service:a']],
    ['/health/checks/nobody', []],
    ['/health/node/m1', ['service:b']],
    ['/health/node/self', ['serfHealth']],
    ['/health/node/nobody', []],
    ['/health/state/any', ['service:a', 'service:c', 'service:b', 'serfHealth']],
    ['/health/state/critical', ['service:b']],
    ['/health/state/warning', []],
    ['/health/state/passing?node-meta=rack:r1', []],
    ['/health/state/nonsense', []],
  ])('%s', async (url, expected) => {
    expect(names(await populated().json(url), 'CheckID')).toEqual(expected);
  });
});

describe('/v1/agent', () => {
  const kept = { id: 'web' };

  it('shows what is on the caller’s own agent, and nothing else', async () => {
    const scene = new ConsulScene();
    scene.show(instanceFrom({ id: 'web@self', machine: 'self' }, {}, kept), instanceFrom({ id: 'web@other', machine: 'other' }, {}, kept));
    expect(await scene.json('/agent/services')).toMatchObject({ web: { ID: 'web', Datacenter: 'dc1', Tags: [] } });
    expect(Object.keys((await scene.json('/agent/checks')) as object)).toEqual(['heartbeat']);
    expect(await scene.json('/agent/services?filter=Service==nope')).toEqual({});
  });

  it('says how a service is, in words and as a status', async () => {
    const scene = new ConsulScene();
    const verdicts = { heartbeat: { status: 'warning', reason: 'heartbeat', sinceMs: 0, output: '' } } as const;
    scene.show(instanceFrom({ id: 'web@self', machine: 'self' }, { verdicts }, kept));
    expect(await scene.get('/agent/health/service/id/web?format=text')).toMatchObject({ statusCode: 429, body: 'warning' });
    expect(await scene.get('/agent/health/service/name/WEB', { accept: 'text/plain' })).toMatchObject({ statusCode: 429, body: 'warning' });
    expect(JSON.parse((await scene.get('/agent/health/service/name/web')).body)).toMatchObject([
      { AggregatedStatus: 'warning', Service: { ID: 'web' } },
    ]);
    expect(await scene.get('/agent/health/service/id/x')).toMatchObject({
      statusCode: 404,
      headers: { 'x-consul-reason': 'ServiceId x not found' },
    });
    expect((await scene.get('/agent/health/service/name/x')).body).toBe('[]');
  });

  it('waits for a service by what it says', async () => {
    const scene = new ConsulScene();
    const one = instanceFrom({ id: 'web@self', machine: 'self' }, {}, kept);
    scene.show(one);
    const { headers, body } = await scene.get('/agent/service/web');
    const hash = headers['x-consul-contenthash'] as string;
    expect(JSON.parse(body)).toMatchObject({ ID: 'web', ContentHash: hash });
    expect((await scene.get('/agent/service/web?hash=other')).statusCode).toBe(200);
    const waiting = scene.begin(`/agent/service/web?hash=${hash}&wait=1m`);
    await scene.clock.advance(1000);
    scene.show({ ...one, tags: ['new'] });
    await scene.clock.advance(1000);
    const { headers: after } = await waiting;
    expect(after['x-consul-contenthash']).not.toBe(hash);
  });

  it('knows itself and its members', async () => {
    const scene = new ConsulScene();
    const about = (await scene.json('/agent/self')) as Readonly<Record<string, unknown>>;
    expect(about).toMatchObject({
      Config: { Datacenter: 'dc1', NodeName: 'self', Version: '1.22.0', Server: true },
      Member: { Status: 1 },
    });
    for (const part of Object.values(about)) expect(typeof part).toBe('object');
    expect(names(await scene.json('/agent/members'), 'Name')).toEqual(['self']);
    expect(names(await scene.json('/agent/members?wan=1'), 'Name')).toEqual(['self.dc1']);
    expect(await scene.json('/agent/version')).toMatchObject({ HumanVersion: '1.22.0' });
    expect((await scene.get('/agent/metrics?format=prometheus')).body).toBe('up 1\n');
    expect((await scene.get('/agent/host')).statusCode).toBe(200);
    expect(await scene.json('/status/peers')).toEqual(['10.9.9.9:8300']);
  });
});

describe('a blocking query of the catalog', () => {
  const waits = async (url: string, change: (scene: ConsulScene) => void): Promise<boolean> => {
    const scene = populated();
    const { headers } = await scene.get(url);
    let isThere = false;
    const waiting = scene.begin(`${url}${url.includes('?') ? '&' : '?'}index=${headers['x-consul-index'] as string}&wait=60s`);
    void waiting.then(() => (isThere = true));
    await scene.clock.advance(100);
    expect([isThere, scene.blocking.size]).toEqual([false, 1]);
    change(scene);
    await scene.clock.advance(100);
    const wasWoken = isThere;
    (await (wasWoken ? waiting : scene.clock.advance(70_000).then(() => waiting))).leave();
    expect(scene.blocking.size).toBe(0);
    return wasWoken;
  };

  const otherDb = (scene: ConsulScene): void => void scene.show(instanceFrom({ id: 'c2', service: 'Db', host: '10.0.0.6' }));
  const criticalA = (scene: ConsulScene): void =>
    void scene.show(
      instanceFrom({ id: 'a', tags: ['v1'] }, { verdicts: { heartbeat: { status: 'critical', reason: 'lapse', sinceMs: 0, output: '' } } }),
    );
  const machineMoved = (scene: ConsulScene): void => void scene.machine('m1', { metadata: { rack: 'r2' } });

  it.each<[string, (scene: ConsulScene) => void, boolean]>([
    ['/health/service/web', criticalA, true],
    ['/health/service/web', otherDb, false],
    ['/health/service/web', machineMoved, true],
    ['/health/service/web?passing', criticalA, true],
    ['/health/service/web?tag=blue', criticalA, false],
    ['/health/service/nobody', criticalA, false],
    ['/health/service/nobody', (scene) => void scene.show(instanceFrom({ id: 'n', service: 'nobody' })), true],
    ['/catalog/service/web', criticalA, true],
    ['/catalog/services', criticalA, false],
    ['/catalog/services', otherDb, false],
    ['/catalog/services', (scene) => void scene.show(instanceFrom({ id: 'n', service: 'new' })), true],
    ['/catalog/services?node-meta=rack:r1', machineMoved, true],
    ['/catalog/nodes', machineMoved, true],
    ['/catalog/nodes', criticalA, false],
    ['/catalog/node/m1', machineMoved, true],
    ['/catalog/node/m1', criticalA, false],
    ['/health/node/m1', machineMoved, false],
    ['/health/checks/web', criticalA, true],
    ['/health/state/any', criticalA, true],
    ['/health/state/critical', criticalA, true],
    ['/health/state/critical', otherDb, false],
    ['/config/service-defaults', criticalA, false],
  ])('%s, after %o: %s', async (url, change, isWoken) => {
    expect(await waits(url, change)).toBe(isWoken);
  });
});
