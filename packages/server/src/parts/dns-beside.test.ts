import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { nothing, type Caller, type Host, type Instance, type MachineName } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { BesideDns, type BesideNews } from '../faces/consul/queries/beside-dns.js';
import { NewsForDns } from '../faces/consul/queries/news-for-dns.js';
import { Keyspace, type Query } from '../faces/consul/keyspace/keyspace.js';
import { shelfKey } from '../faces/consul/keyspace/keys.js';
import { noService, type QueryDefinition, type QueryService } from '../faces/consul/keyspace/query-record.js';
import { encodeJson, type CoordinateRecord } from '../faces/consul/keyspace/records.js';
import type { Member } from '../faces/consul/catalog/members.js';
import { DnsBench, instance, question, readAnswer, stranger } from '../faces/dns/dns.fixture.js';

const member: Member = { name: 'self' as MachineName, id: 'x', address: '10.9.9.9', port: 8300, leaving: false, revision: 1 };

const place = (node: string, x: number): readonly [string, CoordinateRecord] => [
  node,
  { node, segment: '', vec: [x, 0, 0, 0, 0, 0, 0, 0], error: 1, adjustment: 0, height: 0 },
];

function definition(name: string, service: Partial<QueryService>, more: Partial<QueryDefinition> = {}): QueryDefinition {
  return { name, session: '', template: null, service: { ...noService, service: 'web', ...service }, dnsTtl: '', ...more };
}

const query = (...given: Parameters<typeof definition>): readonly [string, Query] => [
  given[0],
  { ...definition(...given), id: given[0], createRevision: 1, modRevision: 1 },
];

interface Scene {
  readonly beside: BesideDns;
  readonly bench: DnsBench;
  /** Addresses, or names of targets, in the order of the answer. */
  ask(name: string, type?: 'A' | 'SRV', address?: string): readonly string[];
}

function sceneOf(instances: readonly Instance[], queries: readonly (readonly [string, Query])[] | null, caller: Caller = stranger): Scene {
  const news: BesideNews = { members: [member], ...(queries === null ? {} : { queries: { put: queries, gone: [] } }) };
  const agents = { mode: 'per-source', own: { name: member.name, address: member.address as Host } } as const;
  const settings = { agents, datacenter: 'dc1', consulVersion: '1.22.0', news };
  const beside = new BesideDns({ settings, view: () => bench.view, random: new SeededRandom(1) });
  const bench: DnsBench = new DnsBench({ beside, caller: () => caller }, instances);
  const ask: Scene['ask'] = (name, type = 'A', address = '10.0.0.1') =>
    readAnswer(bench.raw(question({ name, type, edns: {} }), { address })).answers.map((one) => one.split(' ').at(-1) as string);
  return { beside, bench, ask };
}

const on = (machine: string, at: number, fields: Readonly<Record<string, unknown>> = {}, like: Partial<Instance> = {}): Instance =>
  instance({ id: `web-${machine}`, host: `10.0.0.${at}`, machine, ...fields }, like);

