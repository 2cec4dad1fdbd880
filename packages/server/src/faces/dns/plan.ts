/** What a question is answered with, before anything is said of order, size and transport. */
import { Namespace, type CatalogView, type Instance, type Machine, type Random } from '@rollcall/core';
import { labelsOf, recordTypes, type WireName } from '@rollcall/wire';
import { addressBytes, readReverse, reverseLabels } from './addresses.js';
import { askedFor, labelTexts, type Asked } from './asked.js';
import type { Zone } from './domains.js';
import { Lookup, type Basis, type Found, type LookupOptions } from './lookup.js';
import { addressDrafts, instanceName, machineName, serviceNameOf, typeOf } from './map.js';
import { RecordSet, type Draft } from './record-set.js';
import { candidatesMax } from './service-lookup.js';
import type { Transport } from './compose.js';

export interface Plan {
  readonly exists: boolean;
  /** `null` for an empty answer. */
  readonly set: RecordSet | null;
  /** Aliases, of which one is answered, with what is known of each one's target. */
  readonly chain: readonly (Plan | null)[] | null;
  readonly basis: Basis | null;
}

export interface Surroundings extends Omit<LookupOptions, 'zone' | 'most'> {
  readonly transport: Transport;
  readonly view: CatalogView;
  readonly zones: readonly Zone[];
  readonly random: Random;
  /** Where this server can be asked, for `ns.`. */
  readonly ownAddresses: readonly string[];
}

/** An alias of an alias of an alias: beyond that somebody goes round in circles. */
const ALIASES_MAX = 4;
/** Of one name that are looked up here; whoever gets another asks for it. */
const ALIAS_TARGETS_MAX = 16;

/** Those of one address; more would not help whoever wants to know who it is. */
const POINTERS_MAX = 16;

/** `name` is folded. */
export function planFor(name: WireName, type: number, zone: Zone, around: Surroundings, depth = 0): Plan {
  const labels = labelTexts(name, labelCount(name) - zone.labels);
  if (zone.kind !== 'domain') return planned(pointers(labels, type, zone, zone.kind, around), around);
  const asked = askedFor(labels, around.datacenter);
  if (asked.kind === 'apex') return planned(ofApex(type, zone, around), around);
  if (asked.kind === 'name-server') return planned(ofNameServer(type, zone, around), around);
  const found = type === recordTypes.ANY ? ofAnyType(asked, zone, around) : lookFor(asked, type, zone, around);
  return found.drafts[0]?.type === recordTypes.CNAME ? aliased(found, type, around, depth) : planned(found, around);
}

/** Ports take three times as much room as addresses. */
function lookFor(asked: Exclude<Asked, { kind: 'apex' | 'name-server' }>, type: number, zone: Zone, around: Surroundings): Found {
  const most = candidatesMax[around.transport];
  return new Lookup({ ...around, zone, most: type === recordTypes.SRV ? most / 2 : most }).find(asked, type);
}

function aliased(found: Found, type: number, around: Surroundings, depth: number): Plan {
  const follows = type !== recordTypes.CNAME && depth < ALIASES_MAX;
  const zones = found.drafts.map(({ data }, at) => (follows && at < ALIAS_TARGETS_MAX ? zoneOf(data, around.zones) : undefined));
  const chain = found.drafts.map(({ data }, at) => {
    const zone = zones[at];
    const next = zone === undefined ? null : planFor(data, type, zone, around, depth + 1);
    return next === null || next.set === null ? null : next;
  });
  // What is further along the chain may change too.
  const isElsewhere = zones.every((zone) => zone === undefined);
  return { ...planned(found, around), chain, basis: isElsewhere ? found.basis : null };
}

function labelCount(name: WireName): number {
  let count = 0;
  for (let at = 0; (name[at] as number) > 0; at += 1 + (name[at] as number)) count++;
  return count;
}

function planned({ exists, drafts, basis, isOrdered = false }: Found, { random }: Surroundings): Plan {
  return { exists, set: drafts.length === 0 ? null : new RecordSet(drafts, isOrdered ? null : random), chain: null, basis };
}

/** The zone with the longest name that this folded name is in. */
export function zoneOf(name: WireName, zones: readonly Zone[]): Zone | undefined {
  let best: Zone | undefined;
  for (const zone of zones) {
    if ((best === undefined || zone.name.length > best.name.length) && endsWith(name, zone.name)) best = zone;
  }
  return best;
}

function endsWith(name: WireName, end: WireName): boolean {
  const start = name.length - end.length;
  let at = 0;
  while (at < start) at += 1 + (name[at] as number);
  if (at !== start) return false;
  for (let place = 0; place < end.length; place++) if (name[start + place] !== end[place]) return false;
  return true;
}

