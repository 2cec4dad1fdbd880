/**
 * What is asked of a Eureka server, in flows: each begins with an empty registry, and its steps follow each other. The
 * recorder asks a real one, and the test of the face asks ours the very same.
 */
import { amazon, instance, orders, strangers, without, xmlOrders } from './bodies.js';

export interface Step {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Behind the base, such as `/eureka`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Flow {
  readonly name: string;
  readonly steps: readonly Step[];
}

const JSON_IN = { 'content-type': 'application/json' };
const XML_IN = { 'content-type': 'application/xml' };
const JSON_OUT = { accept: 'application/json' };
const COMPACT = { 'x-eureka-accept': 'compact' };

const get = (path: string, headers?: Readonly<Record<string, string>>): Step => ({ method: 'GET', path, ...(headers && { headers }) });
const put = (path: string, headers?: Readonly<Record<string, string>>): Step => ({ method: 'PUT', path, ...(headers && { headers }) });
const remove = (path: string, headers?: Readonly<Record<string, string>>): Step => ({
  method: 'DELETE',
  path,
  ...(headers && { headers }),
});
const post = (app: string, body: string, headers: Readonly<Record<string, string>> = JSON_IN): Step => ({
  method: 'POST',
  path: `/apps/${app}`,
  headers,
  body,
});

const both = (path: string): readonly Step[] => [get(path), get(path, JSON_OUT)];
const fourfold = (path: string): readonly Step[] => [...both(path), get(path, COMPACT), get(path, { ...JSON_OUT, ...COMPACT })];

const one = '/apps/ORDERS/h1:orders:8080';

const replicated = { 'x-netflix-discovery-replication': 'true' };

function batch(items: readonly Readonly<Record<string, unknown>>[]): Step {
  return { method: 'POST', path: '/peerreplication/batch/', headers: JSON_IN, body: JSON.stringify({ replicationList: items }) };
}

export const flows: readonly Flow[] = [
  {
    name: 'nobody',
    steps: [
      ...fourfold('/apps'),
      ...both('/apps/delta'),
      ...both('/apps/ORDERS'),
      ...both('/apps/ORDERS/x'),
      ...both('/instances/x'),
      ...both('/vips/x'),
      ...both('/svips/x'),
      put('/apps/ORDERS/x?status=UP&lastDirtyTimestamp=1700000000100'),
      put('/apps/ORDERS/x', JSON_OUT),
      remove('/apps/ORDERS/x'),
      put('/apps/ORDERS/x/status?value=OUT_OF_SERVICE'),
      remove('/apps/ORDERS/x/status'),
      put('/apps/ORDERS/x/metadata?a=b'),
      put('/asg/some/status?value=ENABLED'),
      get('/serverinfo/statusoverrides', JSON_OUT),
    ],
  },
  {
    name: 'one by JSON',
    steps: [
      post('ORDERS', instance()),
      ...fourfold('/apps'),
      ...both('/apps/'),
      ...fourfold('/apps/delta'),
      ...fourfold('/apps/ORDERS'),
      ...both('/apps/orders'),
      ...both(one),
      ...both('/instances/h1:orders:8080'),
      ...fourfold('/vips/orders'),
      ...both('/svips/orders'),
      ...both('/vips/ORDERS'),
      ...both('/apps/ORDERS/H1:ORDERS:8080'),
      ...both('/v2/apps'),
      ...both('/apps?regions=us-east-1'),
      get('/apps', { ...JSON_OUT, 'accept-encoding': 'gzip' }),
      get('/apps/delta', { 'accept-encoding': 'gzip' }),
      get('/apps', { accept: 'text/html,application/json' }),
      get('/apps', { accept: '*/*' }),
      get('/apps', { accept: 'application/*+json' }),
    ],
  },
  {
    name: 'several, by XML and JSON, in all statuses',
    steps: [
      post('ORDERS', xmlOrders, XML_IN),
      post('ORDERS', instance()),
      post('ORDERS', instance({ instanceId: 'out', status: 'OUT_OF_SERVICE', metadata: {} })),
      post('stock', instance({ instanceId: 'down', app: 'stock', status: 'DOWN', metadata: null, vipAddress: null })),
      post('stock', instance({ instanceId: 'unknown', app: 'Stock', status: 'UNKNOWN' })),
      post('stock', instance({ instanceId: 'odd', app: 'STOCK', status: 'SLEEPY', overriddenStatus: 'TIRED' })),
      post('CLOUD', instance({ instanceId: 'i-0123', app: 'CLOUD', dataCenterInfo: amazon, asgName: 'cloud-v1', sid: 'na' })),
      post('CLOUD', instance({ instanceId: 'seeded', app: 'CLOUD', overriddenStatus: 'OUT_OF_SERVICE' })),
      ...fourfold('/apps'),
      ...fourfold('/apps/delta'),
      ...both('/apps/STOCK'),
      ...both('/apps/CLOUD'),
      ...both('/apps/STOCK/down'),
      ...both('/apps/STOCK/unknown'),
      ...both('/apps/ORDERS/out'),
      ...both('/apps/CLOUD/seeded'),
      ...both('/vips/orders-too'),
      ...both('/svips/orders-safe'),
      get('/serverinfo/statusoverrides', JSON_OUT),
    ],
  },
  {
    name: 'signs of life',
    steps: [
      post('ORDERS', instance()),
      put(`${one}?status=UP&lastDirtyTimestamp=1700000000100`),
      put(`${one}?status=UP&lastDirtyTimestamp=1700000000200`),
      put(`${one}?status=UP&lastDirtyTimestamp=1700000000000`),
      put(one),
      put('/apps/orders/h1%3Aorders%3A8080'),
      put(`${one}?status=UP&lastDirtyTimestamp=1700000000000`, replicated),
      put(`${one}?status=UP&lastDirtyTimestamp=1700000000000`, { ...replicated, ...JSON_OUT }),
      put(`${one}?status=DOWN&lastDirtyTimestamp=1700000000100`),
      get(one, JSON_OUT),
      put(`${one}?status=UP&lastDirtyTimestamp=nonsense`),
      put(`${one}?status=SLEEPY`),
    ],
  },
  {
    name: 'said from outside',
    steps: [
      post('ORDERS', instance()),
      put(`${one}/status?value=OUT_OF_SERVICE&lastDirtyTimestamp=1700000000200`),
      ...both(one),
      ...both('/apps/delta'),
      get('/serverinfo/statusoverrides', JSON_OUT),
      put(`${one}?status=UP&lastDirtyTimestamp=1700000000200`),
      post('ORDERS', instance({ lastDirtyTimestamp: '1700000000300' })),
      get(one, JSON_OUT),
      put(`${one}/status?value=UP`),
      get(one, JSON_OUT),
      put(`${one}/status?value=DOWN`),
      get(one, JSON_OUT),
      remove(`${one}/status`),
      get(one, JSON_OUT),
      put(`${one}?status=UP&lastDirtyTimestamp=1700000000300`),
      post('ORDERS', instance({ lastDirtyTimestamp: '1700000000400' })),
      get(one, JSON_OUT),
      put(`${one}/status?value=OUT_OF_SERVICE`),
      remove(`${one}/status?value=UP`),
      get(one, JSON_OUT),
      put(`${one}/status`),
      put(`${one}/status?value=SLEEPY`),
      put(`${one}/status?value=STARTING`),
      get(one, JSON_OUT),
    ],
  },
  {
    name: 'registered again',
    steps: [
      post('ORDERS', instance()),
      post('ORDERS', instance({ lastDirtyTimestamp: '1700000000000', vipAddress: 'older' })),
      get(one, JSON_OUT),
      post('ORDERS', instance({ vipAddress: 'same' })),
      get(one, JSON_OUT),
      post('ORDERS', instance({ lastDirtyTimestamp: '1700000000900', status: 'DOWN', vipAddress: 'newer' })),
      get(one, JSON_OUT),
      post('ORDERS', instance({ lastDirtyTimestamp: '1700000000950', vipAddress: 'newest' })),
      ...both('/apps'),
    ],
  },
  {
    name: 'metadata',
    steps: [
      post('ORDERS', instance()),
      put(`${one}/metadata?colour=blue&zone=z2&colour=red`),
      ...both(one),
      get('/apps/delta', JSON_OUT),
      put(`${one}/metadata`),
    ],
  },
  {
    name: 'goodbye',
    steps: [
      post('ORDERS', instance()),
      post('ORDERS', instance({ instanceId: 'other' })),
      remove(one),
      remove(one),
      ...both(one),
      ...fourfold('/apps/delta'),
      ...both('/apps'),
      remove('/apps/ORDERS/other'),
      ...both('/apps'),
      ...both('/apps/ORDERS'),
    ],
  },
  {
    name: 'what is wrong',
    steps: [
      ...['instanceId', 'hostName', 'ipAddr', 'app', 'dataCenterInfo', 'status', 'port', 'leaseInfo', 'lastDirtyTimestamp'].map((name) =>
        post('ORDERS', instance(without(name))),
      ),
      post('ORDERS', instance({ instanceId: '', hostName: '' })),
      post('ORDERS', instance({ dataCenterInfo: { '@class': 'com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo' } })),
      post('OTHER', instance()),
      post('ORDERS', '{"instance":'),
      post('ORDERS', '{}'),
      post('ORDERS', ''),
      post('ORDERS', '<instance>', XML_IN),
      post('ORDERS', '<nothing/>', XML_IN),
      post('ORDERS', xmlOrders, { 'content-type': 'text/plain' }),
      get('/nothing'),
      { method: 'POST', path: '/apps', headers: JSON_IN, body: instance() },
    ],
  },
  {
    name: 'bodies of other clients',
    steps: [
      ...strangers.map(({ app, body }) => post(app, body)),
      ...['JQ', 'GO', 'FARGO', 'SPRING', 'FIELDS'].map((app) => get(`/apps/${app}`, JSON_OUT)),
    ],
  },
  {
    name: 'from a peer',
    steps: [
      batch([
        {
          appName: 'ORDERS',
          id: 'h1:orders:8080',
          lastDirtyTimestamp: 1700000000100,
          status: 'UP',
          instanceInfo: orders,
          action: 'Register',
        },
        { appName: 'ORDERS', id: 'nobody', lastDirtyTimestamp: 1700000000100, status: 'UP', action: 'Heartbeat' },
        { appName: 'ORDERS', id: 'h1:orders:8080', lastDirtyTimestamp: 1700000000100, status: 'UP', action: 'Heartbeat' },
        { appName: 'ORDERS', id: 'h1:orders:8080', lastDirtyTimestamp: 1700000000000, status: 'UP', action: 'Heartbeat' },
        { appName: 'ORDERS', id: 'h1:orders:8080', lastDirtyTimestamp: 1700000000900, status: 'UP', action: 'Heartbeat' },
      ]),
      batch([
        { appName: 'ORDERS', id: 'h1:orders:8080', lastDirtyTimestamp: 1700000000100, status: 'OUT_OF_SERVICE', action: 'StatusUpdate' },
      ]),
      get(one, JSON_OUT),
      batch([{ appName: 'ORDERS', id: 'h1:orders:8080', lastDirtyTimestamp: 1700000000100, status: 'UP', action: 'DeleteStatusOverride' }]),
      get(one, JSON_OUT),
      batch([
        { appName: 'ORDERS', id: 'h1:orders:8080', action: 'Cancel' },
        { appName: 'ORDERS', id: 'h1:orders:8080', action: 'Cancel' },
      ]),
      batch([]),
    ],
  },
];
