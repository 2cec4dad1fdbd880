/**
 * What Go's gRPC naming keeps in an etcd, of both of its generations: under `SERVICE/ANYTHING` a JSON document with the address.
 * Pure.
 */
import type { Callable } from '../endpoints.js';

/** One server of a service, as it stands in etcd. */
export interface EtcdEndpoint {
  /** Its whole key. */
  readonly key: string;
  /** `host:port`, `[::1]:port` or `unix:path`. */
  readonly address: string;
  /** Whatever its writer added; an object also where it stands there as a text. */
  readonly metadata?: unknown;
}

/** Where a server is, to be written: its address, or that with metadata, and under which name if not under its address. */
export type EtcdEndpointWish = string | { readonly address: string; readonly metadata?: unknown; readonly id?: string };

export interface EtcdRecord {
  readonly key: string;
  readonly value: string;
}

/** As Go writes it, field by field. Throws a `TypeError` for what no reader could use. */
export function recordOf(service: string, wish: EtcdEndpointWish): EtcdRecord {
  const { address, metadata = null, id }: Exclude<EtcdEndpointWish, string> = typeof wish === 'string' ? { address: wish } : wish;
  if (addressOf(address) === undefined) {
    throw new TypeError(`${JSON.stringify(address)} is no address to be called: write host:port, [v6]:port or unix:path.`);
  }
  // Go's balancers compare metadata by `==`, and where that is an object the whole program of the caller ends in a panic.
  const safe: unknown = typeof metadata === 'object' && metadata !== null ? JSON.stringify(metadata) : metadata;
  return { key: keyOf(service, id ?? address), value: JSON.stringify({ Op: 0, Addr: address, Metadata: safe }) };
}

export function keyOf(service: string, id: string): string {
  if (id === '') throw new TypeError('An endpoint without a name and an address has no key.');
  return `${prefixOf(service)}${id}`;
}

/** What the keys of a service begin with. The slash keeps `foo` from finding what `foo-other` has. */
export function prefixOf(service: string): string {
  if (!/^[^/](?:.*[^/])?$/s.test(service)) {
    throw new TypeError(`${JSON.stringify(service)} names no service of etcd: it has no slash at its ends, and is not empty.`);
  }
  return `${service}/`;
}

/** `undefined` for a value that is no endpoint: others keep other things in the same etcd. */
export function endpointOf(key: string, value: string): EtcdEndpoint | undefined {
  const document = documentIn(value);
  const address = fieldOf(document, 'addr');
  if (typeof address !== 'string' || address === '') return undefined;
  const metadata = unwrapped(fieldOf(document, 'metadata'));
  return metadata === undefined || metadata === null ? { key, address } : { key, address, metadata };
}

/** As channels call it: an address that was written twice is one, and weighs what its metadata says. */
export function callables(endpoints: readonly EtcdEndpoint[]): readonly Callable[] {
  const found = new Map<string, Callable>();
  for (const { address, metadata } of endpoints) {
    if (!found.has(address)) found.set(address, { id: address, ...addressOf(address), ports: {}, weight: weightOf(metadata) });
  }
  return [...found.values()];
}

/** Without a port nobody can be called, though many write it so. */
function addressOf(text: string): { readonly host: string; readonly port?: number } | undefined {
  if (/^unix:[^\s]/.test(text)) return { host: text };
  const [, bracketed, plain, digits] = /^(?:\[([^\]\s]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port === 0 || port > 65_535 ? undefined : { host, port };
}

/** Metadata belongs to whoever writes it: only a weight that can be one counts. */
function weightOf(metadata: unknown): number {
  const weight = fieldOf(metadata, 'weight');
  return typeof weight === 'number' && Number.isFinite(weight) && weight >= 0 ? weight : 1;
}

function unwrapped(metadata: unknown): unknown {
  return typeof metadata === 'string' && /^[{[]/.test(metadata) ? (documentIn(metadata) ?? metadata) : metadata;
}

function documentIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Go finds fields whatever their case, the exact one first. */
function fieldOf(document: unknown, name: 'addr' | 'metadata' | 'weight'): unknown {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return undefined;
  return Object.entries(document).findLast(([field]) => field.toLowerCase() === name)?.[1] as unknown;
}
