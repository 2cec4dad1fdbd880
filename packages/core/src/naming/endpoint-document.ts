/**
 * The document by which gRPC's naming packages for etcd say where somebody listens: JSON with `Addr`, and with `Metadata` of any shape. Go reads it
 * with names in any case, and passes over fields that it does not know; so does this.
 */
import { Host } from '../catalog/host.js';
import { isObject } from '../catalog/value-kind.js';
import { decodeUtf8, encodeUtf8 } from '../records/utf8.js';
import type { Bytes } from '../ports/store.js';
import { toText } from '../store/bytes.js';

export type Address = { readonly host: Host; readonly port: number | null } | { readonly path: string };

export interface EndpointDocument {
  readonly address: Address;
  /** Any JSON; `null` for none. */
  readonly metadata: unknown;
  /** All of it, as it came. */
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
  /** The registry wrote it, of an instance that is registered elsewhere. */
  readonly isProjected: boolean;
}

/** Half of what a record may take, so that what is made of a document always fits into one. */
const DOCUMENT_BYTES_MAX = 32_768;

/** Deeper than anybody means it, and far above where writing it anew would take more stack than there is. */
const DOCUMENT_LEVELS_MAX = 100;

/** By this field the registry knows what it wrote itself. */
export const PROJECTED_BY = 'Rollcall';

/**
 * `null` for what is none, which nearly all values are: then it is told from its first bytes. One that is too large, or too deep, counts as none.
 */
export function parseDocument(value: Bytes): EndpointDocument | null {
  if (!looksLikeOne(value)) return null;
  let text: string;
  let json: unknown;
  try {
    text = decodeUtf8(value);
    json = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(json) || isDeeper(json, DOCUMENT_LEVELS_MAX)) return null;
  const addr = field(json, 'Addr');
  const address = typeof addr === 'string' ? parseAddress(addr) : null;
  if (address === null) return null;
  return { address, metadata: field(json, 'Metadata') ?? null, text, json, isProjected: Object.hasOwn(json, PROJECTED_BY) };
}

export function isProjectedDocument(value: Bytes): boolean {
  return endsAsProjected(value) || parseDocument(value)?.isProjected === true;
}

/** The last field of what the registry writes: within a text its quotes would be escaped, and within another object more would follow. */
export function endsAsProjected(value: Bytes): boolean {
  if (value.at(-1) !== CLOSE || value.length > DOCUMENT_BYTES_MAX) return false;
  return PROJECTED_END.test(toText(value.subarray(-END_BYTES_MAX)));
}

const CLOSE = 0x7d;
/** Names of faces are short words. */
const END_BYTES_MAX = 48;
const PROJECTED_END: RegExp = /,"Rollcall":"[a-z0-9-]+"\}$/;

const OPEN = 0x7b;
const WHITE = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** An object, of a size that an endpoint may have. */
function looksLikeOne(value: Bytes): boolean {
  if (value.length > DOCUMENT_BYTES_MAX) return false;
  for (const byte of value) if (!WHITE.has(byte)) return byte === OPEN;
  return false;
}

function isDeeper(json: unknown, levels: number): boolean {
  if (typeof json !== 'object' || json === null) return false;
  return levels === 0 || Object.values(json).some((one) => isDeeper(one, levels - 1));
}

/** As Go finds it: by its very name, else in any case; of several the last. */
function field(json: Readonly<Record<string, unknown>>, name: string): unknown {
  return json[fieldName(json, name) ?? name];
}

/** How the document spells a name; `undefined` where it has no such field. */
export function fieldName(json: object, name: string): string | undefined {
  if (Object.hasOwn(json, name)) return name;
  const folded = name.toLowerCase();
  return Object.keys(json).findLast((one) => one.toLowerCase() === folded);
}

const UNIX = 'unix:';
const PORT_MAX = 65_535;
const PATH_CHARACTERS_MAX = 256;

/** `host`, `host:port`, `[ipv6]:port`, an IPv6 address as it is, or `unix:path`. `null` for anything else, such as another scheme. */
export function parseAddress(text: string): Address | null {
  if (text.startsWith(UNIX)) {
    const path = text.slice(UNIX.length);
    return path === '' || path.length > PATH_CHARACTERS_MAX || /[\p{Cc}\p{Cs}]/u.test(path) ? null : { path };
  }
  const [, bracketed, bare, portText] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = Host.parse(bracketed ?? bare ?? text);
  const port = portText === undefined ? null : Number(portText);
  if (host === undefined || (bracketed !== undefined && !host.includes(':'))) return null;
  return port !== null && (port < 1 || port > PORT_MAX) ? null : { host, port };
}

/** The law: `parseAddress(addressText(address))` is `address`. */
export function addressText(address: Address): string {
  if ('path' in address) return UNIX + address.path;
  const { host, port } = address;
  if (port === null) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export function encodeDocument(json: object): Bytes {
  return encodeUtf8(JSON.stringify(json));
}
