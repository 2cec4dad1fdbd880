/** Which service an address means: `http://payments/charge` is `payments`, everything else is somebody outside. */
import { isIP } from 'node:net';

export interface ServiceAddress {
  readonly service: string;
  readonly scheme: 'http' | 'https';
  /** As the caller wrote it, for `Host`. */
  readonly authority: string;
  /** The one that the address names; `undefined`: the instance's usual one. */
  readonly port: number | undefined;
}

/** Answers the service that a host means, or `undefined` for one that is none. The host comes in lower case. */
export type ServiceNaming = (host: string) => string | undefined;

/** A name without a dot, as nobody outside has one. */
export const usualNaming: ServiceNaming = (host) =>
  host.includes('.') || host.includes(':') || host === 'localhost' || host === '' ? undefined : host;

/** `.service.rollcall`: names that end so are services, whatever is before. */
export function namingBySuffix(suffix: string): ServiceNaming {
  const ending = suffix.toLowerCase();
  return (host) => (host.endsWith(ending) && host.length > ending.length ? host.slice(0, -ending.length) : undefined);
}

/** `undefined`: no service's address. Throws a `TypeError` for what is no address at all. */
export function serviceAddress(origin: string | URL, naming: ServiceNaming): ServiceAddress | undefined {
  const { protocol, hostname, host, port } = typeof origin === 'string' ? new URL(origin) : origin;
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return undefined;
  const service = naming(hostname.toLowerCase());
  if (service === undefined) return undefined;
  return { service, scheme: protocol === 'http:' ? 'http' : 'https', authority: host, port: port === '' ? undefined : Number(port) };
}
