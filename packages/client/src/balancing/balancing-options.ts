/** How calls to a service are spread, as an application says it, and what holds where it says nothing. */
import type { Clock, Random } from '../ports.js';
import type { Balancer } from './balancer.js';
import type { BalancerName } from './balancers.js';
import { usualPanic, type PanicOptions, type PanicRule } from './panic.js';
import { usualSlowStart, type SlowStart, type SlowStartOptions } from './slow-start.js';

/** What a balancer of one's own is made of. */
export interface BalancerParts {
  readonly clock: Clock;
  readonly random: Random;
}

export interface BalancingOptions {
  /** One of those there are, or one of one's own. */
  readonly balancer?: BalancerName | ((parts: BalancerParts) => Balancer);
  /** New endpoints begin with a small share. `false`: with the whole one. */
  readonly slowStart?: SlowStartOptions | false;
  /** When too few are left that are not ejected, all are tried. `false`: only when none is left. */
  readonly panic?: PanicOptions | false;
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
