/**
 * Where things lie in the log. Keys are readable with any etcd client: the folded service name, and every
 * byte that is not a letter, a digit or one of `. _ - ~ :` percent-encoded.
 */
import type { Bytes, KeyRange } from '../ports/store.js';
import { fromText, toText } from '../store/bytes.js';
import { keysUnder, singleTextKey, textRangeHoldsBytes, toTextRange, type SingleKey } from '../store/key-range.js';
import { NodeName } from '../cluster/node-name.js';
import type { ServiceRef } from '../face.js';
import type { MachineRef } from '../catalog/machine.js';
import { INSTANCE_ID_CHARACTERS_MAX } from '../catalog/bounds.js';
import { InstanceId, MachineName, Namespace, ServiceName } from '../catalog/names.js';
import type { InstanceRef } from '../catalog/registration.js';

const ROOT = '/rollcall/';

/** Everything that the registry writes for itself. */
export const catalogRange: KeyRange = keysUnder(fromText(ROOT));

/**
 * What the Consul face keeps that has no place in the catalog: keys and values, sessions, events. It may be large, and is of no concern to
 * the catalog, which neither reads it nor is told of it.
 */
export const consulRange: KeyRange = keysUnder(fromText(`${ROOT}consul/`));

const ours = toTextRange(catalogRange);
const consul = toTextRange(consulRange);

/** Of what concerns the catalog. */
export function isOurKey(key: Bytes): boolean {
  return textRangeHoldsBytes(ours, key) && !textRangeHoldsBytes(consul, key);
}

/** Kept apart, so that a registration, a verdict and an operator never overwrite each other. */
export const instanceKinds = ['instances', 'health', 'intents'] as const;
export const machineKinds = ['machines', 'machine-health', 'machine-intents'] as const;

/** Records about one instance. */
export type RecordKind = (typeof instanceKinds)[number];

/** Records about one machine; a removal is one that has begun and is not over. */
export type MachineRecordKind = (typeof machineKinds)[number] | 'machine-removals';

export type RecordKey =
  /** With the folded name: how the service is spelled stands in the registration. */
  | { readonly kind: RecordKind; readonly ref: InstanceRef }
  | { readonly kind: MachineRecordKind; readonly machine: MachineRef }
  /** What was settled for a service, whether it has instances or not. */
  | { readonly kind: 'services'; readonly service: ServiceRef }
  | { readonly kind: 'guard' }
  /** Whether instances are shown as keys of etcd's naming layout. */
  | { readonly kind: 'naming' };

export function recordKey(kind: RecordKind, ref: InstanceRef): Bytes {
  return recordKeyOf(kind, refText(ref));
}

/** `name` is what `refText` says. */
export function recordKeyOf(kind: RecordKind, name: string): Bytes {
  return fromText(recordKeyText(kind, name));
}

const starts: Readonly<Record<RecordKind, string>> = {
  instances: `${ROOT}instances/`,
  health: `${ROOT}health/`,
  intents: `${ROOT}intents/`,
};

function recordKeyText(kind: RecordKind, name: string): string {
  return starts[kind] + name;
}

/** The three keys of an instance, made once for all who have to do with one write. */
export interface InstanceKeys {
  /** What `refText` says. */
  readonly name: string;
  readonly instances: SingleKey;
  readonly health: SingleKey;
  readonly intents: SingleKey;
}

export function instanceKeys(ref: InstanceRef): InstanceKeys {
  const name = refText(ref);
  const keyOf = (kind: RecordKind): SingleKey => singleTextKey(recordKeyText(kind, name));
  return { name, instances: keyOf('instances'), health: keyOf('health'), intents: keyOf('intents') };
}

export function machineKey(kind: MachineRecordKind, ref: MachineRef): Bytes {
  return fromText(`${ROOT}${kind}/${machineText(ref)}`);
}

export function serviceKey({ namespace, service }: ServiceRef): Bytes {
  return fromText(`${ROOT}services/${serviceText(namespace, service)}`);
}

/** The key of what `keyName` names. */
export function namedKey(name: string): Bytes {
  return fromText(`${ROOT}${name}`);
}

const NODES = `${ROOT}nodes/`;

/** The nodes of a cluster, and what they write to each other. Of no concern to the catalog, which passes them by. */
export const nodesRange: KeyRange = keysUnder(fromText(NODES));
export const lettersRange: KeyRange = keysUnder(fromText(`${ROOT}letters/`));

/** What of the registry's own outlives its nodes: all but who they are, and their letters. In order. */
export const lastingRanges: readonly KeyRange[] = [
  { from: catalogRange.from, to: lettersRange.from },
  { from: lettersRange.to ?? catalogRange.from, to: nodesRange.from },
  { from: nodesRange.to ?? catalogRange.from, to: catalogRange.to },
];

export function nodeKey(name: NodeName): Bytes {
  return fromText(NODES + name);
}

/** `null` for a key of `nodesRange` that names no node. */
export function nodeNameIn(key: Bytes): NodeName | null {
  return NodeName.parse(toText(key).slice(NODES.length)) ?? null;
}

/** All records of one kind. */
export function kindRange(kind: RecordKind): KeyRange {
  return keysUnder(fromText(`${ROOT}${kind}/`));
}

/** The same, of one service. */
export function kindRangeOf(kind: RecordKind, namespace: Namespace, service: ServiceName): KeyRange {
  return keysUnder(fromText(recordKeyStart(kind, namespace, service)));
}

/** The identity of an instance as one text: the same for every spelling of its service. */
export function refText({ namespace, service, id }: InstanceRef): string {
  return `${serviceText(namespace, service)}/${encodePart(id)}`;
}

