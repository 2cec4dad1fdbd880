/**
 * Nodes, services and checks within a transaction: judged with the keys before anything is written, and then written as each would be by
 * itself, by way of what makes one commit of them all.
 */
import { MachineName, type Caller } from '@rollcall/core';
import { asUint64 } from '../big-json.js';
import { goAnything, goStruct, goTable, goText } from '../said/body.js';
import { rowCheckKind, type Row } from '../said/catalog-body.js';
import { deregisterRow, registerRow, type CatalogWrites } from '../catalog/writes.js';
import type { ConsulNode } from '../catalog/nodes.js';
import { instancesOn, nodeNamed, type ReadingContext } from '../catalog/reading.js';
import { catalogServiceKind } from '../said/service-body.js';
import { nodeChecks, serviceChecks } from '../shown/checks.js';
import { nodeRow } from '../shown/node.js';
import { nodeService, serviceIdOf } from '../shown/service.js';
import type { CatalogStep, CatalogTxn } from './catalog-txn.js';
import type { CatalogOperation } from './operations.js';

export interface CatalogStepsOptions {
  readonly reading: ReadingContext;
  readonly writes: CatalogWrites;
}

/** One thing of the catalog: how it is shown, and how it is put and taken out. */
interface Subject {
  /** For people: `node "a"`. */
  readonly name: string;
  /** The index at which the caller saw it. */
  readonly index: bigint;
  /** As it is now; `null` where it is not there. */
  row(): { readonly ModifyIndex: number } | null;
  put(by: CatalogWrites): Promise<void>;
  remove(by: CatalogWrites): Promise<void>;
  /** What it has to stand on; `null` for nothing. */
  readonly on: string | null;
  /** What can stand on it. */
  readonly node: string | null;
}

const nodeKind = goStruct(
  {
    ID: goText,
    Node: goText,
    Address: goText,
    Datacenter: goText,
    TaggedAddresses: goTable(goText),
    Meta: goTable(goText),
    CreateIndex: goAnything,
    ModifyIndex: goAnything,
    Partition: goAnything,
    PeerName: goAnything,
    Locality: goAnything,
  },
  'refused',
);

export function catalogSteps({ reading, writes }: CatalogStepsOptions): CatalogTxn {
  return {
    writes,
    isReading: ({ verb }) => verb === 'get',
    begin: (caller) => {
      /** Nodes that this transaction makes. */
      const made = new Set<string>();
      return (operation) => {
        const subject = subjectOf(operation, caller);
        if (typeof subject === 'string') return { fault: subject };
        return stepOf(operation, subject, made);
      };
    },
  };

  function subjectOf({ kind, said }: CatalogOperation, caller: Caller): Subject | string {
    if (kind === 'Node') return nodeSubject(nodeKind(said['Node'] ?? {}, 'Node'), caller);
    if (kind === 'Service') return serviceSubject(goText(said['Node'] ?? '', 'Node'), said['Service'] ?? {}, caller);
    return checkSubject(said['Check'] ?? {}, caller);
  }

  function nodeSubject(said: ReturnType<typeof nodeKind>, caller: Caller): Subject | string {
    const { Node = '', ID, Address, Datacenter, TaggedAddresses, Meta, ModifyIndex } = said;
    if (Node === '') return 'Must provide node';
    return {
      name: `node ${JSON.stringify(Node)}`,
      index: asUint64(ModifyIndex) ?? 0n,
      row: () => {
        const node = nodeOf(Node, caller);
        return node && nodeRow(node, reading.terms);
      },
      put: (by) => registerRow(by, rowOf({ Node, ID, Address, Datacenter, TaggedAddresses, NodeMeta: Meta }), caller),
      remove: (by) => deregisterRow(by, { Node }, caller),
      on: null,
      node: Node,
    };
  }

  function serviceSubject(Node: string, said: unknown, caller: Caller): Subject | string {
    const index = asUint64((said as { readonly ModifyIndex?: unknown }).ModifyIndex) ?? 0n;
    const Service = catalogServiceKind(said, 'Service');
    const id = Service.ID ?? Service.Service ?? '';
    if (Node === '' || id === '') return 'Must provide node and service ID';
    return {
      name: `service ${JSON.stringify(id)} on node ${JSON.stringify(Node)}`,
      index,
      row: () => {
        const found = on(Node, caller).find((instance) => serviceIdOf(instance) === id);
        return found === undefined ? null : nodeService(found, reading.terms);
      },
      put: (by) => registerRow(by, rowOf({ Node, Service, SkipNodeUpdate: true }), caller),
      remove: (by) => deregisterRow(by, { Node, ServiceID: id }, caller),
      on: Node,
      node: null,
    };
  }

  function checkSubject(said: unknown, caller: Caller): Subject | string {
    const Check = rowCheckKind(said, 'Check');
    const { Node = '', CheckID = '' } = Check;
    const index = asUint64((said as { readonly ModifyIndex?: unknown }).ModifyIndex) ?? 0n;
    if (Node === '' || CheckID === '') return 'Must provide node and check ID';
    return {
      name: `check ${JSON.stringify(CheckID)} on node ${JSON.stringify(Node)}`,
      index,
      row: () => {
        const node = nodeOf(Node, caller);
        if (node === null) return null;
        const all = [
          ...nodeChecks(node, reading.terms),
          ...on(Node, caller).flatMap((instance) => serviceChecks(instance, node, reading.terms)),
        ];
        return all.find((row) => row.CheckID === CheckID) ?? null;
      },
      put: (by) => registerRow(by, rowOf({ Node, Check, SkipNodeUpdate: true }), caller),
      remove: (by) => deregisterRow(by, { Node, CheckID }, caller),
      on: Node,
      node: null,
    };
  }

  function nodeOf(text: string, caller: Caller): ConsulNode | null {
    const name = MachineName.parse(text);
    return name === undefined ? null : nodeNamed(reading, name, caller);
  }

  function on(text: string, caller: Caller): ReturnType<typeof instancesOn> {
    const name = MachineName.parse(text);
    return name === undefined ? [] : instancesOn(reading, name, caller);
  }

  function stepOf({ kind, verb }: CatalogOperation, subject: Subject, made: Set<string>): CatalogStep | { readonly fault: string } {
    const row = subject.row();
    const isStale = (row?.ModifyIndex ?? 0) !== Number(subject.index);
    const shown = (): object | null => {
      const now = subject.row();
      return now && { [kind]: now };
    };
    const put: CatalogStep = { apply: (by) => subject.put(by), shown };
    const remove: CatalogStep = { apply: (by) => subject.remove(by), shown: () => null };
    switch (verb) {
      case 'get':
        return row === null ? { fault: `${subject.name} doesn't exist` } : { apply: async () => undefined, shown };
      case 'cas':
        if (isStale) return { fault: `failed to set ${subject.name}, index is stale` };
        break;
      case 'set':
        break;
      case 'delete':
        return remove;
      case 'delete-cas':
        return row !== null && isStale ? { fault: `failed to delete ${subject.name}, index is stale` } : remove;
      default:
        return { fault: `unknown ${kind} verb ${JSON.stringify(verb)}` };
    }
    if (subject.on !== null && !made.has(subject.on) && writes.finding.node(subject.on as MachineName) === undefined && !isOwn(subject.on))
      return { fault: `Missing node registration of ${JSON.stringify(subject.on)}` };
    if (subject.node !== null) made.add(subject.node);
    return put;
  }

  function isOwn(node: string): boolean {
    return reading.nodes.own.has(node as MachineName);
  }
}

function rowOf(said: Partial<Row>): Row {
  return said as Row;
}
