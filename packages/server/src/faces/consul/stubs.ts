/** What clients look at and this registry does not have: answered as a Consul would that has it switched off, or has none of it. */
import { shownJson, type Reads } from './reads.js';
import type { Ask, ConsulRoute } from './route.js';
import { ConsulRefusal } from './refusal.js';
import type { Watched } from './waiting/watched.js';

export interface StubsOptions {
  readonly reads: Reads;
}

/** There is none, and there will be none: whoever waits for one waits until the time is over. */
function none(ask: Ask): Watched {
  return { key: `none ${ask.head.url ?? ''}`, index: () => 1, read: () => shownJson(ask, []), listen: () => () => undefined };
}

export function stubRoutes({ reads }: StubsOptions): readonly ConsulRoute[] {
  const empty = (path: string): ConsulRoute => ({
    method: 'GET',
    path,
    right: 'read',
    handle: (ask) => reads.answer(ask, none(ask)),
  });
  const off = (method: ConsulRoute['method'], path: string, status: number, text: string): ConsulRoute => ({
    method,
    path,
    right: 'none',
    handle: () => {
      throw new ConsulRefusal(status, text);
    },
  });
  const NO_CONNECT = 'Connect must be enabled in order to use this endpoint';
  const NO_ACL = 'ACL support disabled';
  return [
    empty('/catalog/connect/*'),
    empty('/catalog/gateway-services/*'),
    empty('/health/connect/*'),
    empty('/health/ingress/*'),
    empty('/config/:kind'),
    empty('/peerings'),
    off('GET', '/agent/connect/ca/roots', 500, NO_CONNECT),
    off('GET', '/agent/connect/ca/leaf/*', 500, NO_CONNECT),
    off('GET', '/connect/intentions', 500, NO_CONNECT),
    off('GET', '/connect/ca/roots', 500, NO_CONNECT),
    off('GET', '/connect/ca/configuration', 500, NO_CONNECT),
    off('POST', '/agent/connect/authorize', 500, NO_CONNECT),
    ...(['GET', 'PUT', 'POST', 'DELETE'] as const).map((method) => off(method, '/acl/*', 401, NO_ACL)),
  ];
}
