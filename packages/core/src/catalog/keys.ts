/**
 * Where things lie in the log. Keys are readable with any etcd client: the folded service name, and every
 * byte that is not a letter, a digit or one of `. _ - ~ :` percent-encoded.
 */
import type { Bytes, KeyRange } from '../ports/store.js';
import { fromText, toText } from '../store/bytes.js';
import { keysUnder } from '../store/key-range.js';
import { InstanceId, Namespace, ServiceName } from './names.js';
import type { InstanceRef } from './registration.js';

const ROOT = '/rollcall/';

export const catalogRange: KeyRange = keysUnder(fromText(ROOT));

/** Kept apart, so that a registration and a verdict never overwrite each other. */
export type RecordKind = 'instances' | 'health';

export interface RecordKey {
  readonly kind: RecordKind;
  /** With the folded name: how the service is spelled stands in the registration. */
  readonly ref: InstanceRef;
}

export function recordKey(kind: RecordKind, ref: InstanceRef): Bytes {
  return fromText(`${ROOT}${kind}/${refText(ref)}`);
}

/** The identity of an instance as one text: the same for every spelling of its service. */
export function refText({ namespace, service, id }: InstanceRef): string {
  return `${serviceText(namespace, service)}/${encodePart(id)}`;
}

export function serviceText(namespace: Namespace, service: ServiceName): string {
  return `${namespace}/${encodePart(ServiceName.fold(service))}`;
}

/** `null` for a key that is none of these, or not written as `recordKey` writes it. */
export function parseRecordKey(key: Bytes): RecordKey | null {
  const text = toText(key);
  const [, , kind, namespaceText, service, id, ...rest] = text.split('/');
  if ((kind !== 'instances' && kind !== 'health') || rest.length > 0) return null;
  const ref = {
    namespace: Namespace.parse(namespaceText),
    service: ServiceName.parse(decodePart(service)),
    id: InstanceId.parse(decodePart(id)),
  };
  if (ref.namespace === undefined || ref.service === undefined || ref.id === undefined) return null;
  const found = { kind, ref: ref as InstanceRef } as const;
  return toText(recordKey(found.kind, found.ref)) === text ? found : null;
}

/** The law: `decodePart(encodePart(text))` is `text`, for every text without halves of characters. */
function encodePart(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%3A', ':')
    .replace(/[!*'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decodePart(part: string | undefined): string | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
