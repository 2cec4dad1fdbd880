/** Where an instance is to be called: of all that Eureka says of that, what everybody can use; and the pages that follow from it. */
import { isIP } from 'node:net';
import { Host, portKind, type Instance } from '@rollcall/core';
import type { Said } from './document.js';

/** Among an instance's ports, the secure one. */
export const HTTPS = 'https';

export const ADDRESS_ALLOWED: string = Host.allowed;

interface Place {
  readonly host: Host | null;
  readonly port: number | null;
  /** Beside the other one; alone, it is the port. */
  readonly https: number | null;
}

/** A name may end in a dot, as those do that are whole. An address that everybody can use beats a name that perhaps only its own machine knows. */
export function placeOf({ ipAddr, hostName, port, securePort }: Pick<Said, 'ipAddr' | 'hostName' | 'port' | 'securePort'>): Place {
  const address = isIP(ipAddr) === 0 ? undefined : Host.parse(ipAddr);
  const [plain, secure] = [port, securePort].map((one) => (one.enabled ? (portKind.parse(one.number) ?? null) : null));
  return {
    host: address ?? Host.parse(hostName.replace(/\.$/, '')) ?? Host.parse(ipAddr) ?? null,
    port: plain ?? secure ?? null,
    https: plain === null ? null : (secure ?? null),
  };
}

/** Of an instance of another face, which says nothing of pages but where it is looked at. */
export function pagesOf({ host, port, checks }: Instance): Pick<Said, 'homePageUrl' | 'statusPageUrl' | 'healthCheckUrl'> {
  const at = (name: string | null, number: number | null): string | null =>
    name === null || number === null ? null : `${name.includes(':') ? `[${name}]` : name}:${number}`;
  const home = at(host, port);
  const page = checks.find((check) => check.type === 'http');
  const spec = page?.type === 'http' && page.probe.spec.type === 'http' ? page.probe.spec : null;
  return {
    homePageUrl: home === null ? null : `http://${home}/`,
    statusPageUrl: null,
    healthCheckUrl: spec === null ? null : `${spec.tls === null ? 'http' : 'https'}://${at(spec.host, spec.port) ?? ''}${spec.path}`,
  };
}
