/** An instance as Consul shows its services: by itself, at its agent, and flat with its node. */
import { isIP } from 'node:net';
import type { Instance } from '@rollcall/core';
import { exactly, keptService, type KeptService, type NamedPort, type PlacedAddress } from '../kept.js';
import type { ConsulNode } from '../catalog/nodes.js';
import type { Terms } from './terms.js';

export interface NodeService {
  readonly Kind?: string;
  readonly ID: string;
  readonly Service: string;
  readonly Tags: readonly string[];
  readonly Address: string;
  readonly TaggedAddresses?: Readonly<Record<string, PlacedAddress>>;
  readonly Meta: Readonly<Record<string, string>>;
  readonly Port: number;
  readonly Ports?: readonly NamedPort[];
  readonly SocketPath?: string;
  readonly Weights: { readonly Passing: number; readonly Warning: number };
  readonly EnableTagOverride: boolean;
  readonly Locality?: object;
  readonly Proxy: object;
  readonly Connect: object;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

/** An agent knows nothing of the catalog's indexes. */
export interface AgentService extends Omit<NodeService, 'Proxy' | 'Connect' | 'CreateIndex' | 'ModifyIndex'> {
  readonly Datacenter: string;
  readonly Proxy?: object;
  readonly Connect?: object;
  readonly ContentHash?: string;
}

/** What a service calls itself on its node. */
export function serviceIdOf(instance: Pick<Instance, 'id' | 'origin'>): string {
  return keptService(instance.origin)?.id ?? instance.id;
}

export function consulTagsOf({ tags, origin }: Pick<Instance, 'tags' | 'origin'>): readonly string[] {
  return exactly(keptService(origin)?.tags, tags, tags);
}

export function nodeService(instance: Instance, { indexes }: Terms): NodeService {
  const kept = keptService(instance.origin);
  const { host, port, ports, service, metadata, weight, createRevision, revision, intentRevision } = instance;
  const [address, shownPort] = [exactly(kept?.address, host, host ?? ''), port ?? (kept === null ? (Object.values(ports)[0] ?? 0) : 0)];
  const taggedAddresses = taggedOf(kept, address, shownPort);
  const named = exactly<readonly NamedPort[], { port: number | null; ports: object }>(kept?.ports, { port, ports }, namedPorts(ports));
  return {
    ...(kept?.kind === undefined ? {} : { Kind: kept.kind }),
    ID: serviceIdOf(instance),
    Service: service,
    Tags: consulTagsOf(instance),
    Address: address,
    ...(taggedAddresses === undefined ? {} : { TaggedAddresses: taggedAddresses }),
    Meta: metadata,
    // Of those that came with names only, Consul has no other.
    Port: shownPort,
    ...(named.length === 0 ? {} : { Ports: named }),
    ...(kept?.socketPath === undefined ? {} : { SocketPath: kept.socketPath }),
    Weights: { Passing: weight, Warning: kept?.warningWeight ?? 1 },
    EnableTagOverride: kept?.enableTagOverride ?? false,
    ...(kept?.locality === undefined ? {} : { Locality: kept.locality }),
    Proxy: kept?.proxy ?? noProxy,
    Connect: kept?.connect ?? {},
    CreateIndex: indexes.of(createRevision),
    ModifyIndex: indexes.of(Math.max(revision, intentRevision)),
  };
}

/** What was said goes before what an agent adds by itself. */
function taggedOf(kept: KeptService | null, Address: string, Port: number): Readonly<Record<string, PlacedAddress>> | undefined {
  const family = kept?.byAgent === true ? isIP(Address) : 0;
  if (family === 0) return kept?.taggedAddresses;
  const own = { Address, Port };
  return { [`lan_ipv${family}`]: own, [`wan_ipv${family}`]: own, ...kept?.taggedAddresses };
}

/** What Consul shows of a service that is no proxy. */
const noProxy = { Mode: '', MeshGateway: {}, Expose: {} };

function namedPorts(ports: Instance['ports']): readonly NamedPort[] {
  return Object.entries(ports).map(([Name, Port]) => ({ Name, Port }));
}

export function agentService(instance: Instance, terms: Terms): AgentService {
  const { Proxy, Connect, CreateIndex: _created, ModifyIndex: _modified, ...own } = nodeService(instance, terms);
  const kept = keptService(instance.origin);
  return {
    ...own,
    Datacenter: terms.datacenter,
    ...(kept?.proxy === undefined ? {} : { Proxy }),
    ...(kept?.connect === undefined ? {} : { Connect }),
  };
}

/** Beside its node, in one row. */
export function flatService(own: NodeService, node: ConsulNode, terms: Terms): object {
  return {
    ID: node.id,
    Node: node.name,
    Address: node.address,
    Datacenter: terms.datacenter,
    TaggedAddresses: node.taggedAddresses,
    NodeMeta: node.meta,
    ServiceKind: own.Kind ?? '',
    ServiceID: own.ID,
    ServiceName: own.Service,
    ServiceTags: own.Tags,
    ServiceAddress: own.Address,
    ...(own.TaggedAddresses === undefined ? {} : { ServiceTaggedAddresses: own.TaggedAddresses }),
    ServiceWeights: own.Weights,
    ServiceMeta: own.Meta,
    ServicePort: own.Port,
    ...(own.Ports === undefined ? {} : { ServicePorts: own.Ports }),
    ServiceSocketPath: own.SocketPath ?? '',
    ServiceEnableTagOverride: own.EnableTagOverride,
    ServiceProxy: own.Proxy,
    ServiceConnect: own.Connect,
    ...(own.Locality === undefined ? {} : { ServiceLocality: own.Locality }),
    CreateIndex: own.CreateIndex,
    ModifyIndex: own.ModifyIndex,
  };
}
