/** Whether the address of a Eureka server is one of our own doors, as far as that can be read off it. Who cannot be recognised so is when it answers. */
import { isLoopback, Namespace } from '@rollcall/core';
import { basicIn } from '../credentials.js';
import type { PeerAddress } from './peer-address.js';

/** Where this program will be found. */
export interface OwnDoors {
  /** What the doors listen on. */
  readonly bind: string;
  /** Those where Eureka is at `/eureka`; on `alone` it is at the root, too. Those that are not open, or at any free port, are left out. */
  readonly ports: readonly { readonly port: number; readonly alone: boolean }[];
  /** The names and addresses of this machine. */
  readonly hosts: readonly string[];
}

/** The same registry, and the same namespace: what is told of one namespace to another is told to somebody else. */
export function isOwnAddress({ base: url, namespace, authorization }: PeerAddress, { bind, ports, hosts }: OwnDoors): boolean {
  const { hostname, port, protocol, pathname } = new URL(url);
  const asked = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  const door = ports.find((one) => one.port === asked);
  if (door === undefined || !isHere(hostname.replaceAll(/[[\]]/g, ''), bind, hosts)) return false;
  const path = /^\/+(eureka(?:-([^/]+))?\/+)?(?:v\d+\/+)?$/i.exec(pathname);
  if (path === null) return false;
  const [, base, inPath] = path;
  if (base === undefined && !door.alone) return false;
  const said = inPath ?? basicIn(authorization ?? undefined)?.user ?? '';
  return (said === '' ? Namespace.default : Namespace.parse(said)) === namespace;
}

function isHere(host: string, bind: string, hosts: readonly string[]): boolean {
  if (host.toLowerCase() === bind.toLowerCase()) return true;
  if (isEverywhere(bind)) return isLoopback(host) || isEverywhere(host) || hosts.some((own) => own.toLowerCase() === host.toLowerCase());
  // An address of the loopback is that one alone; a name of it is any of them.
  return isLoopback(bind) && isLoopback(host) && /[g-z]/i.test(host);
}

function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
