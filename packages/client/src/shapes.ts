/** What is said to a registry and what it answers, by the contract's own schemas. */
import type { Contract } from '@rollcall/contract';

export type Registration = Contract<'Registration'>;
export type Instance = Contract<'Instance'>;
export type InstanceRef = Contract<'InstanceRef'>;
export type InstancePatch = Contract<'InstancePatch'>;
export type Health = Contract<'Health'>;
export type Heartbeat = Contract<'Heartbeat'>;
export type ModeChange = Contract<'ModeChange'>;
export type Services = Contract<'Services'>;
export type ServiceInstances = Contract<'ServiceInstances'>;
export type Change = Contract<'Change'>;
export type Machine = Contract<'Machine'>;
export type MachineRegistration = Contract<'MachineRegistration'>;
export type Machines = Contract<'Machines'>;
export type RegistrationResult = Contract<'RegistrationResult'>;
export type HeartbeatResult = Contract<'HeartbeatResult'>;
export type HealthOverride = Contract<'HealthOverride'>;
export type Guard = Contract<'Guard'>;
export type Released = Contract<'Released'>;
export type PanicRule = Contract<'PanicRule'>;
export type ServicePanic = Contract<'ServicePanic'>;
export type Status = Contract<'Status'>;
export type Ready = Contract<'Ready'>;
export type Version = Contract<'Version'>;
export type FieldProblem = Contract<'FieldProblem'>;
export type Problem = Contract<'Problem'>;
