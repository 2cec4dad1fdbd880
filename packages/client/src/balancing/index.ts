/** How calls are spread over the instances of a service. */
export type { Balancer, PickContext } from './balancer.js';
export type { BalancerName } from './balancers.js';
export type { BalancerParts, BalancingOptions } from './balancing-options.js';
export type { ConsistentHashOptions } from './consistent-hash.js';
export { Endpoint, type EndpointKeeper } from './endpoint.js';
export type { Call, Outcome, OutcomeKind } from './outcome.js';
export type { PanicOptions } from './panic.js';
export { Pool, type OutcomeListener, type PoolOptions } from './pool.js';
export type { SlowStartOptions } from './slow-start.js';
export type { ZoneOptions } from './zone-aware.js';
