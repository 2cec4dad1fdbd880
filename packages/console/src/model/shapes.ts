/** What the registry answers, by the names that the console has for it. The types are the contract's. */
import type { Contract } from '@rollcall/contract';

export type Instance = Contract<'Instance'>;
export type Change = Contract<'Change'>;
export type ServiceInstances = Contract<'ServiceInstances'>;
export type Machine = Contract<'Machine'>;
export type Machines = Contract<'Machines'>;
export type Namespaces = Contract<'Namespaces'>;
export type RegistryNode = Contract<'Node'>;
export type Nodes = Contract<'Nodes'>;
export type Services = Contract<'Services'>;
export type ServiceSummary = Contract<'ServiceSummary'>;
export type ServicePanic = Contract<'ServicePanic'>;
export type Status = Contract<'Status'>;
export type Timeline = Contract<'Timeline'>;
export type TimelineEvent = Contract<'TimelineEvent'>;
export type Why = Contract<'Why'>;
export type WhyReason = Contract<'WhyReason'>;
export type WhyCheck = Contract<'WhyCheck'>;
export type Problem = Contract<'Problem'>;
