import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../system-clock.js';
import { reachableHost } from './reachable-host.js';

describe('where callers reach a program', () => {
  it.each(['http://localhost:8500', 'http://127.0.0.1:8500', 'http://127.1.2.3', 'http://[::1]:8500', 'https://a.localhost'])(
    'is loopback for a registry at %s',
    async (registry) => {
      expect(await reachableHost(registry, systemClock)).toMatchObject({ host: '127.0.0.1' });
    },
  );

  it('is an address in any case, whether there is a way to the registry or not', async () => {
    // An address that is kept for documents, and a name that is kept for nobody.
    for (const registry of ['http://192.0.2.1:8500', 'http://registry.invalid:8500']) {
      const { host } = await reachableHost(registry, systemClock);
      expect(isIP(host)).not.toBe(0);
    }
  });
});
