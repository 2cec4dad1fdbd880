/** The instance that a path and a query name, for reads and writes alike. */
import {
  demand,
  findInstance,
  InstanceId,
  Namespace,
  optional,
  readFields,
  ServiceName,
  type FieldRule,
  type Instance,
} from '@rollcall/core';
import type { NativeContext, NativeRequest } from './exchange.js';

export const inNamespace: FieldRule<Namespace> = optional(Namespace, Namespace.default);

/** Throws `not-found`, or `ambiguous-id` with the candidates. */
export function selected({ parameters, query, caller }: NativeRequest, { view }: NativeContext): Instance {
  const selector = readFields(query, { namespace: inNamespace, service: optional(ServiceName, null) });
  return findInstance(view, { ...selector, id: demand('id', InstanceId, parameters['id']) }, caller);
}
