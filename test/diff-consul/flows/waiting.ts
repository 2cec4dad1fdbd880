/** Blocking queries: who is woken by what. */
import { get, put, remove, waits } from '../asking.js';
import type { Ask, Flow } from '../step.js';

const web = (id: string, more: object = {}): Ask =>
  put('/v1/agent/service/register', {
    ID: id,
    Name: 'web',
    Tags: ['a'],
    Check: { CheckID: `check:${id}`, TTL: '5m', Status: 'passing' },
    ...more,
  });
const other = put('/v1/agent/service/register', { Name: 'other', Check: { CheckID: 'check:other', TTL: '5m', Status: 'passing' } });
const row = (node: string, body: object = {}): Ask => put('/v1/catalog/register', { Node: node, Address: '10.0.0.1', ...body });

/** What is asked with its index, and then waited for. */
const after = (path: string, ...meanwhile: readonly Ask[]): readonly [Ask, ReturnType<typeof waits>] => [
  get(path, { keep: { index: 'X-Consul-Index' } }),
  waits(`${path}${path.includes('?') ? '&' : '?'}index=<<index>>&wait=1s`, ...meanwhile),
];

export const waitingFlows: readonly Flow[] = [
  {
    name: 'waiting for services',
    steps: [
      web('w1'),
      ...after('/v1/health/service/web'),
      ...after('/v1/health/service/web', web('w2')),
      ...after('/v1/health/service/web', put('/v1/agent/check/fail/check:w2?note=bad')),
      ...after('/v1/health/service/web?passing', put('/v1/agent/check/warn/check:w1?note=hm')),
      ...after('/v1/health/service/web', put('/v1/agent/check/warn/check:w1?note=hm')),
      ...after('/v1/health/service/web', web('w1')),
      ...after('/v1/health/service/web', other),
      ...after('/v1/catalog/service/web', put('/v1/agent/check/pass/check:w1?note=ok')),
      ...after('/v1/catalog/service/web', web('w1', { Port: 99 })),
      ...after('/v1/health/checks/web', put('/v1/agent/check/fail/check:w1?note=x')),
      ...after('/v1/health/state/critical', put('/v1/agent/check/pass/check:w1?note=y')),
      ...after('/v1/health/state/any', put('/v1/agent/check/register', { Name: 'node', TTL: '5m', Status: 'passing' })),
      ...after('/v1/health/node/node-a', put('/v1/agent/check/fail/node')),
      ...after('/v1/health/service/web', put('/v1/agent/check/pass/node')),
      ...after('/v1/health/service/web', put('/v1/agent/maintenance?enable=true')),
      ...after('/v1/health/service/web', put('/v1/agent/maintenance?enable=false')),
      ...after('/v1/health/service/nobody', put('/v1/agent/service/register', { Name: 'nobody' })),
      ...after('/v1/health/service/nobody', put('/v1/agent/service/deregister/nobody')),
      ...after('/v1/health/service/web', put('/v1/agent/service/deregister/w2')),
      ...after('/v1/health/service/web', put('/v1/agent/service/deregister/w1')),
    ],
  },
  {
    name: 'waiting for the catalog',
    steps: [
      row('n1', { Service: { Service: 'web', Tags: ['a'] } }),
      ...after('/v1/catalog/services'),
      ...after('/v1/catalog/services', row('n1', { Service: { Service: 'db' } })),
      ...after('/v1/catalog/services', row('n1', { Service: { Service: 'web', Tags: ['b'] } })),
      ...after('/v1/catalog/services', row('n1', { Service: { Service: 'web', Tags: ['b'] } })),
      ...after('/v1/catalog/services', put('/v1/catalog/deregister', { Node: 'n1', ServiceID: 'db' })),
      ...after('/v1/catalog/nodes', row('n2')),
      ...after('/v1/catalog/nodes', row('n2')),
      ...after('/v1/catalog/nodes', row('n2', { NodeMeta: { a: 'b' } })),
      ...after('/v1/catalog/node/n1', row('n1', { Service: { Service: 'db', Port: 1 } })),
      ...after('/v1/catalog/node/n1', row('n2', { Service: { Service: 'db', Port: 1 } })),
      ...after('/v1/catalog/node/n9', row('n9')),
      ...after('/v1/catalog/node-services/n9', put('/v1/catalog/deregister', { Node: 'n9' })),
      ...after('/v1/catalog/nodes', put('/v1/catalog/deregister', { Node: 'n2' })),
      ...after('/v1/health/service/web', row('n1', { NodeMeta: { c: 'd' } })),
      ...after('/v1/health/service/web', row('n1', { Check: { Name: 'alive', Status: 'passing' } })),
      ...after('/v1/health/service/web', put('/v1/catalog/deregister', { Node: 'n1' })),
    ],
  },
  {
    name: 'waiting for keys',
    steps: [
      ...after('/v1/kv/k', put('/v1/kv/k', '1')),
      ...after('/v1/kv/k', put('/v1/kv/k', '2')),
      ...after('/v1/kv/k', put('/v1/kv/k', '2')),
      ...after('/v1/kv/k', put('/v1/kv/other', '1')),
      ...after('/v1/kv/k', remove('/v1/kv/k')),
      ...after('/v1/kv/k', remove('/v1/kv/other')),
      ...after('/v1/kv/d?recurse', put('/v1/kv/d/a', '1')),
      ...after('/v1/kv/d?recurse', put('/v1/kv/d/a', '2')),
      ...after('/v1/kv/d?keys', put('/v1/kv/d/a', '3')),
      ...after('/v1/kv/d?keys', put('/v1/kv/d/b', '3')),
      ...after('/v1/kv/d?recurse', put('/v1/kv/e', '1')),
      ...after('/v1/kv/d?recurse', remove('/v1/kv/d/a')),
      ...after('/v1/kv/d?recurse', remove('/v1/kv/d?recurse')),
      ...after('/v1/kv/d?recurse', remove('/v1/kv/d?recurse')),
      ...after('/v1/session/list', put('/v1/session/create', {}, { keep: { one: 'ID' } })),
      ...after('/v1/session/list', put('/v1/session/renew/<<one>>')),
      ...after('/v1/kv/k', put('/v1/kv/k?acquire=<<one>>', 'x')),
      ...after('/v1/kv/k', put('/v1/session/destroy/<<one>>')),
      ...after('/v1/event/list', put('/v1/event/fire/e')),
    ],
  },
];
