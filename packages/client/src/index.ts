/** Rollcall for Node programs: register, discover, watch. */
export { backoffMs, type Failure } from './backoff.js';
export * from './balancing/index.js';
export * from './calling/index.js';
export * from './discovery/index.js';
export type {
  AnswerHead,
  CallOptions,
  ConnectOptions,
  InstanceFilters,
  InstanceOptions,
  Move,
  PollOptions,
  ReadOptions,
  TlsOptions,
} from './options.js';
export { gracefully, type Graceful, type GracefulOptions, type Leaves, type LeavingStep } from './leaving/gracefully.js';
export type { AppWithServer, Closable, Closing, Http2Server, HttpServer, RpcServer } from './leaving/ways-out.js';
export type * from './ports.js';
export { RegistryClient } from './registry-client.js';
export { AlreadyRegistered } from './registering/identities.js';
export { Deregistered } from './registering/keeper.js';
export type { DrainOptions, LiveRegistration } from './registering/live-registration.js';
export { reachableHost, type ReachableHost } from './registering/reachable-host.js';
export type { OwnRegistration, RegisterOptions } from './registering/registering.js';
export { connect, Registry, type RegistryOptions } from './registry.js';
export { isRegistryProblem, RegistryProblem, type AnsweredCode } from './registry-problem.js';
export { registryUrl, usualRegistryUrl, type RegistryUrl } from './registry-url.js';
export type * from './shapes.js';
export { sleep } from './sleep.js';
export { systemClock } from './system-clock.js';
export { systemRandom } from './system-random.js';
export { tellings, type Observer, type Recovery, type TellingName, type Tellings, type Trouble } from './telling.js';
export { Unanswered, type UnansweredReason } from './unanswered.js';
export type { WatchEvent, WatchOptions, WatchQuestion, WatchState } from './watch-question.js';
