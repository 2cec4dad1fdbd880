/**
 * Where etcd's naming layout keeps its documents: `[PREFIX/]SERVICE/ID`, as the targets of gRPC's resolvers say it. A service is one segment
 * of the path, and so is an id, but for the path of a socket. Pure.
 */
import { InstanceId, Namespace, ServiceName } from '../catalog/names.js';
import { catalogRange } from '../records/keys.js';
import type { InstanceRef } from '../catalog/registration.js';
import { decodeUtf8, encodeUtf8 } from '../records/utf8.js';
import type { Bytes, KeyRange } from '../ports/store.js';
import { compareBytes, fromText } from '../store/bytes.js';
import { allKeys, keysUnder } from '../store/key-range.js';

/** Behind which prefixes documents count as registrations: behind any, or those that are named. Each is empty or ends with a slash. */
export type LensScope = 'everything' | readonly string[];

/** A prefix as it is said, as one that ends with a slash. */
export function asPrefix(text: string): string {
  return text === '' || text.endsWith('/') ? text : `${text}/`;
}

const ROOT_END: Bytes = catalogRange.to ?? fromText('');

/** All keys of a scope but the registry's own, in order. */
export function rangesOf(scope: LensScope): readonly KeyRange[] {
  const ranges = scope === 'everything' ? [allKeys] : scope.map((prefix) => keysUnder(encodeUtf8(prefix)));
  return ranges.flatMap(({ from, to }) => [
    ...nonEmpty({ from, to: lower(to, catalogRange.from) }),
    ...nonEmpty({ from: compareBytes(from, ROOT_END) > 0 ? from : ROOT_END, to }),
  ]);
}

function lower(to: Bytes | null, bound: Bytes): Bytes {
  return to !== null && compareBytes(to, bound) < 0 ? to : bound;
}

function nonEmpty(range: KeyRange): readonly KeyRange[] {
  return range.to === null || compareBytes(range.from, range.to) < 0 ? [range] : [];
}

const SOCKET = '/unix:';

/** Whose document a key would hold: its last two segments. `null` for a key that cannot hold one. */
export function refUnder(key: Bytes, scope: LensScope): InstanceRef | null {
  const text = keyText(key);
  if (text === null) return null;
  const start = startIn(text, scope);
  if (start === -1) return null;
  const socket = text.indexOf(SOCKET, start);
  const cut = socket > start ? socket : text.lastIndexOf('/');
  const from = Math.max(text.lastIndexOf('/', cut - 1) + 1, start);
  return cut <= from ? null : named(text.slice(from, cut), text.slice(cut + 1));
}

/** Where in a key the longest prefix of the scope that it has ends; -1 where it has none. */
function startIn(text: string, scope: LensScope): number {
  if (scope === 'everything') return 0;
  let start = -1;
  for (const prefix of scope) if (text.startsWith(prefix)) start = Math.max(start, prefix.length);
  return start;
}

function named(serviceText: string, idText: string): InstanceRef | null {
  const [service, id] = [ServiceName.parse(serviceText), InstanceId.parse(idText)];
  return service === undefined || id === undefined ? null : { namespace: Namespace.default, service, id };
}

/** The key under which an instance of another face is shown. The law: `projectedRef(projectedKey(prefix, ref), prefix)` is `ref`, folded. */
export function projectedKey(prefix: string, { service, id }: Pick<InstanceRef, 'service' | 'id'>): Bytes {
  return encodeUtf8(`${prefix}${ServiceName.fold(service)}/${id}`);
}

/** Where those of a service are shown. */
export function projectedRange(prefix: string, service: ServiceName): KeyRange {
  return keysUnder(encodeUtf8(`${prefix}${ServiceName.fold(service)}/`));
}

/** Whose key this would be; `null` for one that is nobody's. */
export function projectedRef(key: Bytes, prefix: string): InstanceRef | null {
  const text = keyText(key);
  if (text?.startsWith(prefix) !== true) return null;
  const cut = text.indexOf('/', prefix.length);
  const ref = cut === -1 ? null : named(text.slice(prefix.length, cut), text.slice(cut + 1));
  return ref !== null && ServiceName.fold(ref.service) === ref.service ? ref : null;
}

function keyText(key: Bytes): string | null {
  try {
    return decodeUtf8(key);
  } catch {
    return null;
  }
}
