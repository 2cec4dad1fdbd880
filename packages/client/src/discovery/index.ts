/** Finding services, as the outside sees it. */
export type { Source } from './belief.js';
export type { DiscoveryOptions } from './discovery.js';
export type { InstanceDifference } from './instance-list.js';
export type { LiveInstances } from './live-instances.js';
export type { LiveChange, LiveService, LiveTellings } from './live-service.js';
export type { LiveState, LiveStateName } from './live-state.js';
export type { Subset } from './subset.js';
export type { ServiceWish, Wish } from './wish.js';
