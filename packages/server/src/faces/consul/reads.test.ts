import { everything, nothing, type AccessControl, type Verdicts } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { ConsulScene, instanceFrom } from './consul.fixture.js';

interface Health {
  readonly Node: { readonly Node: string; readonly Address: string };
  readonly Service: { readonly ID: string; readonly Tags: readonly string[]; readonly Address: string };
  readonly Checks: readonly { readonly CheckID: string; readonly Status: string; readonly Notes: string; readonly Output: string }[];
}

const found = (status: 'critical' | 'warning'): Verdicts => ({
  heartbeat: { status, reason: 'heartbeat', sinceMs: 0, output: 'so it is' },
});

const ids = (rows: unknown): readonly string[] => (rows as readonly Health[]).map(({ Service }) => Service.ID);

const refusals: readonly (readonly [url: string, status: number, text: string])[] = [
  ['/catalog/nodes?index=x', 400, 'Invalid index'],
  ['/catalog/nodes?index=-1', 400, 'Invalid index'],
  ['/catalog/nodes?index=1&wait=x', 400, 'Invalid wait time'],
  ['/catalog/nodes?wait=10', 400, 'Invalid wait time'],
  ['/catalog/nodes?stale&consistent', 400, 'Cannot specify ?stale with ?consistent, conflicting semantics.'],
  ['/catalog/nodes?cached&consistent', 400, 'Cannot specify ?cached with ?consistent, conflicting semantics.'],
  ['/catalog/nodes?dc=elsewhere', 500, 'No path to datacenter'],
  ['/catalog/nodes?ns=team', 400, 'Enterprise'],
  ['/catalog/nodes?partition=team', 400, 'Enterprise'],
  ['/catalog/nodes?filter=Nope==1', 400, 'Selector "Nope" is not valid'],
  ['/health/service/', 400, 'Missing service name'],
  ['/health/service/web?passing=maybe', 400, 'Invalid value for ?passing'],
  ['/health/state/', 400, 'Missing check state'],
  ['/health/node/', 400, 'Missing node name'],
  ['/health/service/a%00b', 400, 'do not print'],
  ['/health/service/%zz', 400, 'not a valid URL escape'],
  ['/nonsense', 404, 'Invalid URL path: not a recognized HTTP API endpoint'],
  ['/agent/service/nope', 404, 'unknown service ID: nope'],
  ['/acl/tokens', 401, 'ACL support disabled'],
  ['/agent/connect/ca/roots', 500, 'Connect must be enabled'],
];

