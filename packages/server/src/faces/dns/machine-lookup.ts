/** Machines by name: those that are registered, the registry's own, and places that are there because somebody is on them. */
import { Namespace, type Instance, type Machine } from '@rollcall/core';
import { addressBytes } from './addresses.js';
import type { OwnNode } from './beside.js';
import type { LookupOptions } from './lookup.js';
import { foldText, machineHosts } from './map.js';

export interface FoundMachine {
  readonly hosts: readonly string[];
  readonly pairs: readonly (readonly [string, string])[];
}

type World = Pick<LookupOptions, 'view' | 'caller' | 'index' | 'beside'>;

/** `name` is folded. `undefined` for one that nobody knows. */
export function findMachine(namespace: Namespace, name: string, world: World): FoundMachine | undefined {
  const { view, caller, index } = world;
  const names = index().machinesOf(namespace, name);
  const machines = names.flatMap((one) => view.machine({ namespace, name: one }, caller) ?? []);
  const own = ownNodes(namespace, name, world);
  if (machines.length + own.length === 0) {
    const there = names.flatMap((one) => view.instancesOn({ namespace, name: one }, caller));
    return placeOf(name, [...there, ...hostedAt(namespace, name, world)]);
  }
  const said = machines.flatMap((machine: Machine) => machineHosts(machine));
  // One of the registry's own that somebody described is where it is, unless that was said otherwise.
  const hosts = said.length > 0 ? said : own.map(({ address }) => address);
  return { hosts, pairs: [...own, ...machines].flatMap(({ metadata }) => Object.entries(metadata)) };
}

function ownNodes(namespace: Namespace, name: string, { beside, caller }: World): readonly OwnNode[] {
  return namespace === Namespace.default ? beside.nodes(caller).filter((node) => foldText(node.name) === name) : [];
}

/** Whoever names no machine is on one that is called as its address. */
function hostedAt(namespace: Namespace, name: string, { index }: World): readonly Instance[] {
  const address = addressBytes(name);
  if (address === null) return [];
  return [...index().instancesAt(address)].filter((one) => one.namespace === namespace && one.machine === null);
}

/** Called by an address it is there; otherwise the first one to come there says where that is. */
function placeOf(name: string, there: readonly Instance[]): FoundMachine | undefined {
  if (there.length === 0) return undefined;
  if (addressBytes(name) !== null) return { hosts: [name], pairs: [] };
  const [first] = there.toSorted((one, other) => one.createRevision - other.createRevision);
  return { hosts: first === undefined || first.host === null ? [] : [first.host], pairs: [] };
}
