/** How calls to a service are spread, as an application says it, and what holds where it says nothing. */
import type { Clock, Random } from '../ports.js';
import type { Balancer } from './balancer.js';
import { balancers, usualBalancer, type BalancerName } from './balancers.js';
import type { ConsistentHashOptions } from './consistent-hash.js';
import { usualPanic, type PanicOptions, type PanicRule } from './panic.js';
import { usualSlowStart, type SlowStart, type SlowStartOptions } from './slow-start.js';
import { ZoneAware, type ZoneOptions } from './zone-aware.js';

/** What a balancer of one's own is made of. */
export interface BalancerParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly hash?: ConsistentHashOptions;
}

export interface BalancingOptions {
  /** One of those there are, or one of one's own. `peak-ewma` if left out. */
  readonly balancer?: BalancerName | ((parts: BalancerParts) => Balancer);
  /** For `consistent-hash`: when a popular key's calls go elsewhere. */
  readonly hash?: ConsistentHashOptions;
  /** Where the caller is: who is near is called first. Left out: nobody is near. */
  readonly zone?: ZoneOptions;
  /** New endpoints begin with a small share. `false`: with the whole one. */
  readonly slowStart?: SlowStartOptions | false;
  /** When too few are left that are not ejected, all are tried. `false`: only when none is left. */
  readonly panic?: PanicOptions | false;
}

/** The balancer, or one for each of the places that are nearer and farther. */
export function balancerOf(options: BalancingOptions, { clock, random }: BalancerParts): Balancer {
  const { balancer = usualBalancer, hash = {}, zone } = options;
  const make = typeof balancer === 'string' ? balancers[balancer] : balancer;
  if (make === undefined) {
    throw new RangeError(`There is no balancer ${JSON.stringify(balancer)}; there are ${Object.keys(balancers).join(', ')}.`);
  }
  const within = (): Balancer => make({ clock, random, hash });
  return zone === undefined ? within() : new ZoneAware(zone, random, within);
}

/** `undefined`: no slow start. */
export function slowStartOf({ slowStart = {} }: BalancingOptions): SlowStart | undefined {
  if (slowStart === false) return undefined;
  const rule = { ...usualSlowStart, ...slowStart };
  if (!(rule.windowMs >= 0)) throw new RangeError(`slowStart.windowMs is ${rule.windowMs}; a number of milliseconds is meant`);
  if (!(rule.least > 0 && rule.least <= 1)) throw new RangeError(`slowStart.least is ${rule.least}; above 0 and up to 1 is possible`);
  if (!(rule.aggression > 0)) throw new RangeError(`slowStart.aggression is ${rule.aggression}; above 0 is possible`);
  return rule.windowMs === 0 ? undefined : rule;
}

export function panicRuleOf({ panic = {} }: BalancingOptions): PanicRule {
  if (panic === false) return { ...usualPanic, below: 0 };
  const rule = { ...usualPanic, ...panic };
  if (!(rule.below >= 0 && rule.below <= 1)) throw new RangeError(`panic.below is ${rule.below}; a share from 0 to 1 is meant`);
  if (!(rule.endpointsMin >= 0)) throw new RangeError(`panic.endpointsMin is ${rule.endpointsMin}; a number of endpoints is meant`);
  return rule;
}