describe('every read', () => {
  it('says when it moved, how sure it is, and whose it is', async () => {
    const scene = new ConsulScene();
    const revision = scene.show(instanceFrom({ id: 'a' }));
    const { headers, statusCode } = await scene.get('/health/service/web');
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'x-consul-index': String(revision + 1),
      'x-consul-lastcontact': '0',
      'x-consul-knownleader': 'true',
      'x-consul-effective-consistency': 'leader',
      'x-consul-default-acl-policy': 'allow',
      'x-consul-query-backend': 'blocking-query',
      'vary': 'Accept-Encoding',
      'content-type': 'application/json',
    });
  });

  it.each([
    ['stale', { 'x-consul-effective-consistency': 'stale' }],
    ['consistent', { 'x-consul-effective-consistency': 'consistent' }],
    ['cached', { 'x-cache': 'HIT', 'age': '0' }],
    ['stale&leader', { 'x-consul-effective-consistency': 'stale' }],
    ['stale&max_stale=10s', { 'x-consul-effective-consistency': 'stale' }],
  ])('?%s', async (query, expected) => {
    expect((await new ConsulScene().get(`/catalog/nodes?${query}`)).headers).toMatchObject(expected);
  });

  it('of a log that is away is answered, and says so', async () => {
    const scene = new ConsulScene({ confirm: () => Promise.reject(new Error('away')) });
    scene.view.stale(scene.clock.wallMs());
    await scene.clock.advance(7000);
    const { headers } = await scene.get('/health/service/web');
    expect(headers).toMatchObject({ 'x-consul-knownleader': 'false', 'x-consul-lastcontact': '7000' });
    expect(await scene.get('/health/service/web?consistent')).toMatchObject({ statusCode: 500, body: 'No cluster leader' });
    expect((await scene.get('/status/leader')).body).toBe('""');
  });

  it('of a node that has not read the log is refused', async () => {
    expect(await new ConsulScene({ complete: false }).get('/catalog/services')).toMatchObject({
      statusCode: 500,
      body: 'No cluster leader',
    });
  });

  it.each(refusals)('%s is refused: %s %s', async (url, statusCode, text) => {
    const answer = await new ConsulScene().get(url);
    expect(answer.statusCode).toBe(statusCode);
    expect(answer.body).toContain(text);
    expect(answer.headers['content-type']).toContain('text/plain');
  });

  it.each(['ns=default', 'dc=dc1', 'dc=DC1', 'dc=', 'ns=', 'partition=default', 'wait=', 'index=', 'index=0'])(
    'takes %s',
    async (query) => {
      expect((await new ConsulScene().get(`/catalog/nodes?${query}`)).statusCode).toBe(200);
    },
  );

  it.each([
    ['HEAD', '/catalog/nodes', 405, 'OPTIONS,GET'],
    ['POST', '/catalog/nodes', 405, 'OPTIONS,GET'],
    ['DELETE', '/health/service/web', 405, 'OPTIONS,GET'],
    ['OPTIONS', '/catalog/nodes', 200, 'OPTIONS,GET'],
  ])('%s %s: %d', async (method, url, statusCode, allow) => {
    expect(await new ConsulScene().get(url, {}, method)).toMatchObject({ statusCode, headers: { allow } });
  });

  it('is laid out for whoever wants to read it', async () => {
    const { body } = await new ConsulScene().get('/catalog/services?pretty');
    expect(body).toBe('{\n    "consul": []\n}\n');
  });

  it('shows a caller what it may read, and nothing of the rest', async () => {
    const access: AccessControl = {
      isOpen: false,
      identify: ({ token }) => ({ name: token ?? 'anonymous', may: token === 'root' ? everything : nothing }),
      follow: () => () => undefined,
    };
    const scene = new ConsulScene({ access });
    scene.show(instanceFrom({ id: 'a' }));
    for (const headers of [{ 'x-consul-token': 'root' }, { authorization: 'Bearer root' }])
      expect(ids(JSON.parse((await scene.get('/health/service/web', headers)).body))).toEqual(['a']);
    expect(ids(JSON.parse((await scene.get('/health/service/web?token=root')).body))).toEqual(['a']);
    expect((await scene.get('/health/service/web')).statusCode).toBe(403);
  });
});

