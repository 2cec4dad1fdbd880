/** gRPC clients and servers that find each other by an etcd, as Go's naming has it: `etcd:///my-service`. */
import { systemClock, systemRandom } from '@rollcall/client';
import type { Followed } from '../followed.js';
import { roundRobin } from '../listener.js';
import { resolverClass } from '../resolver.js';
import { Asking } from './asking.js';
import { Connection } from './connection.js';
import { callables } from './endpoint-value.js';
import type { EtcdGrpcModule } from './grpc-module.js';
import { EtcdNaming, type EtcdResolveOptions } from './naming.js';
import { membersOf, type EtcdOptions } from './options.js';
import { authorityOf, serviceIn } from './target.js';

export type { EtcdEndpoint, EtcdEndpointWish } from './endpoint-value.js';
export { EtcdFailure } from './failure.js';
export type { EtcdGrpcModule } from './grpc-module.js';
export type { EtcdNaming, EtcdResolveOptions } from './naming.js';
export type { EtcdOptions, EtcdTls, EtcdUser } from './options.js';
export type { EtcdRegistration, EtcdRegistrationOptions, EtcdRegistrationState } from './registration.js';

/** Connects with the first question, by your own module of grpc-js. Any etcd will do, and any Rollcall whose etcd door is open. */
export function connectEtcd(grpc: EtcdGrpcModule, options: EtcdOptions = {}): EtcdNaming {
  const { addresses, isEncrypted } = membersOf(options);
  const credentials = isEncrypted ? securedBy(grpc, options) : grpc.credentials.createInsecure();
  const surroundings = { clock: systemClock, random: systemRandom };
  const connections = addresses.map((address) => new Connection(grpc, address, credentials, systemClock));
  const { user = null, token = null } = options;
  const asking = new Asking({ connections, user, token, ...surroundings });
  return new EtcdNaming({ asking, ...surroundings, resolve: (naming, how) => resolveBy(grpc, naming, how) });
}

function securedBy({ credentials }: EtcdGrpcModule, { tls }: EtcdOptions): unknown {
  const { ca, cert, key } = typeof tls === 'object' ? tls : {};
  const bytes = (pem: string | Uint8Array | undefined): never => (pem === undefined ? null : Buffer.from(pem)) as never;
  return credentials.createSsl(bytes(ca), bytes(key), bytes(cert));
}

function resolveBy(grpc: EtcdGrpcModule, naming: EtcdNaming, { scheme = 'etcd', serviceConfig }: EtcdResolveOptions): void {
  const resolver = resolverClass({
    meaningOf: (uri) => {
      const service = serviceIn(uri);
      const nobody = `etcd has no endpoint under ${service}/`;
      return { service, portName: null, nobody, follow: () => followed(naming, service) };
    },
    authorityOf,
    serviceConfig: { ...roundRobin, ...serviceConfig },
    metadata: () => new grpc.Metadata(),
    random: () => systemRandom.number(),
  });
  grpc.experimental.registerResolver(scheme, resolver as never);
}

function followed(naming: EtcdNaming, name: string): Followed {
  const service = naming.service(name);
  let stop = (): void => undefined;
  return {
    get known() {
      return service.known;
    },
    get current() {
      return callables(service.current);
    },
    source: 'etcd',
    listen({ changed, failed }) {
      stop = service.follow({ changed, failed: ({ message }) => (service.known ? undefined : failed(message)) });
    },
    close: () => stop(),
  };
}
