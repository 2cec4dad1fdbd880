/** Who leads, and who else is there: what everybody asks to find out whether a Consul is alive. */
import { json } from './answer.js';
import type { Members } from './catalog/members.js';
import type { ConsulRoute } from './route.js';

export interface StatusOptions {
  readonly members: Members;
  /** The log can be followed: without it nobody leads. */
  readonly isLed: () => boolean;
}

export function statusRoutes({ members, isLed }: StatusOptions): readonly ConsulRoute[] {
  const addresses = (): readonly string[] => serverAddresses(members);
  return [
    { method: 'GET', path: '/status/leader', right: 'read', lane: null, handle: (ask) => json(ask, isLed() ? (addresses()[0] ?? '') : '') },
    { method: 'GET', path: '/status/peers', right: 'read', lane: null, handle: (ask) => json(ask, addresses()) },
  ];
}

/** All are equal, so that the first one stands for the one that would lead. */
export function serverAddresses(members: Members): readonly string[] {
  return members.all().map(({ address, port }) => `${address.includes(':') ? `[${address}]` : address}:${port}`);
}
