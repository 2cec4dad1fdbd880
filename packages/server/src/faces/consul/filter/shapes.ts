/** The rows of the answers that can be filtered: their names are those of the answers, as Consul has it. */
import type { Shape } from './shape.js';

const texts: Shape = { list: 'text' };
const textTable: Shape = { table: 'text' };
const weights: Shape = { fields: { Passing: 'number', Warning: 'number' } };
const placed: Shape = { table: { fields: { Address: 'text', Port: 'number' } } };
const ports: Shape = { list: { fields: { Name: 'text', Port: 'number', Default: 'truth' } } };
const proxy: Shape = {
  fields: {
    DestinationServiceName: 'text',
    DestinationServiceID: 'text',
    LocalServiceAddress: 'text',
    LocalServicePort: 'number',
    Mode: 'text',
    TransparentProxy: { fields: { OutboundListenerPort: 'number', DialedDirectly: 'truth' } },
    MeshGateway: { fields: { Mode: 'text' } },
    Expose: { fields: { Checks: 'truth', Paths: { list: { fields: { ListenerPort: 'number', Path: 'text', Protocol: 'text' } } } } },
    Upstreams: {
      list: {
        fields: { DestinationType: 'text', DestinationName: 'text', Datacenter: 'text', LocalBindAddress: 'text', LocalBindPort: 'number' },
      },
    },
  },
};
const connect: Shape = { fields: { Native: 'truth' } };
const raft = { CreateIndex: 'number', ModifyIndex: 'number' } as const;

const node = {
  ID: 'text',
  Node: 'text',
  Address: 'text',
  Datacenter: 'text',
  TaggedAddresses: textTable,
  Meta: textTable,
  Partition: 'text',
  PeerName: 'text',
  ...raft,
} as const satisfies Record<string, Shape>;

const service = {
  Kind: 'text',
  ID: 'text',
  Service: 'text',
  Tags: texts,
  Address: 'text',
  TaggedAddresses: placed,
  Meta: textTable,
  Port: 'number',
  Ports: ports,
  SocketPath: 'text',
  Weights: weights,
  EnableTagOverride: 'truth',
  Proxy: proxy,
  Connect: connect,
  Namespace: 'text',
  Partition: 'text',
  PeerName: 'text',
  ...raft,
} as const satisfies Record<string, Shape>;

const check = {
  Node: 'text',
  CheckID: 'text',
  Name: 'text',
  Status: 'text',
  Notes: 'text',
  Output: 'text',
  ServiceID: 'text',
  ServiceName: 'text',
  ServiceTags: texts,
  Type: 'text',
  Interval: 'text',
  Timeout: 'text',
  ExposedPort: 'number',
  Definition: {
    fields: { HTTP: 'text', TCP: 'text', UDP: 'text', Interval: 'text', Timeout: 'text', Method: 'text', TLSSkipVerify: 'truth' },
  },
  Namespace: 'text',
  Partition: 'text',
  PeerName: 'text',
  ...raft,
} as const satisfies Record<string, Shape>;

export const nodeShape: Shape = { fields: node };
export const serviceShape: Shape = { fields: service };
export const agentServiceShape: Shape = { fields: { ...service, Datacenter: 'text', ContentHash: 'text' } };
export const checkShape: Shape = { fields: check };
export const healthShape: Shape = { fields: { Node: nodeShape, Service: serviceShape, Checks: { list: checkShape } } };

export const memberShape: Shape = {
  fields: { Name: 'text', Addr: 'text', Port: 'number', Tags: textTable, Status: 'number' },
};

export const catalogServiceShape: Shape = {
  fields: {
    ID: 'text',
    Node: 'text',
    Address: 'text',
    Datacenter: 'text',
    TaggedAddresses: textTable,
    NodeMeta: textTable,
    ServiceKind: 'text',
    ServiceID: 'text',
    ServiceName: 'text',
    ServiceTags: texts,
    ServiceAddress: 'text',
    ServiceTaggedAddresses: placed,
    ServiceWeights: weights,
    ServiceMeta: textTable,
    ServicePort: 'number',
    ServicePorts: ports,
    ServiceSocketPath: 'text',
    ServiceEnableTagOverride: 'truth',
    ServiceProxy: proxy,
    ServiceConnect: connect,
    Namespace: 'text',
    Partition: 'text',
    PeerName: 'text',
    ...raft,
  },
};
