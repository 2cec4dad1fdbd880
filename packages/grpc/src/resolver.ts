/** A resolver as grpc-js makes one for each channel: it follows a live view, and tells its listener of every change. */
import type { Instance, LiveService, LiveState } from '@rollcall/client';
import { endpointsOf } from './endpoints.js';
import { Told, type Listener, type ServiceConfig, type Status } from './listener.js';
import { authorityOf, parseTarget, type GrpcUri, type Target } from './target.js';

/** grpc-js's own number for it. */
const UNAVAILABLE = 14;

export interface ResolverSurroundings {
  /** Begins to follow what a target means. */
  readonly follow: (target: Target) => LiveService;
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
      return authorityOf(target);
    }
  };
}

class Resolver {
  readonly #target: Target;
  readonly #told: Told;
  readonly #surroundings: ResolverSurroundings;
  /** By chance, once for each: a channel that calls only the first of its list shall not call the same as all others do. */
  readonly #ranks = new Map<string, number>();
  #following: { readonly live: LiveService; readonly stop: () => void } | null = null;
  #isTelling = false;

  constructor(uri: GrpcUri, listener: Listener, channelOptions: Readonly<Record<string, unknown>>, surroundings: ResolverSurroundings) {
    this.#target = parseTarget(uri);
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
    const live = this.#followed();
    if (live === null) return;
    const steps = [live.on('change', () => this.#tellSoon()), live.on('state', (state) => this.#turned(state))];
    const stop = (): void => {
      for (const step of steps) step();
      live.close();
    };
    this.#following = { live, stop };
    live.ready().then(
      () => this.#tellSoon(),
      // Told already, as a state.
      () => undefined,
    );
  }

  /** A channel that is idle lets go of its resolver; it begins anew with the next call. */
  destroy(): void {
    this.#following?.stop();
    this.#following = null;
    this.#ranks.clear();
  }

  /** A name that none can have is the caller's mistake, and an answer to its calls. */
  #followed(): LiveService | null {
    try {
      return this.#surroundings.follow(this.#target);
    } catch (error) {
      const status = this.#status(error instanceof Error ? error.message : String(error));
      queueMicrotask(() => this.#told.failure(status));
      return null;
    }
  }

  #turned({ state, because }: LiveState): void {
    const known = this.#following?.live.known === true;
    // Trouble is none of the channel's business while there is a list to go on with.
    if (known || because === undefined || (state !== 'away' && state !== 'refused')) return;
    const status = this.#status(because.message);
    queueMicrotask(() => {
      if (this.#following !== null && !this.#following.live.known) this.#told.failure(status);
    });
  }

  /** Not within the call that brought it about, and once for what comes together. */
  #tellSoon(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      if (this.#following?.live.known === true) this.#tell(this.#following.live);
    });
  }

  #tell(live: LiveService): void {
    const { endpoints, unreachable } = endpointsOf(this.#shuffled(live.current), this.#target.portName);
    const { service, portName } = this.#target;
    if (endpoints.length > 0) return this.#told.endpoints(endpoints, `${live.current.length} of ${service}, by ${live.source ?? 'nobody'}`);
    const port = portName === null ? 'a host and a port' : `a port ${JSON.stringify(portName)}`;
    const why = unreachable.length === 0 ? 'no instance is in rotation' : `none of its ${unreachable.length} instances has ${port}`;
    // First that nobody is there: a failure alone would leave the last list in force.
    this.#told.endpoints([], why);
    this.#told.failure(this.#status(`${service}: ${why}.`));
  }

  #shuffled(instances: readonly Instance[]): readonly Instance[] {
    const present = new Set(instances.map(({ id }) => id));
    for (const id of this.#ranks.keys()) if (!present.has(id)) this.#ranks.delete(id);
    for (const id of present) if (!this.#ranks.has(id)) this.#ranks.set(id, this.#surroundings.random());
    return instances.toSorted((a, b) => (this.#ranks.get(a.id) ?? 0) - (this.#ranks.get(b.id) ?? 0));
  }

  #status(details: string): Status {
    return { code: UNAVAILABLE, details, metadata: this.#surroundings.metadata() };
  }
}
