/** What a registry is put together from, for this repository's own tests and benchmarks. It may change with any version. */
export { runRegistry, type Registry } from './registry.js';
export { clusterMetrics } from './cluster-metrics.js';
export { commands } from './commands/commands.js';
export { DnsAnswers } from './faces/dns/handler.js';
export { manners } from './faces/dns/domains.js';
export { objectionsTo } from './objections.js';
export { serveOptions, type ServeOptions } from './options/options.js';
export { systemClock } from './shared/system-clock.js';
export { systemRandom } from './shared/system-random.js';
export type { Surroundings } from './surroundings.js';
export { identityOf } from './faces/etcd/identity.js';
export { etcdServices } from './faces/etcd/services.js';
export type { GrpcCall, GrpcFace, GrpcOutlet, GrpcStreamMethod, GrpcUnaryMethod } from './shared/grpc-face.js';
