/** A registry as a program lives with it: cheap to make, quiet until asked, and at work in the background from then on. */
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { Dispatcher } from 'undici';
import { Calls, type CallsOptions, type WayInOptions } from './calling/calls.js';
import type { ServiceFetchInit } from './calling/service-fetch.js';
import { Discovery, type DiscoveryOptions } from './discovery/discovery.js';
import type { LiveService } from './discovery/live-service.js';
import type { ServiceWish } from './discovery/wish.js';
import { TIMEOUT_MS, type ConnectOptions, type Move } from './options.js';
import { RegistryClient } from './registry-client.js';
import type { LiveRegistration } from './registering/live-registration.js';
import { Registering, type OwnRegistration, type RegisterOptions } from './registering/registering.js';
import { quietClock, systemClock } from './system-clock.js';
import { systemRandom } from './system-random.js';
import { Teller, type Observer, type TellingName, type Tellings } from './telling.js';

export interface RegistryOptions extends ConnectOptions, DiscoveryOptions {
  /** Told of everything that listeners are told of, by name: for metrics. */
  readonly observe?: Observer;
  /** How services are called. */
  readonly calls?: CallsOptions;
}

/** Nothing that it does in the background is thrown into the face of the program: it is told (`on('trouble', …)`). */
export class Registry {
  /** The plain calls. */
  readonly api: RegistryClient;
  readonly #teller: Teller;
  readonly #discovery: Discovery;
  readonly #registering: Registering;
  readonly #calls: Calls;
  #closed: Promise<void> | null = null;

  constructor(options: RegistryOptions = {}) {
    const { clock = quietClock, random = systemRandom, timeoutMs = TIMEOUT_MS, namespace = 'default', observe } = options;
    const teller = new Teller(observe);
    this.#teller = teller;
    const onMove = (move: Move): void => {
      options.onMove?.(move);
      this.#teller.tell('moved', move);
    };
    this.api = new RegistryClient({ ...options, clock, random, onMove });
    this.#discovery = new Discovery(options, {
      client: this.api,
      clock,
      random,
      namespace,
      trouble: (trouble) => teller.tell('trouble', trouble),
      holdPool: (live, wish) => this.#calls.holdPool(live, wish),
    });
    const holding = options.clock ?? systemClock;
    // A call that waits for its next try keeps the program alive, as one that waits for its answer does.
    const view = (service: string, wish: ServiceWish | undefined): LiveService => this.service(service, wish);
    this.#calls = new Calls(options.calls ?? {}, { clock: holding, random, teller, view });
    this.#registering = new Registering({ api: this.api, clock, holding, random, teller, timeoutMs, namespace });
  }

  /**
   * Registers an instance of this program and keeps it registered: it beats in the background, and registers again whenever the
   * registry has forgotten it. After the first registration nothing is thrown; trouble is told.
   */
  register(registration: OwnRegistration, options?: RegisterOptions): Promise<LiveRegistration> {
    return this.#registering.register(registration, options);
  }

  /**
   * A live view of a service: who may be called, now and after every change. At once; it is known a little later (`ready()`), and
   * from then on for good, whatever becomes of the registry. Throws a `TypeError` for a wish that nobody could grant.
   */
  service(name: string, wish?: ServiceWish): LiveService {
    return this.#discovery.service(name, wish);
  }

  /**
   * `fetch`, to services by their names: `fetch('http://payments/charge')` goes to an instance of `payments`, and to another one where that
   * is safe and the first one fails. Where no answer came it throws a `CallFailed`, which says what was tried.
   */
  fetch(input: string | URL | Request, init?: ServiceFetchInit): Promise<Response> {
    return this.#calls.fetch(input, init);
  }

  /** The same for whatever takes an undici dispatcher: `setGlobalDispatcher(await registry.dispatcher())` has the global `fetch` know services. */
  dispatcher(options?: WayInOptions): Promise<Dispatcher> {
    return this.#calls.dispatcher(options);
  }

  /** The same for whatever takes an agent of `node:http`: an instance is chosen for each request, another one if it refuses the connection. */
  agent(options?: WayInOptions): HttpAgent {
    return this.#calls.agent(options);
  }

  /** The same for `node:https`. */
  httpsAgent(options?: WayInOptions): HttpsAgent {
    return this.#calls.httpsAgent(options);
  }

  /** Listens to what is told by this name. Answers how to stop. */
  on<Name extends TellingName>(name: Name, listener: (details: Tellings[Name]) => void): () => void {
    return this.#teller.on(name, listener);
  }

  /** Ends what it began, and lets go of its connections. What it registered is deregistered. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    await Promise.all([this.#registering.close(), this.#calls.close(), this.#discovery.close()]);
    await this.api.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Where services are: to register there, to find others, and to call them. Nothing is sent before something is asked. */
export function connect(options: RegistryOptions = {}): Registry {
  return new Registry(options);
}
