/** The client: plain calls, each one request and one answer without a retry, and the watch, which outlives its connections. */
import { one } from './asked.js';
import { Calls } from './calls.js';
import {
  filterQuery,
  TIMEOUT_MS,
  type CallOptions,
  type ConnectOptions,
  type InstanceFilters,
  type InstanceOptions,
  type PollOptions,
  type ReadOptions,
} from './options.js';
import type { Clock, Random } from './ports.js';
import { registryUrls } from './registry-url.js';
import { targetOf } from './request-target.js';
import type {
  Check,
  Guard,
  HealthOverride,
  Heartbeat,
  HeartbeatResult,
  Instance,
  InstancePatch,
  Machine,
  MachineRegistration,
  Machines,
  Namespaces,
  ModeChange,
  Nodes,
  PanicRule,
  Ready,
  Registration,
  RegistrationResult,
  Released,
  ServiceInstances,
  ServicePanic,
  Services,
  Status,
  Timeline,
  Version,
  Why,
} from './shapes.js';
import { systemClock } from './system-clock.js';
import { systemRandom } from './system-random.js';
import { Transport } from './transport.js';
import { watchTarget, type WatchEvent, type WatchOptions, type WatchQuestion } from './watch-question.js';
import { Watch } from './watch.js';
import { Ways } from './ways.js';

/**
 * A registry, as far as one asks it. Every call throws `RegistryProblem` for what the registry refuses and `Unanswered` where
 * no registry answers; whoever gives up by a signal is thrown that signal's reason.
 */
export class RegistryClient {
  readonly #transport: Transport;
  readonly #calls: Calls;
  readonly #namespace: string | undefined;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #random: Random;

  /** Nothing is sent before the first call. */
  constructor(options: ConnectOptions = {}) {
    const { namespace, timeoutMs = TIMEOUT_MS, clock = systemClock, random = systemRandom, inOrder = false } = options;
    this.#transport = new Transport(new Ways(registryUrls(options), { clock, random, inOrder }), options, clock);
    this.#namespace = namespace;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#random = random;
    this.#calls = new Calls(this.#transport, { namespace, timeoutMs, clock });
  }

  /** For people: who is asked first at the moment. */
  get url(): string {
    return this.#transport.shownUrl;
  }

  /** All that it knows of. */
  get urls(): readonly string[] {
    return this.#transport.shownUrls;
  }

  /** Registers an instance, or registers it again; also its first heartbeat. Repeating it is safe. */
  async register(
    registration: Registration,
    options: CallOptions = {},
  ): Promise<{ readonly instance: Instance; readonly created: boolean }> {
    const { status, body } = await this.#calls.ask('register', { body: registration }, options);
    return { instance: body as Instance, created: status === 201 };
  }

  /** A result for each, in order; not all or nothing. */
  async registerMany(registrations: readonly Registration[], options: CallOptions = {}): Promise<readonly RegistrationResult[]> {
    const { body } = await this.#calls.ask('registerMany', { body: { instances: registrations } }, options);
    return (body as { readonly results: readonly RegistrationResult[] }).results;
  }

  /** I am here. `not-found` is a verdict: register again. */
  async heartbeat(id: string, { word, ...options }: InstanceOptions & { readonly word?: Heartbeat } = {}): Promise<void> {
    await this.#calls.ask('heartbeat', { ...one(id, options), body: word }, options);
  }

  /** Many at once, with a result for each, in order: 204 for those who were heard. */
  async heartbeats(ids: readonly string[], options: InstanceOptions = {}): Promise<readonly HeartbeatResult[]> {
    const { body } = await this.#calls.ask('heartbeats', { query: { service: options.service }, body: { ids } }, options);
    return (body as { readonly results: readonly HeartbeatResult[] }).results;
  }

  async deregister(id: string, options: InstanceOptions = {}): Promise<void> {
    await this.#calls.ask('deregister', one(id, options), options);
  }

  setMode(id: string, change: ModeChange, options: InstanceOptions = {}): Promise<Instance> {
    return this.#calls.answer('setMode', { ...one(id, options), body: change }, options);
  }

  /** Laid over what the registration says, whoever registers again; `null` takes it back. */
  patch(id: string, patch: InstancePatch, options: InstanceOptions = {}): Promise<Instance> {
    return this.#calls.answer('patch', { ...one(id, options), body: patch }, options);
  }

  /** Says from outside how it is, whatever its checks find. */
  overrideHealth(id: string, override: HealthOverride, options: InstanceOptions = {}): Promise<Instance> {
    return this.#calls.answer('overrideHealth', { ...one(id, options), body: override }, options);
  }

  async endHealthOverride(id: string, options: InstanceOptions = {}): Promise<void> {
    await this.#calls.ask('endHealthOverride', one(id, options), options);
  }

  /** Adds a check, or changes one, above what the instance says of itself. */
  putCheck(id: string, check: string, asked: Check, options: InstanceOptions = {}): Promise<Instance> {
    const { varying, ...rest } = one(id, options);
    return this.#calls.answer('putCheck', { ...rest, varying: { ...varying, check }, body: asked }, options);
  }

  async removeCheck(id: string, check: string, options: InstanceOptions = {}): Promise<void> {
    const { varying, ...rest } = one(id, options);
    await this.#calls.ask('removeCheck', { ...rest, varying: { ...varying, check } }, options);
  }

  instance(id: string, options: InstanceOptions & ReadOptions = {}): Promise<Instance> {
    const { minRevision } = options;
    const { varying, query } = one(id, options);
    return this.#calls.answer('instance', { varying, query: { ...query, minRevision } }, options);
  }

