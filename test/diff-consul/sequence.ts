/** Questions by chance, without end: few names, so that they meet. The same seed asks the same. */
import type { SeededRandom } from '@rollcall/conformance';
import { filtered, get, post, put, remove } from './asking.js';
import type { Ask } from './step.js';

const IDS = ['web-1', 'web-2', 'db-1', 'db-2'] as const;
const NODES = ['n1', 'n2', 'n3'] as const;
const KEYS = ['a', 'a/b', 'a/b/c', 'a/d', 'b', 'ab', 'b/'] as const;
const PREFIXES = ['', 'a', 'a/', 'b', 'c'] as const;
const CHECKS = ['node-1', 'node-2', 'service:web-1', 'service:db-1', 'extra'] as const;
const STATUSES = ['passing', 'warning', 'critical'] as const;
const TAGS = [[], ['v1'], ['v1', 'V2'], ['primary', 'v1']] as const;
const METAS = [{}, { k: '1' }, { k: '2', j: 'x' }] as const;
const SESSIONS = ['one', 'two', 'three'] as const;

const SERVICE_FILTERS = [
  'Service == web',
  'Tags contains v1',
  '"primary" in Tags',
  'Meta.k == "1"',
  'Meta.k != "1"',
  'Meta is empty',
  'Port == 80',
  'Tags is not empty and not (Service == db)',
  'Address matches "^10[.]"',
  'k in Meta or Weights.Passing == 3',
] as const;
const ROW_FILTERS = [
  'ServiceTags contains v1',
  'ServiceMeta.k == "2"',
  'NodeMeta.k == "1"',
  'Node != n1',
  'ServicePort != 80',
  'ServiceMeta is empty',
] as const;
const HEALTH_FILTERS = [
  'Checks.Status == critical',
  'Service.Meta.k == "1"',
  'Node.Node == n2',
  'Checks is empty',
  'not Service.Tags contains v1',
] as const;

export class Sequence {
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  next(): Ask {
    const makers = [this.#agent, this.#agent, this.#check, this.#row, this.#key, this.#key, this.#session, this.#txn, this.#query] as const;
    return this.#random.below(2) === 0 ? this.#read() : this.#one(makers).call(this);
  }

  #one<Item>(items: readonly Item[]): Item {
    return items[this.#random.below(items.length)] as Item;
  }

  #chance(share: number): boolean {
    return this.#random.number() < share;
  }

