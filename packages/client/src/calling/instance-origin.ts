/** Where an instance is called: which of its ports is meant. */
import type { Instance } from '../shapes.js';

export interface WantedPort {
  readonly scheme: 'http' | 'https';
  /** A number is that port of the instance's host; a name is one of its named ports. */
  readonly port: number | string | undefined;
}

/** What it calls its port for TLS, if it has one of that name. */
const TLS_PORT_NAMES: readonly string[] = ['https', 'tls'];

/** `undefined`: it has no such port, or nowhere to be called at. */
export function instanceOrigin({ host, port, ports }: Instance, wanted: WantedPort): string | undefined {
  if (host === undefined) return undefined;
  const number = portOf(port, ports, wanted);
  return number === undefined ? undefined : `${wanted.scheme}://${host.includes(':') ? `[${host}]` : host}:${number}`;
}

function portOf(port: number | undefined, ports: Readonly<Record<string, number>>, wanted: WantedPort): number | undefined {
  if (typeof wanted.port === 'number') return wanted.port;
  if (wanted.port !== undefined) return ports[wanted.port];
  if (wanted.scheme === 'http') return port ?? ports['http'];
  const tlsName = TLS_PORT_NAMES.find((name) => ports[name] !== undefined);
  return tlsName === undefined ? port : ports[tlsName];
}
