/** The lens: instances and machines as records of DNS. Pure. */
import { METADATA_VALUE_CHARACTERS_MAX, Namespace, ServiceName, type Instance, type Machine } from '@rollcall/core';
import { nameOf, parseName, recordTypes, type WireName } from '@rollcall/wire';
import { addressBytes, dashedOf, isName } from './addresses.js';
import type { Zone } from './domains.js';
import type { Draft, Glue } from './record-set.js';

/** What is lost on the way through, and why. */
export const cannotExpress: readonly { readonly feature: string; readonly reason: string }[] = [
  { feature: 'ports in A and AAAA', reason: 'they hold addresses only; ask for SRV' },
  { feature: 'instances without host', reason: 'such as those behind a unix socket: DNS has no record for a path; they are left out' },
  {
    feature: 'instances whose address is no host',
    reason: 'as Consul’s API takes them: DNS has no record for any text; they are left out',
  },
  { feature: 'instances without any port, in SRV', reason: 'a port of 0 would be a lie; A and AAAA have them' },
  { feature: 'addresses with a zone, such as fe80::1%eth0', reason: 'they mean something on one machine only; they are left out' },
  { feature: 'names with more than 63 bytes between two dots, or 255 in all', reason: 'labels and names of DNS end there' },
  {
    feature: 'upper and lower case',
    reason: 'names of DNS are the same without regard to it; ids that differ only so are answered together',
  },
  { feature: 'zones and regions', reason: 'one answer is kept for all who ask the same resolver, so it cannot know where they are' },
  { feature: 'weights in A and AAAA', reason: 'order and choice follow them; weight 0 is left out where others have more' },
  { feature: 'metadata beyond what fits into 64 kB', reason: 'no message is longer' },
];

/** How records of one answer are made. */
export interface Rendering {
  readonly zone: Zone;
  /** Without a dot: `dc1`. */
  readonly datacenter: string;
  readonly ttlSeconds: number;
  /** The machines that share their address with an instance, for who names targets after them. */
  readonly machineOf: (instance: Instance) => Machine | undefined;
}

/** Where an instance can be reached: its own host, or its machine's address. */
export function hostsOf(instance: Instance, machine: Machine | undefined): readonly string[] {
  if (instance.host !== null) return [instance.host];
  return machine === undefined ? [] : machineHosts(machine);
}

/** Those that are meant for its neighbours, if it says which. */
export function machineHosts({ addresses }: Pick<Machine, 'addresses'>): readonly string[] {
  const all = Object.entries(addresses);
  const near = all.filter(([purpose]) => /^lan(?:_|$)/.test(purpose));
  const known = near.length > 0 ? near : all.filter(([purpose]) => !/^(?:wan|virtual)(?:_|$)/.test(purpose));
  return [...new Set((known.length > 0 ? known : all).map(([, host]) => host))];
}

/** Addresses of a family, each once; who shares one shares its weight too. */
export function addressDrafts(hosts: readonly Weighted[], type: number, ttlSeconds: number): readonly Draft[] {
  const found = new Map<string, { data: Uint8Array; weight: number }>();
  const width = type === recordTypes.A ? 4 : 16;
  for (const { host, weight } of hosts) {
    const known = found.get(host);
    if (known !== undefined) {
      known.weight += weight;
      continue;
    }
    const data = addressBytes(host);
    if (data?.length === width) found.set(host, { data, weight });
  }
  return [...found.values()].map(({ data, weight }) => ({ type, ttlSeconds, data, weight }));
}

export interface Weighted {
  readonly host: string;
  readonly weight: number;
}

/** Weight 0 gets no calls, unless there is nobody else. */
export function weightedHosts(instances: readonly Instance[], machineOf: Rendering['machineOf']): readonly Weighted[] {
  const calls = instances.some(({ weight }) => weight > 0);
  const hosts: Weighted[] = [];
  for (const instance of instances) {
    if (calls && instance.weight === 0) continue;
    const weight = calls ? instance.weight : 1;
    if (instance.host !== null) hosts.push({ host: instance.host, weight });
    else for (const host of hostsOf(instance, machineOf(instance))) hosts.push({ host, weight });
  }
  return hosts;
}

/** Names in place of addresses: one of them is the answer. */
export function aliasDrafts(hosts: readonly Weighted[]): readonly Draft[] {
  const names = new Map<string, number>();
  for (const { host, weight } of hosts) if (isName(host)) names.set(host.toLowerCase(), (names.get(host.toLowerCase()) ?? 0) + weight);
  return [...names].flatMap(([host, weight]): Draft[] => {
    const data = parseName(host);
    // Whoever keeps an alias would take it for the answer to every type; there are others here.
    return data === undefined ? [] : [{ type: recordTypes.CNAME, ttlSeconds: 0, data, weight }];
  });
}

/** One port of an instance, and what its target is called. */
export interface Target {
  /** The host that it is called after. */
  readonly key: string;
  readonly name: WireName;
  /** Its addresses, where it is one of our names. */
  readonly addresses: readonly Uint8Array[];
}

/** `ports` says which ports of an instance are meant. Priorities are all the same: who is nearer, DNS does not know. */
export function serviceDrafts(
  instances: readonly Instance[],
  ports: (instance: Instance) => readonly number[],
  targetOf: (instance: Instance) => readonly Target[],
  ttlSeconds: number,
): readonly Draft[] {
  const drafts: Draft[] = [];
  const seen = new Set<string>();
  const glue = new Map<string, Glue>();
  for (const instance of instances) {
    for (const target of targetOf(instance)) {
      const { key } = target;
      for (const port of ports(instance)) {
        const known = seen.size;
        if (seen.add(`${port} ${key}`).size === known) continue;
        const data = serviceData(instance.weight, port, target.name);
        drafts.push({ type: recordTypes.SRV, ttlSeconds, data, weight: 1, glue: glue.get(key) ?? newGlue(glue, key, target, ttlSeconds) });
      }
    }
  }
  return drafts;
}