describe('a prepared query', () => {
  it('is found by its name, its id in the form of a service, and with the datacenter', () => {
    const { ask } = sceneOf([on('a', 1)], [query('Fast', {})]);
    for (const name of ['fast.query.consul', 'FAST.query.dc1.consul', '_fast._tcp.query.consul', 'fast.query.rollcall'])
      expect(ask(name)).toEqual(['10.0.0.1']);
    expect(ask('fast.query.consul', 'SRV')).toEqual(['0a000001.addr.dc1.consul.']);
    expect(ask('fast.query.dc2.consul')).toEqual([]);
  });

  it.each<[string, Partial<QueryService>, readonly string[]]>([
    ['nothing critical', {}, ['10.0.0.1', '10.0.0.2']],
    ['only what passes', { onlyPassing: true }, ['10.0.0.1']],
    ['those with a tag', { tags: ['EU'] }, ['10.0.0.2']],
    ['those without one', { tags: ['!eu'] }, ['10.0.0.1']],
    ['nobody', { tags: ['x'] }, []],
    ['another service', { service: 'other' }, []],
  ])('wants %s', (_what, service, addresses) => {
    const warning = {
      health: 'warning',
      verdicts: { heartbeat: { status: 'warning', reason: 'heartbeat', sinceMs: 0, output: '' } },
    } as const;
    const critical = {
      health: 'critical',
      verdicts: { heartbeat: { status: 'critical', reason: 'lapse', sinceMs: 0, output: '' } },
    } as const;
    const all = [on('a', 1), on('b', 2, { tags: ['eu'] }, warning), on('c', 3, {}, critical)];
    const { ask } = sceneOf(all, [query('q', service)]);
    expect([...ask('q.query.consul')].toSorted()).toEqual(addresses);
  });

  it('is there with an empty answer or not there, as its domain has it', () => {
    const { bench } = sceneOf([], [query('q', {}), query('a.b', {})]);
    const rcode = (name: string): string => bench.ask(name, 'A').rcode;
    expect([rcode('q.query.consul'), rcode('q.query.rollcall'), rcode('none.query.rollcall')]).toEqual(['NXDOMAIN', 'NOERROR', 'NXDOMAIN']);
    expect([rcode('query.consul'), rcode('b.query.consul'), rcode('c.query.consul')]).toEqual(['NOERROR', 'NOERROR', 'NXDOMAIN']);
  });

  it('is not denied before anybody can know', () => {
    const { beside, bench } = sceneOf([on('a', 1)], null);
    expect([bench.ask('q.query.consul', 'A').rcode, bench.failures]).toEqual(['SERVFAIL', []]);
    beside.take({ queries: { put: [], gone: [] } });
    expect(bench.ask('q.query.consul', 'A').rcode).toBe('NXDOMAIN');
  });

  it('may be a template, and says how long it may be kept', () => {
    const template = { byPrefix: true, regexp: '^geo-(.+)$', removeEmptyTags: false };
    const { bench, ask } = sceneOf([on('a', 1)], [query('geo-', { service: '${match(1)}' }, { template, dnsTtl: '1m30s' })]);
    expect(ask('geo-web.query.consul')).toEqual(['10.0.0.1']);
    expect(bench.ask('geo-web.query.consul', 'A').answers).toEqual(['geo-web.query.consul. 90 A 10.0.0.1']);
    expect(ask('geo-none.query.consul')).toEqual([]);
  });

  it('is answered in the order of the way, always the same', () => {
    const { beside, ask } = sceneOf(
      [on('a', 1), on('b', 2), on('c', 3), on('d', 4), on('10.0.0.9', 9)],
      [query('near', { near: 'b' }), query('mine', { near: '_agent' }), query('here', { near: '_ip' })],
    );
    beside.take({ coordinates: { put: [place('a', 5), place('b', 0), place('c', 1), place('10.0.0.9', 6)], gone: [] } });
    for (let times = 0; times < 5; times++) {
      expect(ask('near.query.consul')).toEqual(['10.0.0.2', '10.0.0.3', '10.0.0.1', '10.0.0.9', '10.0.0.4']);
      expect(ask('near.query.consul', 'SRV')[1]).toBe('0a000003.addr.dc1.consul.');
      for (const name of ['mine.query.consul', 'here.query.consul'])
        expect(ask(name, 'A', '10.0.0.9')).toEqual(['10.0.0.9', '10.0.0.1', '10.0.0.3', '10.0.0.2', '10.0.0.4']);
    }
    beside.take({ coordinates: { put: [place('a', 0.5)], gone: ['c'] } });
    expect(ask('near.query.consul').slice(0, 3)).toEqual(['10.0.0.2', '10.0.0.1', '10.0.0.9']);
  });

  it('is another one in the next answer after it was changed, or those whom it finds were', () => {
    const { beside, bench, ask } = sceneOf([on('a', 1)], [query('q', {})]);
    expect(ask('q.query.consul')).toEqual(['10.0.0.1']);
    bench.remove(on('a', 1));
    expect(ask('q.query.consul')).toEqual([]);
    bench.show(on('b', 2));
    expect(ask('q.query.consul')).toEqual(['10.0.0.2']);
    beside.take({ queries: { put: [query('q', { service: 'none' })], gone: [] } });
    expect(ask('q.query.consul')).toEqual([]);
    beside.take({ queries: { put: [], gone: ['q'] } });
    expect(bench.ask('q.query.rollcall', 'A').rcode).toBe('NXDOMAIN');
  });

  it('finds nobody for whoever may read nothing', () => {
    const { ask, bench } = sceneOf([on('a', 1)], [query('q', {})], { ...stranger, may: nothing });
    expect([ask('q.query.rollcall'), ask('self.node.consul'), ask('consul.service.consul', 'SRV')]).toEqual([[], [], []]);
    expect(bench.ask('q.query.rollcall', 'A').rcode).toBe('NXDOMAIN');
  });
});

