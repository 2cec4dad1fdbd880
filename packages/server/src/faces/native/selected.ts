/** The instance that a path and a query name, for reads and writes alike. */
import {
  demand,
  findInstance,
  InstanceId,
  isRollcallError,
  Namespace,
  optional,
  readFields,
  RollcallError,
  ServiceName,
  type CatalogView,
  type FieldRule,
  type Instance,
} from '@rollcall/core';
import type { NativeContext, NativeRequest } from './exchange.js';

export const inNamespace: FieldRule<Namespace> = optional(Namespace, Namespace.default);

/** For writes. Throws `not-found`, or `ambiguous-id` with the candidates. */
export function selected({ parameters, query, caller }: NativeRequest, { view }: NativeContext): Instance {
  const selector = readFields(query, { namespace: inNamespace, service: optional(ServiceName, null) });
  try {
    return findInstance(view, { ...selector, id: demand('id', InstanceId, parameters['id']) }, caller);
  } catch (error) {
    throw isRollcallError(error, 'not-found') ? absence(error, view) : error;
  }
}

/** Who came since is not in a stale view. To a write, an absence would be a verdict: so it is to be sent again. */
export function absence(notFound: RollcallError, { staleSinceMs }: Pick<CatalogView, 'staleSinceMs'>): RollcallError {
  if (staleSinceMs === null) return notFound;
  return new RollcallError('store-unavailable', `The log is away, and this node cannot tell who has come since. ${notFound.message}`);
}
