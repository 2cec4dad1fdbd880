/** What an etcd target says: `etcd:///my-service`, as Go's resolver reads it. Pure. */
import type { GrpcUri } from '../target.js';
import { prefixOf } from './endpoint-value.js';

/** Throws a `TypeError` for what names no service. What stands where a host would is nobody's, as with Go: the endpoints are known already. */
export function serviceIn({ path }: GrpcUri): string {
  const [name = ''] = path.replace(/^\//, '').split('?', 1);
  const service = decoded(name);
  prefixOf(service);
  return service;
}

/**
 * What a channel calls its other end, in TLS and in `:authority`, unless it is told otherwise: the last part of a service's name.
 * A slash, and what stands for one, would break the connection.
 */
export function authorityOf(uri: GrpcUri): string {
  const service = serviceIn(uri);
  return service.slice(service.lastIndexOf('/') + 1).replaceAll(/[^A-Za-z0-9.-]/g, '-');
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