function newGlue(table: Map<string, Glue>, key: string, { addresses }: Target, ttlSeconds: number): Glue {
  const glue = { nameAt: TARGET_AT, records: addresses.map((address) => ({ type: typeOf(address), ttlSeconds, data: address })) };
  table.set(key, glue);
  return glue;
}

/** Behind priority, weight and port. */
const TARGET_AT = 6;
const PRIORITY = 1;

function serviceData(weight: number, port: number, name: WireName): Uint8Array {
  const data = new Uint8Array(TARGET_AT + name.length);
  data.set([0, PRIORITY, weight >>> 8, weight & 0xff, port >>> 8, port & 0xff]);
  data.set(name, TARGET_AT);
  return data;
}

export function typeOf(address: Uint8Array): number {
  return address.length === 4 ? recordTypes.A : recordTypes.AAAA;
}

/** The main one; where there is none, all that have names. */
export function mainPorts({ port, ports }: Instance): readonly number[] {
  return port === null ? [...new Set(Object.values(ports))] : [port];
}

export function namedPort({ ports }: Instance, folded: string): readonly number[] {
  return Object.entries(ports).flatMap(([name, port]) => (foldText(name) === folded ? [port] : []));
}

/** `0a000005.addr.rollcall`, or with Consul's datacenter in it. */
export function addressName(address: Uint8Array, { addressEnd }: Zone): WireName {
  const digits = address.length * 2;
  const name = new Uint8Array(1 + digits + addressEnd.length);
  name[0] = digits;
  for (let at = 0; at < address.length; at++) {
    name[1 + at * 2] = hexDigit((address[at] as number) >> 4);
    name[2 + at * 2] = hexDigit((address[at] as number) & 15);
  }
  name.set(addressEnd, 1 + digits);
  return name;
}

function hexDigit(value: number): number {
  return value < 10 ? 0x30 + value : 0x57 + value;
}

/** `10-0-0-5.payments.default.svc.rollcall`; `undefined` for services whose name is too long for that. */
export function endpointName(address: Uint8Array, { namespace, service }: Instance, zone: Zone): WireName | undefined {
  return nameIn([dashedOf(address), ...ServiceName.fold(service).split('.'), namespace, 'svc'], zone);
}

/** `web-1.node.rollcall`; `undefined` for who cannot be named so. */
export function machineName(
  { namespace, name }: Pick<Machine, 'namespace' | 'name'>,
  { zone, datacenter }: Pick<Rendering, 'zone' | 'datacenter'>,
): WireName | undefined {
  const place = namespace === Namespace.default ? [] : [namespace, 'ns'];
  return nameIn([...name.split('.'), 'node', ...place, ...(zone.manner.targets === 'consul' ? [datacenter] : [])], zone);
}

/** `web-1.instance.rollcall`. */
export function instanceName({ namespace, id }: Pick<Instance, 'namespace' | 'id'>, zone: Zone): WireName | undefined {
  return nameIn([...id.split('.'), 'instance', ...(namespace === Namespace.default ? [] : [namespace, 'ns'])], zone);
}

/** `payments.service.rollcall`. */
export function serviceNameOf({ namespace, service }: Pick<Instance, 'namespace' | 'service'>, zone: Zone): WireName | undefined {
  const labels = ServiceName.fold(service).split('.');
  return nameIn([...labels, 'service', ...(namespace === Namespace.default ? [] : [namespace, 'ns'])], zone);
}

const encoder = new TextEncoder();

function nameIn(labels: readonly string[], zone: Zone): WireName | undefined {
  const prefix = nameOf(labels.map((label) => encoder.encode(label)));
  if (prefix === undefined || prefix.length - 1 + zone.name.length > 255) return undefined;
  const name = new Uint8Array(prefix.length - 1 + zone.name.length);
  name.set(prefix.subarray(0, -1));
  name.set(zone.name, prefix.length - 1);
  return name;
}

/** Letters of ASCII as small ones: how names are compared. */
export function foldText(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}

/** What one text of a TXT record holds. */
const TEXT_BYTES_MAX = 255;

/** Pairs, one record each, `key=value` as RFC 1464 has it; what is longer than a text goes on in the next. */
export function textDrafts(pairs: Iterable<readonly [string, string]>, { zone, ttlSeconds }: Rendering): readonly Draft[] {
  const texts = new Set<string>();
  for (const [key, value] of pairs) texts.add(pairText(key, value.slice(0, METADATA_VALUE_CHARACTERS_MAX), zone));
  return [...texts].map((text) => ({ type: recordTypes.TXT, ttlSeconds, data: textData(encoder.encode(text)), weight: 1 }));
}

function pairText(key: string, value: string, { manner }: Zone): string {
  // Consul shows what was written for other purposes without its key.
  if (manner.targets === 'consul' && key.startsWith('rfc1035-')) return value;
  return `${key.replace(/[`=]/g, (character) => `\`${character}`)}=${value}`;
}

function textData(bytes: Uint8Array): Uint8Array {
  const texts = Math.max(1, Math.ceil(bytes.length / TEXT_BYTES_MAX));
  const data = new Uint8Array(bytes.length + texts);
  for (let text = 0; text < texts; text++) {
    const part = bytes.subarray(text * TEXT_BYTES_MAX, (text + 1) * TEXT_BYTES_MAX);
    data[text * (TEXT_BYTES_MAX + 1)] = part.length;
    data.set(part, text * (TEXT_BYTES_MAX + 1) + 1);
  }
  return data;
}
