/** What a follower wants to hear of, and what of a batch that is. */
import type { Interest } from '../face.js';
import type { ChangeBatch, ServiceChange } from './feed.js';
import { serviceText } from '../records/keys.js';
import type { Namespace } from '../catalog/names.js';

/** An interest, made ready to be asked often. */
export interface Wish {
  readonly namespace: Namespace;
  /** The services that are named, as `serviceText` writes them. */
  readonly services: ReadonlySet<string>;
  /** Folded; `null` for none. The empty one is the whole namespace. */
  readonly prefix: string | null;
}

export function wishOf({ namespace, services, prefix }: Interest): Wish {
  const texts = new Set(services?.map((service) => serviceText(namespace, service)));
  const everything = services === undefined && prefix === undefined;
  return { namespace, services: texts, prefix: everything ? '' : (prefix?.toLowerCase() ?? null) };
}

/** As far as names alone do not say so. */
export function beginsAsWished({ namespace, prefix }: Wish, change: ServiceChange): boolean {
  return prefix !== null && change.namespace === namespace && change.service.startsWith(prefix);
}

/** `null` if it is nothing, and the very same batch if it is all of it. */
export function wishedOf(batch: ChangeBatch, wish: Wish): ChangeBatch | null {
  const services = batch.services.filter((one) => wish.services.has(textOf(one)) || beginsAsWished(wish, one));
  return services.length === 0 ? null : batchOf(batch, services);
}

/** The same revision with only these of its services. */
export function batchOf(batch: ChangeBatch, services: readonly ServiceChange[]): ChangeBatch {
  if (services.length === batch.services.length && batch.machines.length === 0) return batch;
  const [only, ...others] = services;
  const changes = only !== undefined && others.length === 0 ? only.changes : services.flatMap((one) => one.changes);
  return { revision: batch.revision, services, changes, machines: [] };
}

export function textOf({ namespace, service }: Pick<ServiceChange, 'namespace' | 'service'>): string {
  return serviceText(namespace, service);
}
