/** A registry as a program lives with it: cheap to make, quiet until asked, and at work in the background from then on. */
import type { ConnectOptions, Move } from './options.js';
import { RegistryClient } from './registry-client.js';
import { quietClock } from './system-clock.js';
import { Teller, type Observer, type TellingName, type Tellings } from './telling.js';

export interface RegistryOptions extends ConnectOptions {
  /** Told of everything that listeners are told of, by name: for metrics. */
  readonly observe?: Observer;
}

/** Nothing that it does in the background is thrown into the face of the program: it is told (`on('trouble', …)`). */
export class Registry {
  /** The plain calls. */
  readonly api: RegistryClient;
  readonly #teller: Teller;
  #closed: Promise<void> | null = null;

  constructor(options: RegistryOptions = {}) {
    const { clock = quietClock, observe } = options;
    this.#teller = new Teller(observe);
    const onMove = (move: Move): void => {
      options.onMove?.(move);
      this.#teller.tell('moved', move);
    };
    this.api = new RegistryClient({ ...options, clock, onMove });
  }

  /** Listens to what is told by this name. Answers how to stop. */
  on<Name extends TellingName>(name: Name, listener: (details: Tellings[Name]) => void): () => void {
    return this.#teller.on(name, listener);
  }

  /** Ends what it began, and lets go of its connections. */
  close(): Promise<void> {
    this.#closed ??= this.api.close();
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