describe('the registry’s own nodes', () => {
  it('are there by name, by address, and as the service that Consul has', () => {
    const { bench, ask } = sceneOf([], []);
    expect(bench.ask('Self.node.consul', 'A').answers).toEqual(['Self.node.consul. 0 A 10.9.9.9']);
    expect(ask('self.node.dc1.consul')).toEqual(['10.9.9.9']);
    expect(bench.ask('9.9.9.10.in-addr.arpa', 'PTR').answers).toEqual(['9.9.9.10.in-addr.arpa. 5 PTR self.node.rollcall.']);
    for (const name of ['consul.service.consul', '_consul._tcp.service.consul'])
      expect(bench.ask(name, 'SRV').answers).toEqual([`${name}. 0 SRV 1 1 8300 self.node.dc1.consul.`]);
    expect(bench.ask('consul.service.consul', 'SRV').additionals).toEqual(['self.node.dc1.consul. 0 A 10.9.9.9']);
    expect(bench.ask('consul.service.rollcall', 'A').rcode).toBe('NXDOMAIN');
    expect(bench.ask('self.node.consul', 'TXT').answers.join()).toContain('"consul-network-segment="');
  });

  it('come and go, with whoever registered a service of the same name', () => {
    const { beside, ask } = sceneOf([instance({ service: 'consul', id: 'c', host: '10.0.0.5' })], []);
    expect([...ask('consul.service.consul')].toSorted()).toEqual(['10.0.0.5', '10.9.9.9']);
    beside.take({ members: [{ ...member, name: 'other' as MachineName, address: '10.9.9.8' }] });
    expect([...ask('consul.service.consul')].toSorted()).toEqual(['10.0.0.5', '10.9.9.8']);
    expect([ask('self.node.consul'), ask('other.node.consul')]).toEqual([[], ['10.9.9.8']]);
  });

  it('are where a machine that was registered says, if it does', () => {
    const { bench, ask } = sceneOf([], []);
    bench.machine('self', {}, { rack: '1' });
    expect(ask('self.node.consul')).toEqual(['10.9.9.9']);
    bench.machine('self', { host: '10.0.0.3' });
    expect(ask('self.node.consul')).toEqual(['10.0.0.3']);
  });

  it('and places that somebody is on are where Consul shows them', () => {
    const { ask } = sceneOf([on('10.0.0.7', 8), on('rack-1', 5), instance({ id: 'x', host: '10.0.0.6' })], []);
    expect(['10.0.0.7', 'rack-1', '10.0.0.6', 'none'].map((name) => ask(`${name}.node.consul`))).toEqual([
      ['10.0.0.7'],
      ['10.0.0.5'],
      ['10.0.0.6'],
      [],
    ]);
  });
});

describe('an instance whose address is no host', () => {
  it('is answered with nobody else’s', () => {
    const foreign = { face: 'consul', kept: { 'consul': '{}', 'foreign-address': 'over there' } };
    const { bench, ask } = sceneOf([instance({ id: 'a', host: undefined, machine: 'rack-1', port: 1 }, { origin: foreign })], []);
    bench.machine('rack-1', { host: '10.0.0.3' });
    expect([ask('web.service.consul'), ask('web.service.consul', 'SRV')]).toEqual([[], []]);
  });
});

describe('what is told', () => {
  it('is all of it at the beginning, and then what has changed', async () => {
    const [keyspace, clock, told] = [new Keyspace(), new SimulatedClock(), [] as BesideNews[]];
    const members = { self: member, all: () => [member], follow: () => () => undefined, revision: 1 };
    const news = new NewsForDns({ keyspace, members, clock, tell: (one) => void told.push(one) });
    let revision = 1;
    expect(news.all().queries).toBeUndefined();
    keyspace.load([], revision);
    expect(told).toEqual([{ queries: { put: [], gone: [] } }]);
    const put = (shelf: 'queries' | 'coordinates', name: string, record: object): void => {
      const entry = { value: encodeJson(record), createRevision: revision, modRevision: ++revision, lease: 0 as never };
      keyspace.apply([{ key: shelfKey(shelf, name), entry }], revision);
    };
    put('queries', '1', definition('a', {}));
    expect(news.all().queries?.put.map(([key]) => key)).toEqual(['1']);
    told.length = 0;
    put('queries', '2', definition('b', {}));
    expect(told.map(({ queries }) => queries?.put.map(([key]) => key))).toEqual([['2']]);
    keyspace.apply([{ key: shelfKey('queries', '1'), entry: null }], ++revision);
    expect(told[1]?.queries).toEqual({ put: [], gone: ['1'] });
    for (const name of ['n', 'm']) put('coordinates', name, place(name, 1)[1]);
    expect(told).toHaveLength(2);
    await clock.advance(1000);
    expect(told[2]?.coordinates?.put.map(([key]) => key)).toEqual(['n', 'm']);
    put('coordinates', 'n', place('n', 2)[1]);
    await clock.advance(1000);
    expect(told[3]?.coordinates?.put.map(([key]) => key)).toEqual(['n']);
    news.close();
  });
});
