/** A resolver as grpc-js makes one for each channel: it follows whom a target means, and tells its listener of every change. */
import { endpointsOf, type Callable } from './endpoints.js';
import type { Followed, Meaning } from './followed.js';
import { Told, type Listener, type ServiceConfig, type Status } from './listener.js';
import type { GrpcUri } from './target.js';

/** grpc-js's own number for it. */
const UNAVAILABLE = 14;

export interface ResolverSurroundings {
  /** What a target means. Throws a `TypeError` for one that means nothing. */
  readonly meaningOf: (uri: GrpcUri) => Meaning;
  readonly authorityOf: (uri: GrpcUri) => string;
  /** What goes along with each list, for a channel that says nothing of its own. */
  readonly serviceConfig: ServiceConfig;
  /** The metadata of a status; grpc-js reads it. */
  readonly metadata: () => unknown;
  readonly random: () => number;
}

export interface ResolverClass {
  new (target: GrpcUri, listener: Listener, channelOptions: Readonly<Record<string, unknown>>): object;
  getDefaultAuthority(target: GrpcUri): string;
}

export function resolverClass(surroundings: ResolverSurroundings): ResolverClass {
  return class extends Resolver {
    constructor(target: GrpcUri, listener: Listener, channelOptions: Readonly<Record<string, unknown>>) {
      super(target, listener, channelOptions, surroundings);
    }

    static getDefaultAuthority(target: GrpcUri): string {
      return surroundings.authorityOf(target);
    }
  };
}

class Resolver {
  readonly #meaning: Meaning;
  readonly #told: Told;
  readonly #surroundings: ResolverSurroundings;
  /** By chance, once for each: a channel that calls only the first of its list shall not call the same as all others do. */
  readonly #ranks = new Map<string, number>();
  #following: Followed | null = null;
  #isTelling = false;

  constructor(uri: GrpcUri, listener: Listener, channelOptions: Readonly<Record<string, unknown>>, surroundings: ResolverSurroundings) {
    this.#meaning = surroundings.meaningOf(uri);
    const own = typeof channelOptions['grpc.service_config'] === 'string';
    this.#told = new Told(listener, own ? null : surroundings.serviceConfig);
    this.#surroundings = surroundings;
  }

  /**
   * Begins; later there is nothing to do, because every change is told as it comes. Told once more what it knows, a channel would
   * begin all its connections anew, and ask again because of that, without end.
   */
  updateResolution(): void {
    if (this.#following !== null) return;
    const following = this.#followed();
    this.#following = following;
    following?.listen({ changed: () => this.#tellSoon(), failed: (why) => this.#failed(following, why) });
  }

  /** A channel that is idle lets go of its resolver; it begins anew with the next call. */
  destroy(): void {
    this.#following?.close();
    this.#following = null;
    this.#ranks.clear();
  }

  /** A name that none can have is the caller's mistake, and an answer to its calls. */
  #followed(): Followed | null {
    try {
      return this.#meaning.follow();
    } catch (error) {
      const status = this.#status(error instanceof Error ? error.message : String(error));
      queueMicrotask(() => this.#told.failure(status));
      return null;
    }
  }

  #failed(following: Followed, why: string): void {
    const status = this.#status(why);
    queueMicrotask(() => {
      if (this.#following === following && !following.known) this.#told.failure(status);
    });
  }

  /** Not within the call that brought it about, and once for what comes together. */
  #tellSoon(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      if (this.#following?.known === true) this.#tell(this.#following);
    });
  }

  #tell({ current, source }: Followed): void {
    const { service, portName, nobody } = this.#meaning;
    const { endpoints, unreachable } = endpointsOf(this.#shuffled(current), portName);
    if (endpoints.length > 0) return this.#told.endpoints(endpoints, `${current.length} of ${service}, by ${source}`);
    const port = portName === null ? 'a host and a port' : `a port ${JSON.stringify(portName)}`;
    const why = unreachable.length === 0 ? nobody : `none of its ${unreachable.length} instances has ${port}`;
    // First that nobody is there: a failure alone would leave the last list in force.
    this.#told.endpoints([], why);
    this.#told.failure(this.#status(`${service}: ${why}.`));
  }

  #shuffled(instances: readonly Callable[]): readonly Callable[] {
    const present = new Set(instances.map(({ id }) => id));
    for (const id of this.#ranks.keys()) if (!present.has(id)) this.#ranks.delete(id);
    for (const id of present) if (!this.#ranks.has(id)) this.#ranks.set(id, this.#surroundings.random());
    return instances.toSorted((a, b) => (this.#ranks.get(a.id) ?? 0) - (this.#ranks.get(b.id) ?? 0));
  }

  #status(details: string): Status {
    return { code: UNAVAILABLE, details, metadata: this.#surroundings.metadata() };
  }
}
