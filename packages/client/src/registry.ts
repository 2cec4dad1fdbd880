/** A registry as a program lives with it: cheap to make, quiet until asked, and at work in the background from then on. */
import type { ConnectOptions, Move } from './options.js';
import { Discovery, type DiscoveryOptions } from './discovery/discovery.js';
import type { LiveService } from './discovery/live-service.js';
import type { Wish } from './discovery/wish.js';
import { RegistryClient } from './registry-client.js';
import { quietClock } from './system-clock.js';
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
  #closed: Promise<void> | null = null;

  constructor(options: RegistryOptions = {}) {
    const { clock = quietClock, random = systemRandom, namespace = 'default', observe } = options;
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

  /** Ends what it began, and lets go of its connections. */
  close(): Promise<void> {
    this.#closed ??= this.#discovery.close().then(() => this.api.close());
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Where services are: to register there, to find others, and to call them. Nothing is sent before something is asked. */
export function connect(options: RegistryOptions = {}): Registry {
  return new Registry(options);
}
