/** Whether somebody may do something: the one place where that is decided, for all faces. */
import type { Namespace, ServiceName } from '../catalog/names.js';
import { RollcallError } from '../errors.js';
import type { Caller } from '../face.js';
import type { Right } from './right.js';

/** What a call is about: one service, all services of a namespace, or (`null`) the registry as a whole. */
export type Concern = { readonly namespace: Namespace; readonly service?: ServiceName } | null;

type Asking = Pick<Caller, 'identity' | 'may'>;

export function mayDo({ may }: Pick<Caller, 'may'>, right: Right, concern: Concern): boolean {
  const scope = may[right];
  if (scope.isEverything) return true;
  if (concern === null) return false;
  const { namespace, service } = concern;
  return service === undefined ? scope.coversNamespace(namespace) : scope.covers(namespace, service);
}

/** Throws `unauthenticated` for who has not said who it is, else `forbidden`. */
export function demandRight(caller: Asking, right: Right, concern: Concern): void {
  if (!mayDo(caller, right, concern)) throw rightMissing(caller, right, concern);
}

/** What to say before it is known what a call is about: throws if this caller has the right nowhere. */
export function demandRightSomewhere(caller: Asking, right: Right): void {
  if (caller.may[right].isNothing) throw missing(caller, right, 'at least one service');
}

export function rightMissing(caller: Asking, right: Right, concern: Concern): RollcallError {
  return missing(caller, right, nameOf(concern));
}

function missing({ identity }: Asking, right: Right, what: string): RollcallError {
  const taken = `the right ${JSON.stringify(right)} for ${what}`;
  if (identity === ANONYMOUS)
    return new RollcallError('unauthenticated', `This takes ${taken}; show a token that has it.`, { right, identity });
  return new RollcallError('forbidden', `This takes ${taken}, which ${JSON.stringify(identity)} does not have.`, { right, identity });
}

function nameOf(concern: Concern): string {
  if (concern === null) return 'all services of all namespaces';
  const { namespace, service } = concern;
  return service === undefined ? `all services of the namespace ${namespace}` : `the service ${service} of the namespace ${namespace}`;
}

/** Who has not said who it is. */
export const ANONYMOUS = 'anonymous';

/** The registry itself. */
export const ROLLCALL = 'rollcall';
