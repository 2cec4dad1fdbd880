/** A service on a node: an instance of the catalog, or the registry's own, which Consul calls `consul` and every client expects. */
import { Namespace, type Caller, type Instance, type ServiceName } from '@rollcall/core';
import type { Member } from '../catalog/members.js';
import type { ConsulNode } from '../catalog/nodes.js';
import type { ReadingContext } from '../catalog/reading.js';
import { nodeChecks, serviceChecks, worstOf, type CheckRow } from './checks.js';
import { nodeRow, type NodeRow } from './node.js';
import { consulTagsOf, flatService, nodeService, type NodeService } from './service.js';
import type { Terms } from './terms.js';

export interface ServiceOn {
  readonly node: ConsulNode;
  /** `null`: the registry's own. */
  readonly instance: Instance | null;
}

export const OWN_SERVICE = 'consul';

export interface HealthRow {
  readonly Node: NodeRow;
  readonly Service: NodeService;
  readonly Checks: readonly CheckRow[];
}

/** All that this caller may see of it, each on its node. */
export function servicesOn(
  name: ServiceName | null,
  context: Pick<ReadingContext, 'view' | 'nodes'>,
  caller: Caller,
): readonly ServiceOn[] {
  if (name === null) return [];
  const rows = context.view
    .instances(Namespace.default, name, caller)
    .map((instance): ServiceOn => ({ instance, node: context.nodes.of(instance, caller) }));
  return name.toLowerCase() === OWN_SERVICE ? [...ownOn(context, caller), ...rows] : rows;
}

/** The registry's own service, on each of its nodes. */
function ownOn({ nodes }: Pick<ReadingContext, 'nodes'>, caller: Caller): readonly ServiceOn[] {
  return [...nodes.own.keys()].flatMap((name) => {
    const node = nodes.named(name, caller) ?? nodes.own.get(name);
    return node === undefined ? [] : [{ node, instance: null }];
  });
}

export function serviceOf({ node, instance }: ServiceOn, terms: Terms): NodeService {
  return instance === null ? ownService(node.member, terms) : nodeService(instance, terms);
}

export function tagsOf({ instance }: Pick<ServiceOn, 'instance'>): readonly string[] {
  return instance === null ? [] : consulTagsOf(instance);
}

export function ownChecksOf({ node, instance }: ServiceOn, terms: Terms): readonly CheckRow[] {
  return instance === null ? [] : serviceChecks(instance, node, terms);
}

export function catalogRow(on: ServiceOn, terms: Terms): object {
  return flatService(serviceOf(on, terms), on.node, terms);
}

export function healthRow(on: ServiceOn, terms: Terms): HealthRow {
  return {
    Node: nodeRow(on.node, terms),
    Service: serviceOf(on, terms),
    Checks: [...nodeChecks(on.node, terms), ...ownChecksOf(on, terms)],
  };
}

export function isPassing(on: ServiceOn, terms: Terms): boolean {
  return worstOf(nodeChecks(on.node, terms)) === 'passing' && worstOf(ownChecksOf(on, terms)) === 'passing';
}

function ownService(member: Member | null, { indexes }: Terms): NodeService {
  const index = indexes.of(member?.revision ?? 0);
  return {
    ID: OWN_SERVICE,
    Service: OWN_SERVICE,
    Tags: [],
    Address: '',
    Meta: {},
    Port: member?.port ?? 0,
    Weights: { Passing: 1, Warning: 1 },
    EnableTagOverride: false,
    Proxy: { Mode: '', MeshGateway: {}, Expose: {} },
    Connect: {},
    CreateIndex: index,
    ModifyIndex: index,
  };
}
