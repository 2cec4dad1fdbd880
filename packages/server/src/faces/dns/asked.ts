/** What a name asks for, by its form alone. */
import type { WireName } from '@rollcall/wire';
import { Namespace } from '@rollcall/core';
import { readHex } from './addresses.js';

/** Names in it are folded; what stood in several labels is joined by dots. */
export type Asked =
  /** The domain itself. */
  | { readonly kind: 'apex' }
  | { readonly kind: 'name-server' }
  /** There is nothing at it, but there is something below. */
  | { readonly kind: 'empty'; readonly namespace: Namespace | null }
  | { readonly kind: 'nothing' }
  /** SERVICE, or TAG.SERVICE: who is there says which. */
  | { readonly kind: 'service'; readonly namespace: Namespace; readonly labels: readonly string[]; readonly tags: boolean }
  | { readonly kind: 'tagged'; readonly namespace: Namespace; readonly service: string; readonly tag: string | null }
  /** A port by its name; `null` for what is above all of them. */
  | {
      readonly kind: 'port';
      readonly namespace: Namespace;
      readonly service: string;
      readonly port: string | null;
      readonly inCluster: boolean;
    }
  /** SERVICE, or ENDPOINT.SERVICE, as Kubernetes has them. */
  | { readonly kind: 'cluster'; readonly namespace: Namespace; readonly labels: readonly string[] }
  | { readonly kind: 'instance'; readonly namespace: Namespace; readonly id: string }
  | { readonly kind: 'machine'; readonly namespace: Namespace; readonly name: string }
  /** What somebody prepared under this name. */
  | { readonly kind: 'query'; readonly name: string }
  | { readonly kind: 'address'; readonly address: Uint8Array };

const NOTHING: Asked = { kind: 'nothing' };
const EMPTY: Asked = { kind: 'empty', namespace: null };

/** `labels` are those before the domain, folded. */
export function askedFor(labels: readonly string[], datacenter: string): Asked {
  if (labels.length === 0) return { kind: 'apex' };
  if (labels.length === 1 && labels[0] === 'ns') return { kind: 'name-server' };
  if (labels.at(-1) === 'svc') return inCluster(labels.slice(0, -1));
  const { rest, namespace } = withoutPlace(labels, datacenter);
  if (namespace === undefined) return NOTHING;
  if (rest.length === 0) return { kind: 'empty', namespace };
  return ofKind(rest.at(-1) as string, rest, namespace ?? Namespace.default);
}

/** `NAME.service[.NAMESPACE.ns][.DATACENTER[.dc]]`: what stands behind the kind. `undefined` for a namespace that cannot be. */
function withoutPlace(
  labels: readonly string[],
  datacenter: string,
): { readonly rest: readonly string[]; readonly namespace: Namespace | null | undefined } {
  let rest = labels;
  if (rest.at(-1) === 'dc' && (rest.length === 1 || rest.at(-2) === datacenter)) rest = rest.slice(0, -1);
  if (rest.at(-1) === datacenter) rest = rest.slice(0, -1);
  if (rest.at(-1) !== 'ns') return { rest, namespace: null };
  if (rest.length === 1) return { rest: [], namespace: null };
  return { rest: rest.slice(0, -2), namespace: Namespace.parse(rest.at(-2)) };
}

const kinds: ReadonlySet<string> = new Set(['service', 'instance', 'node', 'query', 'addr']);

function ofKind(kind: string, rest: readonly string[], namespace: Namespace): Asked {
  const names = rest.slice(0, -1);
  const isKnown = kinds.has(kind);
  // Consul takes `_web._tcp.consul` too.
  if (!isKnown) return isUnderscored(rest[0]) && isUnderscored(rest.at(-1)) ? ofService(rest, namespace) : NOTHING;
  if (names.length === 0) return { kind: 'empty', namespace };
  const name = names.join('.');
  if (kind === 'service') return ofService(names, namespace);
  if (kind === 'instance') return { kind, namespace, id: name };
  if (kind === 'query') return namespace === Namespace.default ? { kind, name: queryName(names) } : NOTHING;
  if (kind === 'node') return { kind: 'machine', namespace, name };
  const address = readHex(name);
  return address === null ? NOTHING : { kind: 'address', address };
}

/** `_NAME._tcp.query`, as RFC 2782 has it, is NAME. */
function queryName(names: readonly string[]): string {
  const isService = names.length > 1 && isUnderscored(names[0]) && isTransport(names.at(-1) as string);
  return isService ? names.slice(0, -1).join('.').slice(1) : names.join('.');
}

function ofService(names: readonly string[], namespace: Namespace): Asked {
  const [first = '', second = ''] = names;
  if (!isUnderscored(first)) return { kind: 'service', namespace, labels: names, tags: true };
  if (names.length === 1) return EMPTY;
  const last = names.at(-1) as string;
  if (isUnderscored(last)) {
    const service = names.slice(0, -1).join('.').slice(1);
    const tag = last.slice(1);
    return { kind: 'tagged', namespace, service, tag: isTransport(last) ? null : tag };
  }
  return ofPort(names, namespace, false) ?? (isUnderscored(second) ? NOTHING : { kind: 'service', namespace, labels: names, tags: true });
}

/** `_PORT._tcp.SERVICE`, and `_tcp.SERVICE` above it. */
function ofPort(names: readonly string[], namespace: Namespace, inCluster: boolean): Asked | undefined {
  const [first = '', second = ''] = names;
  if (isTransport(first)) return { kind: 'port', namespace, service: names.slice(1).join('.'), port: null, inCluster };
  if (!isUnderscored(first) || !isTransport(second) || names.length < 3) return undefined;
  return { kind: 'port', namespace, service: names.slice(2).join('.'), port: first.slice(1), inCluster };
}

/** `[_PORT._tcp.][ENDPOINT.]SERVICE.NAMESPACE.svc` */
function inCluster(labels: readonly string[]): Asked {
  if (labels.length === 0) return EMPTY;
  const namespace = Namespace.parse(labels.at(-1));
  if (namespace === undefined) return NOTHING;
  const names = labels.slice(0, -1);
  if (names.length === 0) return { kind: 'empty', namespace };
  if (!isUnderscored(names[0])) return { kind: 'cluster', namespace, labels: names };
  return ofPort(names, namespace, true) ?? NOTHING;
}

function isUnderscored(label: string | undefined): boolean {
  return label !== undefined && label.length > 1 && label.startsWith('_');
}

function isTransport(label: string): boolean {
  return label === '_tcp' || label === '_udp';
}

const utf8 = new TextDecoder();

/** The first `count` labels of a name, as text. */
export function labelTexts(name: WireName, count: number): readonly string[] {
  const texts: string[] = [];
  for (let at = 0; texts.length < count; at += 1 + (name[at] as number)) texts.push(labelText(name, at + 1, at + 1 + (name[at] as number)));
  return texts;
}

function labelText(name: WireName, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = name[at] as number;
    if (byte >= 0x80) return utf8.decode(name.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
}
