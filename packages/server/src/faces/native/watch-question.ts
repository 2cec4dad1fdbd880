/** What somebody watches. Equal questions are answered by one channel, so their words are brought into one form. */
import { ServiceName, type InstanceQuery, type Interest, type Namespace } from '@rollcall/core';

export interface WatchQuestion {
  readonly interest: Interest;
  /** Its limit has no meaning for a stream. */
  readonly query: InstanceQuery;
  /** The one service whose answer a snapshot is; `null` for a stream of several, or of all there ever will be. */
  readonly only: ServiceName | null;
}

/** All who ask for it, however they spell it, are told the same bytes. */
export function oneService(namespace: Namespace, service: ServiceName, query: InstanceQuery): WatchQuestion {
  const only = ServiceName.fold(service);
  return { interest: { namespace, services: [only] }, query, only };
}

export function severalServices(
  namespace: Namespace,
  services: readonly ServiceName[] | null,
  prefix: string | null,
  query: InstanceQuery,
): WatchQuestion {
  const named = services === null ? {} : { services: [...new Set(services.map((name) => ServiceName.fold(name)))].sort() };
  const begun = prefix === null ? {} : { prefix: prefix.toLowerCase() };
  return { interest: { namespace, ...named, ...begun }, query, only: null };
}
