/** The ways of choosing, by name. */
import type { Balancer } from './balancer.js';
import type { BalancerParts } from './balancing-options.js';
import { RoundRobin } from './round-robin.js';

export type BalancerName = 'round-robin';

export const balancers: Readonly<Record<BalancerName, (parts: BalancerParts) => Balancer>> = {
  'round-robin': ({ random }) => new RoundRobin(random),
};