export function serviceText(namespace: Namespace, service: ServiceName): string {
  return `${namespace}/${encodePart(ServiceName.fold(service))}`;
}

export function machineText({ namespace, name }: MachineRef): string {
  return `${namespace}/${encodePart(name)}`;
}

/** As `recordKey` begins, for all instances of a service. */
export function recordKeyStart(kind: RecordKind, namespace: Namespace, service: ServiceName): string {
  return `${starts[kind]}${serviceText(namespace, service)}/`;
}

const registrations = fromText(starts.instances);

export function isRegistrationKey(key: Bytes): boolean {
  for (let at = 0; at < registrations.length; at++) if (key[at] !== registrations[at]) return false;
  return true;
}

/** Whether `key` is `start` and this id, without making a text of it. */
export function isKeyOf(key: Bytes, start: Bytes, id: string): boolean {
  for (let at = 0; at < start.length; at++) if (key[at] !== start[at]) return false;
  for (let at = 0; at < id.length; at++) {
    const letter = id.charCodeAt(at);
    if (plainLetters[letter] !== 1) return toText(key.subarray(start.length)) === encodePart(id);
    if (key[start.length + at] !== letter) return false;
  }
  return key.length === start.length + id.length;
}

/** `null` for a key that is none of these, or not written as it is written here. */
export function parseRecordKey(key: Bytes): RecordKey | null {
  return parseKeyText(toText(key));
}

/** The same, of `toText(key)`. */
export function parseKeyText(text: string): RecordKey | null {
  const plain = plainKey.exec(text);
  if (plain !== null) {
    const [, kind, namespace, service, part] = plain as unknown as PlainKey;
    const id = withSlashes(part);
    if (id.length <= INSTANCE_ID_CHARACTERS_MAX) return { kind, ref: { namespace, service, id } };
  }
  if (text === GUARD) return { kind: 'guard' };
  if (text === NAMING) return { kind: 'naming' };
  const [, , kind = '', namespaceText, ...parts] = text.split('/');
  const namespace = Namespace.parse(namespaceText);
  if (namespace === undefined) return null;
  const found = parseParts(kind, namespace, parts.map(decodePart));
  return found !== null && keyText(found) === text ? found : null;
}

/** The same, of what `keyName` says. */
export function parseKeyName(name: string): RecordKey | null {
  return parseKeyText(`${ROOT}${name}`);
}

/** For people: what stands behind the root. */
export function keyName(text: string): string {
  return text.slice(ROOT.length);
}

/** What `refText` says of an instance of whom this is a record. */
export function refTextIn(text: string, kind: RecordKind): string {
  return text.slice(starts[kind].length);
}

const GUARD = `${ROOT}guard`;
const NAMING = `${ROOT}naming`;

function parseParts(kind: string, namespace: Namespace, parts: readonly (string | undefined)[]): RecordKey | null {
  const [first, second] = parts;
  if (isOneOf(instanceKinds, kind) && parts.length === 2) {
    const [service, id] = [ServiceName.parse(first), InstanceId.parse(second)];
    return service === undefined || id === undefined ? null : { kind, ref: { namespace, service, id } };
  }
  if (parts.length !== 1) return null;
  if (kind === 'services') {
    const service = ServiceName.parse(first);
    return service === undefined ? null : { kind, service: { namespace, service } };
  }
  if (!isOneOf(machineKinds, kind) && kind !== 'machine-removals') return null;
  const name = MachineName.parse(first);
  return name === undefined ? null : { kind, machine: { namespace, name } };
}

function keyText(key: RecordKey): string {
  if ('ref' in key) return `${ROOT}${key.kind}/${refText(key.ref)}`;
  if ('machine' in key) return `${ROOT}${key.kind}/${machineText(key.machine)}`;
  if ('service' in key) return `${ROOT}services/${serviceText(key.service.namespace, key.service.service)}`;
  return key.kind === 'guard' ? GUARD : NAMING;
}

function isOneOf<Word extends string>(words: readonly Word[], text: string): text is Word {
  return (words as readonly string[]).includes(text);
}

/**
 * Keys of instances with nothing to decode but slashes in the id, which nearly all are: what is matched here, the kinds of names
 * allow as it is.
 */
const plainKey =
  /^\/rollcall\/(instances|health|intents)\/([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\/([a-z0-9][a-z0-9._~:-]{0,127})\/((?!\.{1,2}$)[A-Za-z0-9._~:-]+(?:%2F[A-Za-z0-9._~:-]*)*)$/;

type PlainKey = readonly [whole: string, kind: RecordKind, namespace: Namespace, service: ServiceName, id: InstanceId];

/** What stands for itself in a key. */
const plainPart = /^[A-Za-z0-9._~:-]*$/;
/** By its number, 1 for such a letter. */
const plainLetters: Uint8Array = Uint8Array.from({ length: 0x80 }, (_, letter) => +plainPart.test(String.fromCharCode(letter)));
/** What `encodeURIComponent` treats otherwise than keys do. */
const special = /[:!*'()]/;

function withSlashes(part: InstanceId): InstanceId {
  return part.includes('%') ? (part.replaceAll('%2F', '/') as InstanceId) : part;
}

/** The law: `decodePart(encodePart(text))` is `text`, for every text without halves of characters. */
function encodePart(text: string): string {
  if (plainPart.test(text)) return text;
  const encoded = encodeURIComponent(text);
  if (!special.test(text)) return encoded;
  return encoded.replaceAll('%3A', ':').replace(/[!*'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decodePart(part: string | undefined): string | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
