/** What an agent is told to do with itself. The nodes of a registry find each other through its log, and are stopped where they run. */
import { done } from '../answer.js';
import { ConsulRefusal } from '../refusal.js';
import type { ConsulRoute } from '../route.js';

const elsewhere = 'Nodes of this registry find each other through their store, and are stopped where they run';

function refused(): never {
  throw new ConsulRefusal(500, elsewhere);
}

export function agentOrderRoutes(): readonly ConsulRoute[] {
  return [
    // Nothing here is read only at the start.
    { method: 'PUT', path: '/agent/reload', right: 'write', handle: () => done },
    { method: 'PUT', path: '/agent/join/*', right: 'operate', handle: refused },
    { method: 'PUT', path: '/agent/leave', right: 'operate', handle: refused },
    // Whoever is gone is forgotten by itself.
    { method: 'PUT', path: '/agent/force-leave/*', right: 'operate', handle: () => done },
  ];
}
