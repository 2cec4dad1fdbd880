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
  type FieldRule,
  type Instance,
} from '@rollcall/core';
import type { NativeContext, NativeRequest } from './exchange.js';

export const inNamespace: FieldRule<Namespace> = optional(Namespace, Namespace.default);

/**
 * For writes. Throws `not-found`, or `ambiguous-id` with the candidates; and a refusal to ask again where the view is
 * stale: who came since is not in it, and an absence would be a verdict.
 */
export function selected({ parameters, query, caller }: NativeRequest, { view }: NativeContext): Instance {
  const selector = readFields(query, { namespace: inNamespace, service: optional(ServiceName, null) });
  try {
    return findInstance(view, { ...selector, id: demand('id', InstanceId, parameters['id']) }, caller);
  } catch (error) {
    if (view.staleSinceMs === null || !isRollcallError(error, 'not-found')) throw error;
    throw new RollcallError('store-unavailable', `The log is away, and this node cannot tell who has come since. ${error.message}`);
  }
}
