/** What options mean only together: found out before anything is started, and said all at once. */
import { exposureOf } from './access/exposure.js';
import { tlsObjection } from './doors/http/tls.js';
import { peerOptions } from './doors/peer/config.js';
import { dnsObjections } from './faces/dns/config.js';
import { eurekaObjections } from './faces/eureka/config.js';
import { peerObjections } from './doors/peer/exposure.js';
import { etcdOf, type ServeOptions } from './options/options.js';
import { objectionsToEtcd } from './stores/etcd/config.js';

/** Sentences; empty if they make sense together. */
export function objectionsTo(options: ServeOptions): readonly string[] {
  const { refusal } = exposureOf({ ...options, isEncrypted: options.tlsCert !== null });
  const etcd = etcdOf(options);
  const ofDoors = [tlsObjection(options), refusal].filter((objection) => objection !== null);
  return [
    ...ofDoors,
    ...dnsObjections(options),
    ...eurekaObjections(options),
    ...objectionsToEtcd(etcd, options),
    ...(etcd === null ? companyObjections(options) : peerObjections(exposed(options))),
  ];
}

/** What is only for several nodes says nothing to one that has no others. */
function companyObjections(options: ServeOptions): readonly string[] {
  const given = Object.entries(peerOptions).filter(([name, row]) => options[name as keyof typeof peerOptions] !== row.default);
  const flags = [...given.map(([, { flag }]) => `--${flag}`), ...(options.role === 'full' ? [] : [`--role ${options.role}`])];
  return flags.map((flag) => `${flag} is for several nodes on one etcd: give --store etcd://HOST:PORT too.`);
}

/** A replica opens no peer door: it only has to show who it is at the others'. */
function exposed(options: ServeOptions): Parameters<typeof peerObjections>[0] {
  if (options.role === 'replica') return { ...options, bind: '127.0.0.1', hasAccessControl: false };
  return { ...options, hasAccessControl: options.tokenFile !== null || options.tlsClientCa !== null };
}
