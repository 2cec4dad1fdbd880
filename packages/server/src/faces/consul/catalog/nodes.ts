/**
 * Consul's nodes: our machines, the registry's own nodes, and, for instances that name no machine that is here, the place that
 * they name or the host that they are on. So that everything is on a node, as Consul has it.
 */
import { Namespace, type Caller, type CatalogView, type Instance, type Machine, type MachineName } from '@rollcall/core';
import { exactly, keptMachine } from '../kept.js';
import type { Member, Members } from './members.js';

export interface ConsulNode {
  readonly name: MachineName;
  readonly machine: Machine | null;
  readonly member: Member | null;
  readonly id: string;
  readonly address: string;
  readonly taggedAddresses: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  /** Revisions. */
  readonly created: number;
  readonly modified: number;
}

export interface NodesOptions {
  readonly view: Pick<CatalogView, 'machine' | 'machines'>;
  readonly members: Pick<Members, 'all'>;
  /** Of Consul: its own nodes say it. */
  readonly consulVersion: string;
}

/** Of an instance that has neither machine nor host, such as one behind a unix socket. */
const NOWHERE = 'nowhere' as MachineName;

export class Nodes {
  readonly #view: NodesOptions['view'];
  readonly #members: NodesOptions['members'];
  /** What every Consul has of its own node. */
  readonly #ownMeta: Meta;
  /** Made once, so that whoever keeps what was made of a node knows that it is the same. */
  readonly #ofMachines = new WeakMap<Machine, ConsulNode>();
  readonly #ofInstances = new WeakMap<Instance, ConsulNode>();
  #ofMembers: { readonly members: readonly Member[]; readonly nodes: ReadonlyMap<MachineName, ConsulNode> } | null = null;

  constructor({ view, members, consulVersion }: NodesOptions) {
    this.#view = view;
    this.#members = members;
    this.#ownMeta = { 'consul-network-segment': '', 'consul-version': consulVersion };
  }

  /** All of the registry's own, by name. */
  get own(): ReadonlyMap<MachineName, ConsulNode> {
    const members = this.#members.all();
    if (this.#ofMembers?.members !== members)
      this.#ofMembers = { members, nodes: new Map(members.map((member) => [member.name, ofMember(member, this.#ownMeta)])) };
    return this.#ofMembers.nodes;
  }

  /** One that is there by itself, whoever is on it; `null` for one that only is where somebody is. */
  named(name: MachineName, caller: Caller): ConsulNode | null {
    const machine = this.#view.machine({ namespace: Namespace.default, name }, caller);
    if (machine !== undefined) return this.ofMachine(machine);
    return this.own.get(name) ?? null;
  }

  /** One that is there by itself and has this address; `null` for an address that none has. */
  at(address: string, caller: Caller): MachineName | null {
    for (const [name, node] of this.own) if (node.address === address) return name;
    const found = this.#view.machines(Namespace.default, caller).find((machine) => this.ofMachine(machine).address === address);
    return found?.name ?? null;
  }

  ofMachine(machine: Machine): ConsulNode {
    const member = this.#memberOf(machine.name);
    const known = this.#ofMachines.get(machine);
    if (known !== undefined && known.member === member) return known;
    const node = ofMachine(machine, member, this.#ownMeta);
    this.#ofMachines.set(machine, node);
    return node;
  }

  /** Where this instance is; whoever sees it may see that. */
  of(instance: Instance, caller: Caller): ConsulNode {
    const name = nodeNameOf(instance);
    const named = instance.machine === null ? null : this.named(name, caller);
    if (named !== null) return named;
    const known = this.#ofInstances.get(instance);
    if (known !== undefined) return known;
    const node = ofInstance(name, instance);
    this.#ofInstances.set(instance, node);
    return node;
  }

  #memberOf(name: MachineName): Member | null {
    return this.own.get(name)?.member ?? null;
  }
}

export function nodeNameOf({ machine, host }: Pick<Instance, 'machine' | 'host'>): MachineName {
  return machine ?? (host as string | null as MachineName | null) ?? NOWHERE;
}

type Meta = Readonly<Record<string, string>>;

function ofMember(member: Member, meta: Meta): ConsulNode {
  const { name, id, address, revision } = member;
  const tagged = bothFamilies(address);
  return { name, machine: null, member, id, address, taggedAddresses: tagged, meta, created: revision, modified: revision };
}

function bothFamilies(address: string): Readonly<Record<string, string>> {
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  return { lan: address, [`lan_${family}`]: address, wan: address, [`wan_${family}`]: address };
}

/** One of our own that somebody described keeps what it is by itself, as far as nobody said otherwise. */
function ofMachine(machine: Machine, member: Member | null, ownMeta: Meta): ConsulNode {
  const { name, addresses, metadata, createRevision, revision } = machine;
  const kept = keptMachine(machine.origin);
  const { host = null, ...others } = addresses;
  const main = exactly(kept?.address, host, host ?? others['lan'] ?? Object.values(others)[0] ?? member?.address ?? '');
  const tagged = kept?.taggedAddresses ?? others;
  const isOwn = member !== null;
  return {
    name,
    machine,
    member,
    id: kept?.id ?? member?.id ?? '',
    address: main,
    taggedAddresses: isOwn && Object.keys(tagged).length === 0 ? bothFamilies(main) : tagged,
    meta: isOwn ? { ...ownMeta, ...metadata } : metadata,
    created: isOwn ? Math.min(createRevision, member.revision) : createRevision,
    modified: isOwn ? Math.max(revision, member.revision) : revision,
  };
}

function ofInstance(name: MachineName, { host, createRevision }: Instance): ConsulNode {
  const none = { machine: null, member: null, id: '', taggedAddresses: {}, meta: {} };
  return { ...none, name, address: isAddress(name) ? name : (host ?? ''), created: createRevision, modified: createRevision };
}

/** An agent is called by the address that it calls from. */
function isAddress(name: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$|^[\da-f:]*:[\da-f:.]*$/i.test(name);
}
