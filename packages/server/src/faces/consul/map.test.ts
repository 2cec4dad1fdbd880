import { instanceOf, MachineName, type Host, type Instance, type Registration } from '@rollcall/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasForeignAddress } from '../../shared/foreign-address.js';
import type { Agent } from './agent/agents.js';
import { defineService } from './said/definitions.js';
import { Indexes, LASTING_BASE } from './indexes.js';
import { cannotExpress } from './map.js';
import { agentServiceKind } from './said/service-body.js';
import { nodeService, type NodeService } from './shown/service.js';

const agent: Agent = { name: 'web-7' as MachineName, address: '10.0.0.7' as Host };
const indexes = new Indexes(LASTING_BASE);

function registered(body: object): Registration {
  return defineService(agentServiceKind(body, 'body'), { agent, address: agent.address, follow: () => null }).make(undefined, true);
}

function instance(registration: Registration, like: Partial<Instance> = {}): Instance {
  const record = { ...registration, incarnation: 1, registeredAtMs: 0, createRevision: 1, revision: 1 };
  const nothing = { verdicts: {}, healthRevision: 0, held: false, intent: null, intentRevision: 0, machine: null };
  return { ...instanceOf(record, nothing), ...like };
}

function shown(body: object, like: Partial<Instance> = {}): NodeService {
  return nodeService(instance(registered(body), like), { indexes, datacenter: 'dc1' });
}

const text = fc.string({ unit: fc.constantFrom('a', 'B', '7', '.', '-', ' ', 'ü'), maxLength: 12 });
const name = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,8}$/);
const port = fc.integer({ min: 0, max: 65_535 });
const anyService = fc.record(
  {
    ID: name,
    // Also what nobody else could be asked for: no tag at all, or too long a one.
    Tags: fc.array(fc.oneof(text, fc.constant(''), fc.constant('x'.repeat(300)))),
    Address: fc.constantFrom('', '10.0.0.9', 'fd00::9', 'db.example.com', 'db.example.com.', '[::1]', '10.0.0.9:80', 'no address'),
    Port: port,
    Meta: fc.dictionary(name, text, { maxKeys: 5 }),
    TaggedAddresses: fc.dictionary(name, fc.record({ Address: text, Port: port }), { maxKeys: 3 }),
    Weights: fc.record({ Passing: fc.integer({ min: 1, max: 65_535 }), Warning: port }),
    EnableTagOverride: fc.boolean(),
    SocketPath: text,
    Kind: fc.constantFrom('', 'connect-proxy'),
    Proxy: fc.record({ DestinationServiceName: text }),
    Connect: fc.record({ Native: fc.boolean() }),
    Locality: fc.record({ Region: text, Zone: text }),
  },
  { requiredKeys: [] },
);

describe('an address', () => {
  it.each([
    ['10.0.0.9', '10.0.0.9', false],
    ['', '10.0.0.7', false],
    ['[fd00::9]', 'fd00::9', false],
    ['db.example.com.', 'db.example.com', false],
    ['not a host', null, true],
    ['10.0.0.9:80', null, true],
    ['${HOST}', null, true],
  ])('%j is the host %j', (Address, host, isForeign) => {
    const registration = registered({ Name: 'web', Address });
    expect([registration.host, hasForeignAddress(registration.origin)]).toEqual([host, isForeign]);
    expect(nodeService(instance(registration), { indexes, datacenter: 'dc1' }).Address).toBe(Address);
  });
});

describe('the lens of Consul', () => {
  it('shows what was registered as it was said', () => {
    fc.assert(
      fc.property(name, anyService, (Name, said) => {
        const { Kind, Proxy, Connect, TaggedAddresses, SocketPath, Locality, ...plain } = said;
        expect(shown({ ...said, Name })).toMatchObject({
          ID: Name,
          Service: Name,
          Tags: [],
          Meta: {},
          Port: 0,
          Address: '',
          Weights: { Passing: 1, Warning: 1 },
          EnableTagOverride: false,
          ...plain,
          ...(TaggedAddresses === undefined || Object.keys(TaggedAddresses).length === 0 ? {} : { TaggedAddresses }),
          ...(Proxy === undefined ? {} : { Proxy }),
          ...(Connect === undefined ? {} : { Connect }),
          ...(Locality === undefined ? {} : { Locality }),
          ...(Kind === undefined || Kind === '' ? {} : { Kind }),
          ...(SocketPath === undefined || SocketPath === '' ? {} : { SocketPath }),
        });
      }),
    );
  });

  it('shows what somebody changed elsewhere as it is then, and keeps the rest', () => {
    fc.assert(
      fc.property(name, anyService, (Name, said) => {
        const moved = { host: '10.9.9.9' as Host, port: 9, tags: ['theirs'], metadata: { theirs: 'yes' }, weight: 7 };
        const after = shown({ ...said, Name }, moved);
        const { TaggedAddresses, EnableTagOverride = false } = said;
        const isTagged = TaggedAddresses !== undefined && Object.keys(TaggedAddresses).length > 0;
        const kept = { EnableTagOverride, ...(isTagged ? { TaggedAddresses } : {}) };
        expect(after).toMatchObject({ Address: '10.9.9.9', Port: 9, Tags: ['theirs'], Meta: { theirs: 'yes' }, ...kept });
        expect(after.Weights).toEqual({ Passing: 7, Warning: said.Weights?.Warning ?? 1 });
      }),
    );
  });

  it('says of an IP address where it is reached, as an agent does, and where it is then', () => {
    const at = (Address: string, Port: number): object => ({ Address, Port });
    expect(shown({ Name: 'web', Address: '10.0.0.9', Port: 80, TaggedAddresses: { wan_ipv4: at('1.2.3.4', 81) } }).TaggedAddresses).toEqual(
      {
        lan_ipv4: at('10.0.0.9', 80),
        wan_ipv4: at('1.2.3.4', 81),
      },
    );
    expect(shown({ Name: 'web', Address: 'fd00::9' }).TaggedAddresses).toEqual({ lan_ipv6: at('fd00::9', 0), wan_ipv6: at('fd00::9', 0) });
    expect(shown({ Name: 'web', Address: '10.0.0.9' }, { host: '10.0.0.8' as Host }).TaggedAddresses).toMatchObject({
      lan_ipv4: at('10.0.0.8', 0),
    });
    for (const Address of ['', 'db.example.com']) expect(shown({ Name: 'web', Address }).TaggedAddresses).toBeUndefined();
  });

  it('shows several ports as they were said, until somebody else moves them', () => {
    const Ports = [
      { Name: 'admin', Port: 81 },
      { Name: 'http', Port: 80, Default: true },
    ];
    expect(registered({ Name: 'web', Ports })).toMatchObject({ port: 80, ports: { admin: 81, http: 80 } });
    expect(shown({ Name: 'web', Ports }).Ports).toEqual(Ports);
    expect(shown({ Name: 'web', Ports }, { ports: { http: 82 } }).Ports).toEqual([{ Name: 'http', Port: 82 }]);
    expect(() => registered({ Name: 'web', Port: 1, Ports })).toThrow('Port and Ports cannot both be specified');
  });

  it('says what it cannot express, and why', () => {
    for (const { feature, reason } of cannotExpress) expect(feature.length * reason.length).toBeGreaterThan(0);
  });
});