  #agent(): Ask {
    const id = this.#one(IDS);
    if (this.#chance(0.2)) return put(`/v1/agent/service/deregister/${id}`);
    if (this.#chance(0.05)) return put(`/v1/agent/maintenance?enable=${this.#chance(0.4)}&reason=why`);
    const checks = Array.from({ length: this.#random.below(3) }, () => this.#checkBody());
    const service = {
      ID: id,
      Name: id.slice(0, -2),
      Tags: this.#one(TAGS),
      Meta: this.#one(METAS),
      Port: this.#one([0, 80, 81]),
      Address: this.#one(['', '10.0.0.1', 'fd00::1', 'db.example.com']),
      EnableTagOverride: this.#chance(0.1),
      ...(this.#chance(0.2) ? { Weights: { Passing: 3, Warning: this.#random.below(3) } } : {}),
      ...(this.#chance(0.1) ? { TaggedAddresses: { lan: { Address: '10.0.0.2', Port: 1 } } } : {}),
      ...(checks.length === 1 ? { Check: checks[0] } : { Checks: checks }),
    };
    return put(`/v1/agent/service/register${this.#chance(0.3) ? '?replace-existing-checks' : ''}`, service);
  }

  #checkBody(): object {
    return {
      TTL: this.#one(['10m', '1h']),
      ...(this.#chance(0.6) ? { Status: this.#one(STATUSES) } : {}),
      ...(this.#chance(0.3) ? { Notes: 'noted' } : {}),
    };
  }

  #check(): Ask {
    const id = this.#one(CHECKS);
    if (this.#chance(0.15)) return put(`/v1/agent/check/deregister/${id}`);
    if (this.#chance(0.2)) return put(`/v1/agent/check/update/${id}`, { Status: this.#one([...STATUSES, 'well']) });
    if (this.#chance(0.6)) return put(`/v1/agent/check/${this.#one(['pass', 'warn', 'fail'])}/${id}`);
    if (id === 'extra') return put('/v1/agent/check/register', { ID: id, Name: id, ServiceID: this.#one(['web-2']), ...this.#checkBody() });
    return put('/v1/agent/check/register', { ID: this.#one(['node-1', 'node-2']), Name: 'of the node', ...this.#checkBody() });
  }

  #row(): Ask {
    // None that an agent has: whoever alone bears an id is meant here, wherever he is.
    const service = this.#one(['web', 'db']);
    const [node, id] = [this.#one(NODES), `row-${service}-${this.#random.below(2)}`];
    if (this.#chance(0.3)) {
      const what = this.#one([{}, { ServiceID: id }, { ServiceID: id }, { CheckID: `row:${id}` }]);
      return put('/v1/catalog/deregister', { Node: node, ...what });
    }
    const Service = { ID: id, Service: service, Tags: this.#one(TAGS), Meta: this.#one(METAS), Port: this.#one([80, 81]) };
    const Check = { CheckID: `row:${id}`, Name: 'row', Status: this.#one(STATUSES), ServiceID: id, Output: this.#one(['', 'said']) };
    const Own = { CheckID: 'own', Name: 'own', Status: this.#one(STATUSES) };
    return put('/v1/catalog/register', {
      Node: node,
      Address: this.#one(['10.1.0.1', '10.1.0.2']),
      NodeMeta: this.#one(METAS),
      ...(this.#chance(0.8) ? { Service } : {}),
      ...(this.#chance(0.5) ? { Checks: this.#chance(0.5) ? [Check] : [Own] } : {}),
      ...(this.#chance(0.2) ? { SkipNodeUpdate: true } : {}),
    });
  }

  #key(): Ask {
    const key = this.#one(KEYS);
    const session = this.#one(SESSIONS);
    const how = this.#one([
      '',
      '',
      '?flags=7',
      '?cas=0',
      `?cas=<<index>>`,
      `?acquire=<<${session}>>`,
      `?release=<<${session}>>`,
      '?cas=1&flags=18446744073709551615',
    ]);
    if (this.#chance(0.15)) return remove(`/v1/kv/${key}${this.#one(['', '?recurse', '?cas=<<index>>', '?cas=0'])}`);
    if (this.#chance(0.3)) return get(`/v1/kv/${key}`, { keep: { index: '0.ModifyIndex' } });
    return put(`/v1/kv/${key}${how}`, this.#one(['', 'x', 'longer ü']));
  }

  #session(): Ask {
    const name = this.#one(SESSIONS);
    if (this.#chance(0.4)) {
      const body = { Name: name, LockDelay: '0s', NodeChecks: [], Behavior: this.#one(['release', 'delete']), TTL: this.#one(['', '1h']) };
      return put('/v1/session/create', body, { keep: { [name]: 'ID' } });
    }
    return put(`/v1/session/${this.#one(['destroy', 'renew'])}/<<${name}>>`);
  }

  #txn(): Ask {
    const verbs = [
      'set',
      'set',
      'get',
      'get-or-empty',
      'delete',
      'delete-tree',
      'cas',
      'delete-cas',
      'check-index',
      'check-not-exists',
      'lock',
      'unlock',
      'check-session',
    ];
    const operations = Array.from({ length: 1 + this.#random.below(4) }, () => {
      const Verb = this.#one(verbs);
      const isLock = /lock|session/.test(Verb);
      const key = { Verb, Key: this.#one(KEYS), ...(/set|cas$|lock/.test(Verb) && Verb !== 'delete-cas' ? { Value: 'eA==' } : {}) };
      const session = isLock ? `,"Session":"<<${this.#one(SESSIONS)}>>"` : '';
      const index = /cas|index/.test(Verb) ? `,"Index":${this.#one(['0', '<<index>>'])}` : '';
      return `{"KV":${JSON.stringify(key).slice(0, -1)}${session}${index}}}`;
    });
    return put('/v1/txn', `[${operations.join(',')}]`);
  }

  #query(): Ask {
    const name = this.#one(['q1', 'q2']);
    const definition = {
      Name: name,
      Service: { Service: this.#one(['web', 'db']), OnlyPassing: this.#chance(0.5), Tags: this.#one([[], ['v1'], ['!v1']]) },
      DNS: { TTL: this.#one(['', '10s']) },
    };
    if (this.#chance(0.3)) return post('/v1/query', definition, { keep: { [name]: 'ID' } });
    if (this.#chance(0.3)) return put(`/v1/query/<<${name}>>`, definition);
    if (this.#chance(0.2)) return remove(`/v1/query/<<${name}>>`);
    return get(`/v1/query/${name}/explain`);
  }

  #read(): Ask {
    const [service, node, prefix] = [this.#one(['web', 'db', 'WEB', 'nobody']), this.#one(NODES), this.#one(PREFIXES)];
    const how = this.#one(['', '', '', '?stale', '?consistent', '?tag=v1', '?tag=PRIMARY', '?node-meta=k:1', '?passing']);
    const plain = this.#one([
      `/v1/health/service/${service}${how}`,
      `/v1/catalog/service/${service}${how}`,
      `/v1/health/checks/${service}`,
      `/v1/health/state/${this.#one([...STATUSES, 'any'])}`,
      `/v1/health/node/${node}`,
      '/v1/health/node/node-a',
      '/v1/catalog/nodes',
      '/v1/catalog/nodes?node-meta=k:1',
      '/v1/catalog/services',
      `/v1/catalog/node/${node}`,
      '/v1/catalog/node/node-a',
      `/v1/catalog/node-services/${node}`,
      '/v1/agent/services',
      '/v1/agent/checks',
      `/v1/agent/service/${this.#one(IDS)}`,
      `/v1/agent/health/service/id/${this.#one(IDS)}?format=text`,
      '/v1/agent/health/service/name/web?format=text',
      `/v1/kv/${prefix}?recurse`,
      `/v1/kv/${prefix}?keys`,
      `/v1/kv/${prefix}?keys&separator=/`,
      `/v1/kv/${this.#one(KEYS)}?raw`,
      '/v1/session/list',
      `/v1/session/info/<<${this.#one(SESSIONS)}>>`,
      '/v1/query',
    ]);
    return this.#chance(0.25) ? this.#filtered(service, node) : get(plain);
  }

  #filtered(service: string, node: string): Ask {
    return this.#one([
      () => filtered('/v1/agent/services', this.#one(SERVICE_FILTERS)),
      () => filtered(`/v1/catalog/node/${node}`, this.#one(SERVICE_FILTERS)),
      () => filtered(`/v1/catalog/service/${service}`, this.#one(ROW_FILTERS)),
      () => filtered(`/v1/health/service/${service}`, this.#one(HEALTH_FILTERS)),
      () => filtered('/v1/agent/checks', 'Status != passing'),
      () => filtered('/v1/health/state/any', 'ServiceName == web and Status == critical'),
    ])();
  }
}
