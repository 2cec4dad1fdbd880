/**
 * The lens of etcd's naming layout, both ways: what a document under a key says as a registration, and what an instance says as a
 * document. Pure.
 */
import { METADATA_ENTRIES_MAX } from '../catalog/bounds.js';
import type { Instance } from '../catalog/instance.js';
import { BORN, type InstanceRecord } from '../records/records.js';
import { metadataKind } from '../catalog/registration-kinds.js';
import type { InstanceRef, Origin, Registration } from '../catalog/registration.js';
import { isObject, objectIn } from '../catalog/value-kind.js';
import type { Bytes } from '../ports/store.js';
import { addressText, encodeDocument, fieldName, PROJECTED_BY, type Address, type EndpointDocument } from './endpoint-document.js';

/** What this layout has no place for. */
export const cannotExpress: readonly { readonly feature: string; readonly reason: string }[] = [
  { feature: 'tags, weight, zone, region, version, machine and further ports', reason: 'a document has one address and metadata' },
  { feature: 'instances without a host', reason: 'a document is known by its address' },
  { feature: 'namespaces other than default', reason: 'its keys have a service and an id' },
  { feature: 'names of services without regard to case', reason: 'keys are bytes: those that are shown have the folded name' },
  { feature: 'when a document was put', reason: 'etcd does not say' },
];

const ETCD_FACE = 'etcd';

/** Where metadata that is no object goes, and the path of an address that is one: names that other faces can show. */
const WHOLE = 'metadata';
const SOCKET = 'unix';

/** What etcd does not say: see `cannotExpress`. */
const UNKNOWN_TIME_MS = 0;

/** `null` for a document that is out of the bounds that an instance has. */
export function registrationOf(ref: InstanceRef, document: EndpointDocument): Omit<InstanceRecord, 'unknown'> | null {
  const { address, text } = document;
  const metadata = metadataOf(document);
  if (metadata === null) return null;
  const [host, port] = 'host' in address ? [address.host, address.port] : [null, null];
  const saysAll = isSaidBy({ host, port, metadata }, document);
  return {
    namespace: ref.namespace,
    service: ref.service,
    id: ref.id,
    host,
    port,
    ports: noPorts,
    tags: nothing,
    metadata,
    weight: 1,
    zone: null,
    region: null,
    version: null,
    machine: null,
    checks: nothing,
    deregisterAfterMs: null,
    origin: saysAll ? plainOrigin : { face: ETCD_FACE, kept: { [ETCD_FACE]: text } },
    // Its key's own creation: who is put again after a departure is somebody else.
    incarnation: BORN,
    registeredAtMs: UNKNOWN_TIME_MS,
  };
}

const plainOrigin: Origin = { face: ETCD_FACE };
const noPorts: Registration['ports'] = Object.freeze({});
const nothing: readonly never[] = Object.freeze([]);

/** It is there for as long as its key is, and knows no heartbeats. Whoever registers it with the registry takes it over. */
export function isKeyOfOthers({ origin }: Pick<Registration, 'origin'>): boolean {
  return origin.face === ETCD_FACE;
}

/** Nothing of the document would be lost if it were written anew. */
function isSaidBy(said: Pick<Registration, 'host' | 'port' | 'metadata'>, { json }: EndpointDocument): boolean {
  for (const name in json) if (!KNOWN.has(name)) return false;
  const { Op: op = 0, Addr: addr, Metadata: metadata = null } = json;
  if (op !== 0 || addr !== addressOf(said) || typeof (metadata ?? '') !== 'string') return false;
  return metadata === metadataText(said.metadata);
}

const KNOWN: ReadonlySet<string> = new Set(['Op', 'Addr', 'Metadata']);

type Table = Readonly<Record<string, unknown>>;

function metadataOf({ metadata, address }: Pick<EndpointDocument, 'metadata' | 'address'>): Readonly<Record<string, string>> | null {
  if (metadata === null && 'host' in address) return none;
  const said = metadata === null ? {} : (tableIn(metadata) ?? { [WHOLE]: metadata });
  const entries = Object.entries(said).map(([name, value]) => [name, asText(value)] as const);
  if ('path' in address && !Object.hasOwn(said, SOCKET)) entries.push([SOCKET, address.path]);
  if (entries.length > METADATA_ENTRIES_MAX) return null;
  return metadataKind.parse(Object.fromEntries(entries)) ?? null;
}

const none: Readonly<Record<string, string>> = Object.freeze({});

/** An object, as it is or as a text. */
function tableIn(metadata: unknown): Table | null {
  if (isObject(metadata)) return metadata;
  return typeof metadata === 'string' && metadata.startsWith('{') ? objectIn(metadata) : null;
}

/**
 * An object is written as a text: Go's balancers compare what is in the field by `==`, and where that is an object, the whole program
 * of the caller ends in a panic. In one order, whoever read it from where: what is shown is compared by its bytes.
 */
function metadataText(metadata: Table): string | null {
  const entries = Object.entries(metadata).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? null : JSON.stringify(Object.fromEntries(entries));
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The document by which an instance is shown; `null` for one that has none. What it was put with, if it was, it keeps. */
export function documentOf(instance: Pick<Instance, 'host' | 'port' | 'metadata' | 'origin' | 'namespace'>): Bytes | null {
  const addr = addressOf(instance);
  if (addr === null) return null;
  const text = instance.origin.kept?.[ETCD_FACE];
  const kept = text === undefined ? null : objectIn(text);
  if (kept === null)
    return encodeDocument({ Op: 0, Addr: addr, Metadata: metadataText(instance.metadata), [PROJECTED_BY]: instance.origin.face });
  const [addrName, metadataName] = [fieldName(kept, 'Addr') ?? 'Addr', fieldName(kept, 'Metadata') ?? 'Metadata'];
  const metadata = metadataFor(instance.metadata, kept[metadataName]);
  return encodeDocument({ Op: 0, ...kept, [addrName]: addr, [metadataName]: metadata, [PROJECTED_BY]: instance.origin.face });
}

function addressOf({ host, port, metadata }: Pick<Instance, 'host' | 'port' | 'metadata'>): string | null {
  if (host === null) return metadata[SOCKET] === undefined ? null : addressText({ path: metadata[SOCKET] });
  const address: Address = { host, port };
  return addressText(address);
}

/** In the form in which it was put: texts, but for what was something else and still says the same. */
function metadataFor(metadata: Readonly<Record<string, string>>, kept: unknown): unknown {
  const { [WHOLE]: whole, ...others } = metadata;
  const known = tableIn(kept);
  if (known === null) {
    const isAsKept = kept === null || kept === undefined ? whole === undefined : asText(kept) === whole;
    return isAsKept && Object.keys(others).length === 0 ? (kept ?? null) : metadataText(metadata);
  }
  const names = Object.keys(metadata).sort();
  const now = Object.fromEntries(
    names.map((name) => [name, Object.hasOwn(known, name) && asText(known[name]) === metadata[name] ? known[name] : metadata[name]]),
  );
  if (isObject(kept)) return now;
  return metadataText(now) === metadataText(known) ? kept : metadataText(now);
}
