/** Calling services, as a registry offers it: every way in, over the same callers. */
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { Dispatcher } from 'undici';
import { Pool } from '../balancing/pool.js';
import type { HeldPool, LiveService } from '../discovery/live-service.js';
import type { ServiceWish, Wish } from '../discovery/wish.js';
import type { TlsOptions } from '../options.js';
import type { Clock, Random } from '../ports.js';
import type { Teller } from '../telling.js';
import { Calling, type OpenService, type ServicesOptions } from './calling.js';
import type { InstanceConnections } from './instance-connections.js';
import { namingBySuffix, usualNaming, type ServiceNaming } from './service-address.js';
import { SecureServiceAgent, ServiceAgent } from './service-agent.js';
import type { ServiceDispatcher } from './service-dispatcher.js';
import { serviceFetch, type ServiceFetch, type ServiceFetchInit } from './service-fetch.js';
import { telemetry } from './telemetry.js';
import { isTraced, type Tracing } from './tracing.js';

/** Which addresses are services', and what becomes of the others. */
export interface WayInOptions {
  /**
   * Names that end so (`.rollcall`) are services, or a function that answers the service a host means. Left out: every name without a dot
   * but `localhost`.
   */
  readonly naming?: string | ServiceNaming;
  /** `refuse`: only services are called; what `fetch` does if nothing is said. `pass`: as if this were not there; what the others do. */
  readonly others?: 'pass' | 'refuse';
}

/** How services are called; `services` says what is different for some, by name. */
export interface CallsOptions extends ServicesOptions, WayInOptions {
  /** For `https:`: who is trusted, and what is shown. */
  readonly tls?: TlsOptions;
  /** Instead of the platform's. */
  readonly fetch?: typeof fetch;
}

export interface CallsSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly teller: Teller;
  /** A live view of a service, for as long as it is called. */
  readonly view: (service: string, wish: Wish | undefined) => LiveService;
}

/** What is loaded with the first call: undici takes longer than all the rest. */
interface Loaded {
  readonly connections: InstanceConnections;
  readonly dispatcher: (options: WayInOptions) => ServiceDispatcher;
  readonly fetch: ServiceFetch;
}

export class Calls {
  readonly #options: CallsOptions;
  readonly #calling: Calling;
  readonly #surroundings: { readonly clock: Clock; readonly random: Random };
  readonly #platformFetch: typeof fetch;
  readonly #agents: (ServiceAgent | SecureServiceAgent)[] = [];
  #loading: Promise<Loaded> | undefined;
  #loaded: Loaded | undefined;
  #tracing: Tracing | undefined;
  #isClosed = false;

  constructor(options: CallsOptions, { clock, random, teller, view }: CallsSurroundings) {
    this.#options = options;
    this.#surroundings = { clock, random };
    this.#platformFetch = options.fetch ?? fetch;
    this.#calling = new Calling(options, {
      clock,
      random,
      open: (service, { balancing, wish }): OpenService => {
        const live = view(service, wish);
        return followed(live, new Pool({ ...balancing, clock, random }), () => live.close());
      },
      tracing: () => (this.#tracing !== undefined && isTraced() ? this.#tracing : undefined),
      tellTried: () => (teller.isHeard('tried') ? (tried) => teller.tell('tried', tried) : undefined),
      tellEjected: (told) => teller.tell('ejected', told),
      tellReturned: (told) => teller.tell('returned', told),
      tellPanic: (told) => teller.tell('panic', told),
      onGone: (endpoint) => {
        this.#loaded?.connections.letGo(endpoint);
        for (const agent of this.#agents) agent.letGo(endpoint);
      },
    });
  }

  /** Endpoints for those who pick from a live view: those that calls go to, unless something else is wished for. */
  holdPool(live: LiveService, wish: ServiceWish): HeldPool {
    const isUsual = Object.values(wish).every((wished) => wished === undefined);
    if (isUsual && this.#calling.isWhole(live.service)) return this.#calling.hold(live.service);
    const balancing = { ...this.#calling.balancingOf(live.service), ...wish.balancing };
    const pool = new Pool({ ...balancing, ...this.#surroundings });
    return this.#calling.judge(followed(live, pool, () => undefined));
  }

  fetch(input: string | URL | Request, init?: ServiceFetchInit): Promise<Response> {
    return this.#loaded?.fetch(input, init) ?? this.#load().then((loaded) => loaded.fetch(input, init));
  }

  async dispatcher(options: WayInOptions = {}): Promise<Dispatcher> {
    const { dispatcher } = this.#loaded ?? (await this.#load());
    return dispatcher({ others: 'pass', ...options });
  }

  agent(options: WayInOptions = {}): HttpAgent {
    return this.#keep(new ServiceAgent(this.#calling, this.#agentOptions(options)));
  }

  httpsAgent(options: WayInOptions = {}): HttpsAgent {
    return this.#keep(new SecureServiceAgent(this.#calling, this.#agentOptions(options)));
  }

  /** Lets go of every connection; calls that go on are broken off. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#calling.close();
    for (const agent of this.#agents) agent.destroy();
    const loaded = await this.#loading;
    await loaded?.connections.close();
  }

  #load(): Promise<Loaded> {
    this.#loading ??= this.#loadNow();
    return this.#loading;
  }

  async #loadNow(): Promise<Loaded> {
    const [{ InstanceConnections: Connections }, { ServiceDispatcher: Services, outside }, tracing] = await Promise.all([
      import('./instance-connections.js'),
      import('./service-dispatcher.js'),
      telemetry(),
    ]);
    this.#tracing = tracing;
    const connections = new Connections(this.#options.tls);
    const dispatcher = (options: WayInOptions): ServiceDispatcher => {
      const { naming, others } = this.#wayIn(options);
      return new Services(this.#calling, connections, { naming, others: others === 'refuse' ? others : outside() });
    };
    const ours = serviceFetch(dispatcher({ others: this.#options.others ?? 'refuse' }), this.#platformFetch);
    this.#loaded = { connections, dispatcher, fetch: ours };
    if (this.#isClosed) await connections.close();
    return this.#loaded;
  }

  #keep<Agent extends ServiceAgent | SecureServiceAgent>(agent: Agent): Agent {
    this.#agents.push(agent);
    void this.#load();
    return agent;
  }

  #agentOptions(options: WayInOptions): { naming: ServiceNaming; others: 'pass' | 'refuse'; tls: TlsOptions } {
    return { ...this.#wayIn({ others: 'pass', ...options }), tls: this.#options.tls ?? {} };
  }

  #wayIn(options: WayInOptions): { naming: ServiceNaming; others: 'pass' | 'refuse' } {
    const { naming = usualNaming, others = 'refuse' } = { ...this.#options, ...options };
    return { naming: typeof naming === 'string' ? namingBySuffix(naming) : naming, others };
  }
}

/** `closed` is told when it is not needed any more. */
function followed(live: LiveService, pool: Pool, closed: () => void): OpenService {
  const unfollow = pool.follow(live);
  const close = (): void => {
    unfollow();
    closed();
  };
  return { live, pool, close, disbelieve: (instance) => live.disbelieve(instance) };
}