  /** Why it is in rotation or is not, and what would put it back. */
  why(id: string, options: InstanceOptions & ReadOptions = {}): Promise<Why> {
    const { varying, query } = one(id, options);
    return this.#calls.answer('why', { varying, query: { ...query, minRevision: options.minRevision } }, options);
  }

  /** Who should be called: those in rotation, unless the filters say otherwise. A service that nobody knows has none. */
  instances(service: string, options: InstanceFilters & PollOptions & { readonly limit?: number } = {}): Promise<ServiceInstances> {
    const { minRevision, limit, since, waitMs } = options;
    const query = { ...filterQuery(options), limit, minRevision, since, wait: waitMs };
    return this.#calls.answer('instances', { varying: { name: service }, query }, options);
  }

  /** What happened to its instances lately, the newest first. */
  timeline(service: string, options: ReadOptions & { readonly id?: string; readonly limit?: number } = {}): Promise<Timeline> {
    const { id, limit, minRevision } = options;
    return this.#calls.answer('timeline', { varying: { name: service }, query: { id, limit, minRevision } }, options);
  }

  /** The names of all services, with counts. */
  services(options: ReadOptions = {}): Promise<Services> {
    return this.#calls.answer('services', { query: { minRevision: options.minRevision } }, options);
  }

  /** In which somebody is registered. This client asks for one of them. */
  namespaces(options: ReadOptions = {}): Promise<Namespaces> {
    return this.#calls.answer('namespaces', { query: { minRevision: options.minRevision } }, options);
  }

  machines(options: CallOptions = {}): Promise<Machines> {
    return this.#calls.answer('machines', {}, options);
  }

  machine(name: string, options: CallOptions = {}): Promise<Machine> {
    return this.#calls.answer('machine', { varying: { name } }, options);
  }

  async putMachine(
    name: string,
    machine: MachineRegistration,
    options: CallOptions = {},
  ): Promise<{ readonly machine: Machine; readonly created: boolean }> {
    const { status, body } = await this.#calls.ask('putMachine', { varying: { name }, body: machine }, options);
    return { machine: body as Machine, created: status === 201 };
  }

  /** I am here, said by a machine that has a `ttl`. */
  async heartbeatMachine(name: string, options: CallOptions = {}): Promise<void> {
    await this.#calls.ask('heartbeatMachine', { varying: { name } }, options);
  }

  /** Its instances stay, unless they are to go too. */
  async removeMachine(
    name: string,
    { instances, ...options }: CallOptions & { readonly instances?: 'keep' | 'remove' } = {},
  ): Promise<void> {
    await this.#calls.ask('removeMachine', { varying: { name }, query: { instances } }, options);
  }

  putMachineCheck(name: string, check: string, asked: Check, options: CallOptions = {}): Promise<Machine> {
    return this.#calls.answer('putMachineCheck', { varying: { name, check }, body: asked }, options);
  }

  async removeMachineCheck(name: string, check: string, options: CallOptions = {}): Promise<void> {
    await this.#calls.ask('removeMachineCheck', { varying: { name, check } }, options);
  }

  /** When a service panics: its own rule, or the usual one. */
  panicRule(service: string, options: CallOptions = {}): Promise<ServicePanic> {
    return this.#calls.answer('panicRule', { varying: { name: service } }, options);
  }

  setPanicRule(service: string, rule: PanicRule, options: CallOptions = {}): Promise<ServicePanic> {
    return this.#calls.answer('setPanicRule', { varying: { name: service }, body: rule }, options);
  }

  async endPanicRule(service: string, options: CallOptions = {}): Promise<void> {
    await this.#calls.ask('endPanicRule', { varying: { name: service } }, options);
  }

  /** The brake on departures, and the first of those who wait because of it. */
  guard(options: CallOptions = {}): Promise<Guard> {
    return this.#calls.answer('guard', {}, options);
  }

  /** Lets those depart who are held: all, or those of a namespace or service. */
  releaseHeld({ service, ...options }: CallOptions & { readonly service?: string } = {}): Promise<Released> {
    return this.#calls.answer('releaseHeld', { query: { service } }, options);
  }

  /** The node at a glance. */
  status(options: CallOptions = {}): Promise<Status> {
    return this.#calls.answer('status', {}, options);
  }

  /** All nodes, as the one that answers sees them. */
  nodes(options: CallOptions = {}): Promise<Nodes> {
    return this.#calls.answer('nodes', {}, options);
  }

  /** Throws `not-ready` while the registry starts or stops. */
  ready(options: CallOptions = {}): Promise<Ready> {
    return this.#calls.answer('ready', {}, options);
  }

  version(options: CallOptions = {}): Promise<Version> {
    return this.#calls.answer('version', {}, options);
  }

  /**
   * A snapshot, then every change, until the signal ends it. It outlives its connections: it goes on where it stopped, or says
   * `resync`. Whoever takes its events too slowly is cut off by the registry, and goes on likewise.
   */
  watch(question: WatchQuestion, options: WatchOptions = {}): AsyncGenerator<WatchEvent, void, undefined> {
    const { operation, varying, query } = watchTarget(question);
    const { namespace = this.#namespace } = options;
    const target = targetOf(operation, varying, { ...query, namespace });
    const surroundings = { transport: this.#transport, clock: this.#clock, random: this.#random, timeoutMs: this.#timeoutMs };
    return new Watch(target, options, surroundings).events();
  }

  /** Lets go of its connections. What is still asked throws. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  /** All that the registry holds, of every namespace, as `rollcall snapshot restore` takes it. The deadline is for its beginning. */
  snapshot(options: Pick<CallOptions, 'signal' | 'timeoutMs'> = {}): AsyncGenerator<Uint8Array> {
    return this.#calls.download('snapshot', options);
  }
}
