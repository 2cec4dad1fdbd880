/** An instance as a registry shows it. */
import type { Instance } from './shapes.js';

export function someInstance(given: Partial<Instance> & Pick<Instance, 'id'>): Instance {
  return {
    namespace: 'default',
    service: 'payments',
    host: '10.0.0.5',
    port: 8080,
    ports: {},
    tags: [],
    metadata: {},
    weight: 1,
    ttl: '30s',
    deregisterAfter: '90s',
    mode: 'in',
    health: 'passing',
    incarnation: 1,
    registeredAt: '2030-01-01T00:00:00.000Z',
    revision: 1,
    ...given,
  };
}
