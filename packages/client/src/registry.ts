/** A registry as a program lives with it: cheap to make, quiet until asked, and at work in the background from then on. */
import { Discovery, type DiscoveryOptions } from './discovery/discovery.js';
import type { LiveService } from './discovery/live-service.js';
import type { Wish } from './discovery/wish.js';
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
}

/** Nothing that it does in the background is thrown into the face of the program: it is told (`on('trouble', …)`). */
export class Registry {
  /** The plain calls. */
  readonly api: RegistryClient;
  readonly #teller: Teller;
  readonly #discovery: Discovery;
  readonly #registering: Registering;
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
    });
    const holding = options.clock ?? systemClock;
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
  service(name: string, wish?: Wish): LiveService {
    return this.#discovery.service(name, wish);
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
    await Promise.all([this.#registering.close(), this.#discovery.close()]);
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
