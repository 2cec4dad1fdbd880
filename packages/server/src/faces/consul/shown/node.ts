/** A node as Consul shows it, by itself and as a part of a service's row. */
import type { ConsulNode } from '../catalog/nodes.js';
import type { Terms } from './terms.js';

export interface NodeRow {
  readonly ID: string;
  readonly Node: string;
  readonly Address: string;
  readonly Datacenter: string;
  readonly TaggedAddresses: Readonly<Record<string, string>>;
  readonly Meta: Readonly<Record<string, string>>;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export function nodeRow(
  { id, name, address, taggedAddresses, meta, created, modified }: ConsulNode,
  { indexes, datacenter }: Terms,
): NodeRow {
  return {
    ID: id,
    Node: name,
    Address: address,
    Datacenter: datacenter,
    TaggedAddresses: taggedAddresses,
    Meta: meta,
    CreateIndex: indexes.of(created),
    ModifyIndex: indexes.of(modified),
  };
}
