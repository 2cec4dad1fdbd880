/** Instances for tests, of which only what matters to a test is said. */
import type { Instance } from '../shapes.js';

export function instanceOf(id: string, said: Partial<Instance> = {}): Instance {
  return {
    namespace: 'default',
    service: 'payments',
    id,
    host: `${id}.test`,
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
    ...said,
  };
}

/** `count` of them: `i0`, `i1`, … */
export function instancesOf(count: number, said: (at: number) => Partial<Instance> = () => ({})): readonly Instance[] {
  return Array.from({ length: count }, (_, at) => instanceOf(`i${at}`, said(at)));
}
