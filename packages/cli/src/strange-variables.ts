/**
 * Variables of the environment that look like ours and are not: a misspelt `ROLLCALL_HTP` would change nothing, and nobody
 * would say so. It is said, and no more: what else is in somebody's environment is not for us to refuse.
 */
import { canBeInEnvironment, environmentName, nearest, type Environment, type Option } from '@rollcall/core';

const PREFIX = 'ROLLCALL_';

/** Kubernetes and Docker say where a service of the name `rollcall` is; `rollcall run` says who its child is. */
const otherPeoples = /^ROLLCALL_(SERVICE_HOST|SERVICE_PORT|PORT|INSTANCE_ID)/;

/** A sentence for each that is near to one of these options' twins. */
export function strangeVariables(environment: Environment, options: readonly Option<unknown>[]): readonly string[] {
  const known = options.filter(canBeInEnvironment).map(({ flag }) => environmentName(flag).slice(PREFIX.length));
  return Object.keys(environment).flatMap((name) => {
    if (!name.startsWith(PREFIX) || otherPeoples.test(name)) return [];
    const own = name.slice(PREFIX.length);
    const meant = known.includes(own) ? undefined : nearest(own, known);
    return meant === undefined ? [] : [`${name} (in the environment) is not known, and changes nothing. Did you mean ${PREFIX}${meant}?`];
  });
}
