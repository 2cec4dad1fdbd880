/** All that somebody may do: a scope for each right. */
import type { Namespace } from '../catalog/names.js';
import { holds, rights, type Right } from './right.js';
import { Scope, type ServicePattern } from './scope.js';

export type Permissions = Readonly<Record<Right, Scope>>;

/** For which services each right was given. What holds another right as well need not be said twice. */
export interface Grant extends Readonly<Record<Right, readonly ServicePattern[]>> {
  readonly namespaces: readonly Namespace[] | 'all';
}

export function permissionsOf(grant: Grant): Permissions {
  const scopeOf = (right: Right): Scope =>
    new Scope({ namespaces: grant.namespaces, services: rights.filter((other) => holds(other, right)).flatMap((other) => grant[other]) });
  return { read: scopeOf('read'), write: scopeOf('write'), operate: scopeOf('operate') };
}

const all = ['*' as ServicePattern];

/** Of the registry itself, and of everybody where nobody is asked who they are. */
export const everything: Permissions = permissionsOf({ namespaces: 'all', read: all, write: all, operate: all });

export const nothing: Permissions = permissionsOf({ namespaces: [], read: [], write: [], operate: [] });

export function isSame(one: Permissions, other: Permissions): boolean {
  return rights.every((right) => one[right].key === other[right].key && one[right].isNothing === other[right].isNothing);
}