/** RFC 8482: who asks for anything gets little, and learns that the name is there. */
function ofAnyType(asked: Exclude<Asked, { kind: 'apex' | 'name-server' }>, zone: Zone, around: Surroundings): Found {
  for (const type of [recordTypes.A, recordTypes.AAAA, recordTypes.SRV, recordTypes.TXT]) {
    const found = lookFor(asked, type, zone, around);
    if (!found.exists) return found;
    const [first] = found.drafts;
    if (first?.type === recordTypes.CNAME) return found;
    if (first !== undefined) return { ...found, drafts: [{ ...hostInfo, ttlSeconds: first.ttlSeconds }] };
  }
  return { exists: true, drafts: [], basis: null };
}

const hostInfo: Omit<Draft, 'ttlSeconds'> = {
  type: recordTypes.HINFO,
  data: Uint8Array.of(7, ...Array.from('RFC8482', (character) => character.charCodeAt(0)), 0),
  weight: 1,
};

function ofApex(type: number, zone: Zone, around: Surroundings): Found {
  const ttlSeconds = zone.manner.ttlSeconds;
  if (type === recordTypes.SOA || type === recordTypes.ANY)
    return here([{ type: recordTypes.SOA, ttlSeconds, data: soaData(zone, around.view.revision), weight: 1 }]);
  if (type !== recordTypes.NS) return here([]);
  const records = ownAddresses(around).map((address) => ({ type: typeOf(address), ttlSeconds, data: address }));
  return here([{ type, ttlSeconds, data: zone.nameServer, weight: 1, ...(records.length > 0 && { glue: { nameAt: 0, records } }) }]);
}

function ofNameServer(type: number, zone: Zone, { ownAddresses }: Surroundings): Found {
  const isAddress = type === recordTypes.A || type === recordTypes.AAAA;
  const hosts = ownAddresses.map((host) => ({ host, weight: 1 }));
  return here(isAddress ? addressDrafts(hosts, type, zone.manner.ttlSeconds) : []);
}

function ownAddresses({ ownAddresses: all }: Surroundings): readonly Uint8Array[] {
  return all.flatMap((host) => addressBytes(host) ?? []);
}

function here(drafts: readonly Draft[]): Found {
  return { exists: true, drafts, basis: null };
}

/** Who has an address: the machine first, as whoever looks for a host wants it, then instances. */
function pointers(labels: readonly string[], type: number, zone: Zone, family: 4 | 6, around: Surroundings): Found {
  if (labels.length === 0) return ofApex(type, zone, around);
  if (labels.length < reverseLabels[family]) return here([]);
  const address = readReverse(labels, family);
  const home = around.zones[0];
  if (address === null || home === undefined) return { ...here([]), exists: false };
  const names = namesAt(address, home, around);
  const ttlSeconds = zone.manner.ttlSeconds;
  const drafts = type === recordTypes.PTR || type === recordTypes.ANY ? names : [];
  return {
    exists: names.length > 0,
    drafts: drafts.map((data) => ({ type: recordTypes.PTR, ttlSeconds, data, weight: 1 })),
    basis: null,
  };
}

function namesAt(address: Uint8Array, home: Zone, { index, datacenter, beside, caller }: Surroundings): readonly WireName[] {
  const names = new Map<string, WireName>();
  const take = (name: WireName | undefined): void => {
    if (name !== undefined) names.set(String.fromCharCode(...name), name);
  };
  const rendering = { zone: home, datacenter };
  for (const machine of index().machinesAt(address)) {
    take(hostLike(machineName(machine satisfies Machine, rendering)));
    if (names.size >= POINTERS_MAX) break;
  }
  for (const node of beside.nodes(caller)) {
    if (addressBytes(node.address)?.join() === address.join())
      take(hostLike(machineName({ ...node, namespace: Namespace.default }, rendering)));
  }
  if (names.size > 0) return [...names.values()];
  for (const instance of index().instancesAt(address)) {
    take(nameOfInstance(instance, home));
    if (names.size >= POINTERS_MAX) break;
  }
  return [...names.values()];
}

/** By its id, which leads back to the address; by its service where many would not take that for a host's name. */
function nameOfInstance(instance: Instance, home: Zone): WireName | undefined {
  return hostLike(instanceName(instance, home)) ?? hostLike(serviceNameOf(instance, home));
}

/** Libraries throw away names with anything else in them. */
function hostLike(name: WireName | undefined): WireName | undefined {
  const isPlain = name !== undefined && labelsOf(name).every((label) => label.every(isHostByte));
  return isPlain ? name : undefined;
}

function isHostByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x2d || byte === 0x5f
  );
}

/** How secondaries would refresh, if there were any: the usual numbers. */
const REFRESH_S = 3600;
const RETRY_S = 600;
const EXPIRE_S = 86_400;

/** The serial number is the revision: it moves with every change. */
export function soaData({ nameServer, hostmaster, manner }: Zone, revision: number): Uint8Array {
  const numbers = [revision % 2 ** 32, REFRESH_S, RETRY_S, EXPIRE_S, manner.negativeTtlSeconds];
  const bytes = numbers.flatMap((number) => [number >>> 24, (number >>> 16) & 0xff, (number >>> 8) & 0xff, number & 0xff]);
  return Uint8Array.from([...nameServer, ...hostmaster, ...bytes]);
}