describe('/v1/health/service', () => {
  it('shows the instances with their nodes and checks', async () => {
    const scene = new ConsulScene();
    scene.machine('m1', { addresses: { host: '10.0.0.9' as never }, metadata: { rack: 'r1' } });
    scene.show(instanceFrom({ id: 'a', machine: 'm1', tags: ['v1'], metadata: { x: 'y' } }));
    expect(await scene.json('/health/service/web')).toMatchObject([
      {
        Node: { Node: 'm1', Address: '10.0.0.9', Datacenter: 'dc1', Meta: { rack: 'r1' } },
        Service: {
          ID: 'a',
          Service: 'web',
          Tags: ['v1'],
          Address: '10.0.0.5',
          Port: 8080,
          Meta: { x: 'y' },
          Weights: { Passing: 1, Warning: 1 },
        },
        Checks: [
          { CheckID: 'service:a', Status: 'passing', Type: 'ttl', ServiceID: 'a', ServiceName: 'web', ServiceTags: ['v1'], Node: 'm1' },
        ],
      },
    ]);
  });

  it('is empty for whom nobody knows, and for what nobody can be called', async () => {
    const scene = new ConsulScene();
    for (const name of ['nobody', 'a%20b', '~', 'x/y', '%E2%98%83']) {
      const { body, headers } = await scene.get(`/health/service/${name}`);
      expect([body, Number(headers['x-consul-index']) > 0]).toEqual(['[]', true]);
    }
  });

  it.each([
    ['', ['a', 'b', 'c']],
    ['?passing', ['a']],
    ['?passing=1', ['a']],
    ['?passing=false', ['a', 'b', 'c']],
    ['?tag=v1', ['a', 'b']],
    ['?tag=V1', ['a', 'b']],
    ['?tag=v1&tag=blue', ['b']],
    ['?node-meta=rack:r1', ['c']],
    ['?node-meta=rack:r1&node-meta=rack:r2', []],
    ['?filter=%22blue%22%20in%20Service.Tags', ['b']],
    ['?filter=Checks.Status%20==%20critical%20and%20not%20Node.Meta.rack%20==%20r1', ['b']],
    ['?near=m1', ['c', 'a', 'b']],
    ['?near=nowhere', ['a', 'b', 'c']],
  ])('%s', async (query, expected) => {
    const scene = new ConsulScene();
    scene.machine('m1', { metadata: { rack: 'r1' } });
    scene.show(
      instanceFrom({ id: 'a', tags: ['v1'] }),
      instanceFrom({ id: 'b', tags: ['v1', 'blue'] }, { verdicts: found('critical') }),
      instanceFrom({ id: 'c', machine: 'm1' }, { verdicts: found('warning') }),
    );
    // Asked twice: the second answer is one that lies ready.
    for (let time = 0; time < 3; time++) expect(ids(await scene.json(`/health/service/web${query}`))).toEqual(expected);
  });

  it('shows what lay ready anew as soon as it is another one', async () => {
    const scene = new ConsulScene();
    scene.show(instanceFrom({ id: 'a', machine: 'm1' }));
    for (let time = 0; time < 3; time++) await scene.json('/health/service/web?passing');
    scene.machine('m1', { addresses: { host: '10.7.7.7' as never } });
    const [row] = (await scene.json('/health/service/web?passing')) as Health[];
    expect(row?.Node.Address).toBe('10.7.7.7');
  });

  it('shows what somebody said from outside as checks', async () => {
    const scene = new ConsulScene();
    const said = { mode: null, status: null, metadata: {}, weight: null, tags: null };
    const mode = { mode: 'out', reason: 'new disks', owner: 'operator', sinceMs: 0, untilMs: null } as const;
    scene.show(instanceFrom({ id: 'a' }, { intent: { ...said, mode }, mode: 'out' }));
    scene.show(instanceFrom({ id: 'b' }, { intent: { ...said, mode: { ...mode, mode: 'draining' } }, mode: 'draining' }));
    scene.show(instanceFrom({ id: 'c' }, { intent: { ...said, status: { health: 'critical', reason: 'looks odd', sinceMs: 0 } } }));
    const better = { ...said, status: { health: 'passing', reason: 'trust me', sinceMs: 0 } } as const;
    scene.show(instanceFrom({ id: 'd' }, { intent: better, verdicts: found('critical') }));
    const rows = (await scene.json('/health/service/web')) as Health[];
    expect(rows.map(({ Checks }) => Checks.at(-1))).toMatchObject([
      { CheckID: '_service_maintenance:a', Status: 'critical', Notes: 'new disks' },
      { CheckID: '_service_maintenance:b', Status: 'critical', Notes: 'Draining: new disks' },
      { CheckID: '_status:c', Status: 'critical', Output: 'looks odd' },
      { CheckID: 'service:d', Status: 'passing', Output: 'trust me: so it is' },
    ]);
    expect(ids(await scene.json('/health/service/web?passing'))).toEqual(['d']);
  });

  it('shows what came through Consul as it was written', async () => {
    const scene = new ConsulScene();
    const kept = {
      id: 'web',
      kind: 'connect-proxy',
      warningWeight: 7,
      enableTagOverride: true as const,
      socketPath: '/run/web',
      taggedAddresses: { wan: { Address: '1.2.3.4', Port: 90 } },
      proxy: { DestinationServiceName: 'x' },
      address: { said: '', as: '10.0.0.5' },
      checks: { heartbeat: { name: 'mine', notes: 'of mine', type: 'ttl' } },
    };
    scene.show(instanceFrom({ id: 'web@10.0.0.5', machine: '10.0.0.5', weight: 5 }, {}, kept));
    expect(await scene.json('/health/service/web')).toMatchObject([
      {
        Node: { Node: '10.0.0.5', Address: '10.0.0.5' },
        Service: {
          Kind: 'connect-proxy',
          ID: 'web',
          Address: '',
          SocketPath: '/run/web',
          Weights: { Passing: 5, Warning: 7 },
          EnableTagOverride: true,
          TaggedAddresses: { wan: { Address: '1.2.3.4', Port: 90 } },
          Proxy: { DestinationServiceName: 'x' },
        },
        Checks: [{ CheckID: 'heartbeat', Name: 'mine', Notes: 'of mine', Type: 'ttl' }],
      },
    ]);
  });

  it('knows the registry itself', async () => {
    expect(await new ConsulScene().json('/health/service/consul?passing')).toMatchObject([
      {
        Node: { Node: 'self', Address: '10.9.9.9' },
        Service: { ID: 'consul', Port: 8300 },
        Checks: [{ CheckID: 'serfHealth', Status: 'passing' }],
      },
    ]);
  });
});
