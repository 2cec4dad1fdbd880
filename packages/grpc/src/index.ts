/** gRPC clients find their services in a Rollcall registry: `rollcall:///payments`. */
import { connect, systemRandom, type LiveService, type Registry, type Wish } from '@rollcall/client';
import { followedView } from './followed.js';
import { roundRobin, type ServiceConfig } from './listener.js';
import { resolverClass } from './resolver.js';
import { authorityOf, parseTarget, type Target } from './target.js';

export type { ServiceConfig } from './listener.js';

/** As much of `@grpc/grpc-js` as is needed: 1.12, 1.13 and 1.14, however many of them a program has. */
export interface GrpcModule {
  readonly experimental: { registerResolver(scheme: string, resolver: never): void };
  readonly Metadata: new () => unknown;
}

export interface ResolveOptions {
  /** Who is asked for a target without a host. Left out: what `connect()` finds at `http://localhost:8500`. */
  readonly registry?: Registry;
  /** Who is asked for `rollcall://HOST:PORT/…`, by what stands there. Left out: `connect` to `http://HOST:PORT`. */
  readonly registryAt?: (authority: string) => Registry;
  /** For all targets, as far as a target says nothing else. */
  readonly wish?: Wish;
  /** For channels that have no `grpc.service_config` of their own. Left out: `round_robin`. */
  readonly serviceConfig?: ServiceConfig;
  /** Instead of `rollcall`. */
  readonly scheme?: string;
}

export interface Resolving {
  /** Closes the registries that it connected to by itself. Channels keep the list they have. */
  close(): Promise<void>;
}

/** Resolves targets of this scheme from now on, for all channels that this module of grpc-js makes. Once, at the start of a program. */
export function resolveWith(grpc: GrpcModule, options: ResolveOptions = {}): Resolving {
  const { registryAt = (authority) => connect({ url: `http://${authority}` }), scheme = 'rollcall', serviceConfig } = options;
  const own = new Map<string, Registry>();
  const registryOf = (authority: string | null): Registry => {
    if (authority === null && options.registry !== undefined) return options.registry;
    const found = own.get(authority ?? '') ?? (authority === null ? connect() : registryAt(authority));
    own.set(authority ?? '', found);
    return found;
  };
  const follow = ({ registry, service, wish }: Target): LiveService => registryOf(registry).service(service, { ...options.wish, ...wish });
  const resolver = resolverClass({
    meaningOf: (uri) => {
      const target = parseTarget(uri);
      const { service, portName } = target;
      return { service, portName, nobody: 'no instance is in rotation', follow: () => followedView(follow(target)) };
    },
    authorityOf,
    serviceConfig: { ...roundRobin, ...serviceConfig },
    metadata: () => new grpc.Metadata(),
    random: () => systemRandom.number(),
  });
  grpc.experimental.registerResolver(scheme, resolver as never);
  return {
    close: async () => {
      await Promise.all([...own.values()].map((registry) => registry.close()));
    },
  };
}
