/** Finding the one instance that a bare id means. An id alone is enough while only one service uses it. */
import { RollcallError } from '../errors.js';
import type { Caller, CatalogView } from '../face.js';
import type { Instance } from '../catalog/instance.js';
import { ServiceName, type InstanceId, type Namespace } from '../catalog/names.js';

export interface InstanceSelector {
  readonly namespace: Namespace;
  readonly id: InstanceId;
  /** Decides between those who share the id. */
  readonly service: ServiceName | null;
}

/** Candidates that one answer names. */
const CANDIDATES_MAX = 10;

/** Throws `not-found`, or `ambiguous-id` with the candidates. */
export function findInstance(view: CatalogView, { namespace, id, service }: InstanceSelector, caller: Caller): Instance {
  const found = service === null ? view.instancesById(namespace, id, caller) : [view.instance({ namespace, service, id }, caller)];
  const [only, ...others] = found.filter((instance) => instance !== undefined);
  if (only === undefined) throw instanceNotFound(id, service);
  if (others.length === 0) return only;
  // The view has them in the order in which they changed: another one on each node.
  const inOrder = [only, ...others].sort((one, other) => (ServiceName.fold(one.service) < ServiceName.fold(other.service) ? -1 : 1));
  const candidates = inOrder.slice(0, CANDIDATES_MAX).map((one) => ({ namespace, service: one.service, id: one.id }));
  const services = candidates.map((candidate) => candidate.service).join(', ');
  throw new RollcallError('ambiguous-id', `The id ${JSON.stringify(id)} is used in several services: ${services}. Say which one.`, {
    candidates,
  });
}

export function instanceNotFound(id: InstanceId, service: ServiceName | null): RollcallError {
  const where = service === null ? '' : ` in the service ${service}`;
  return new RollcallError('not-found', `No instance has the id ${JSON.stringify(id)}${where}.`, { id });
}
