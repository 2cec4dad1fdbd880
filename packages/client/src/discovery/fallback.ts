/** Addresses from a configuration, as instances: for as long as nobody ever said who there is. */
import type { Instance } from '../shapes.js';
import type { Question } from './wish.js';

/** Throws a `TypeError` for what is no address. */
export function fallbackInstances({ service, namespace }: Question, addresses: readonly string[]): readonly Instance[] {
  return addresses.map((address) => ({ ...usual, namespace, service, id: address, ...hostAndPort(address) }));
}

/** What nobody said of them. */
const usual = {
  ports: {},
  tags: [],
  metadata: {},
  weight: 1,
  ttl: 'none',
  deregisterAfter: 'none',
  mode: 'in',
  health: 'passing',
  incarnation: 0,
  registeredAt: '1970-01-01T00:00:00.000Z',
  revision: 0,
} as const satisfies Partial<Instance>;

function hostAndPort(address: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s/:[\]]+)):(\d{1,5})$/.exec(address) ?? [];
  const [host, port] = [bracketed ?? plain, Number(digits)];
  if (host === undefined || !(port >= 1 && port <= 65_535)) {
    throw new TypeError(`${JSON.stringify(address)} is no address to fall back on; one looks like 10.0.0.5:8080 or [::1]:8080.`);
  }
  return { host, port };
}
