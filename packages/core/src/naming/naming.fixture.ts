/** Keys and documents as clients of etcd write them, and a log whose leases end when a test says so. */
import { openHouse, type House } from '../registrar/house.fixture.js';
import { PlainLog } from '../registrar/plain-log.fixture.js';
import { someone } from '../catalog/instance.fixture.js';
import type { Instance } from '../catalog/instance.js';
import { Namespace } from '../catalog/names.js';
import { refText } from '../records/keys.js';
import { decodeUtf8, encodeUtf8 } from '../records/utf8.js';
import type { Bytes, Entry, LeaseId } from '../ports/store.js';
import { allKeys, singleKey } from '../store/key-range.js';
import { isProjectedDocument } from './endpoint-document.js';

export const key = (text: string): Bytes => encodeUtf8(text);

export function document(addr: string, metadata?: unknown): Bytes {
  return encodeUtf8(JSON.stringify({ Addr: addr, ...(metadata === undefined ? {} : { Metadata: metadata }) }));
}

export async function openNaming(store: PlainLog = new PlainLog(), clock?: House['clock']): Promise<House> {
  store.hasLease = () => true;
  return openHouse({ store, lens: 'everything', ...(clock === undefined ? {} : { clock }) });
}

/** As somebody writes it who does not come through a node: to an etcd itself. */
export async function putRaw(store: PlainLog, text: string, value: Bytes, lease?: LeaseId): Promise<void> {
  await store.commit({ then: [{ type: 'put', key: key(text), value, ...(lease === undefined ? {} : { lease }) }] });
}

export async function deleteRaw(store: PlainLog, text: string): Promise<void> {
  await store.commit({ then: [{ type: 'delete', range: singleKey(key(text)) }] });
}

export async function everything(store: PlainLog): Promise<readonly Entry[]> {
  return (await store.range({ range: allKeys })).entries;
}

/** Everything that hangs on a lease goes, in one revision. */
export async function endLease(store: PlainLog, lease: LeaseId): Promise<void> {
  const gone = (await everything(store)).filter((entry) => entry.lease === lease);
  if (gone.length > 0) await store.commit({ then: gone.map((entry) => ({ type: 'delete', range: singleKey(entry.key) })) });
}

export async function valueOf(store: PlainLog, text: string): Promise<unknown> {
  const { entries } = await store.range({ range: singleKey(key(text)) });
  return entries[0] && (JSON.parse(decodeUtf8(entries[0].value)) as unknown);
}

/** The keys that instances are shown as, with what stands there. */
export async function shown(store: PlainLog): Promise<Readonly<Record<string, unknown>>> {
  const entries = (await everything(store)).filter(({ value }) => isProjectedDocument(value));
  return Object.fromEntries(entries.map((entry) => [decodeUtf8(entry.key), JSON.parse(decodeUtf8(entry.value)) as unknown]));
}

/** All instances of a view, each under its name. */
export function picture(house: House): Readonly<Record<string, Instance>> {
  return Object.fromEntries([...house.view.allInstances(someone)].map((one) => [refText(one), one] as const));
}

export function found(house: House, service: string): readonly Instance[] {
  return house.view.instances(Namespace.default, service as Instance['service'], someone);
}
