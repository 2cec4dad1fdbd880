/** How services are called. */
export { CallFailed, type CallFailedReason } from './call-failed.js';
export type { CallingOptions, CallRules, CallWishes, HedgeRules } from './call-rules.js';
export type { CallsOptions, WayInOptions } from './calls.js';
export type { EjectionTold, PanicTold, ServiceOptions, ServicesOptions } from './calling.js';
export type { EjectionReason, OutlierRules } from './outlier-rules.js';
export type { BudgetRules } from './retry-budget.js';
export type { BulkheadRules } from './bulkhead.js';
export type { RetryRules } from './retry-rules.js';
export type { ServiceNaming } from './service-address.js';
export type { ServiceFetch, ServiceFetchInit } from './service-fetch.js';
export type { TriedCall } from './service-parts.js';
export type { Tried } from './tried.js';
