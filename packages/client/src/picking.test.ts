import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { embeddedRegistry, type EmbeddedRegistry } from '../../../test/support/embedded-registry.js';
import type { Endpoint } from './balancing/endpoint.js';
import { connect, type Registry, type RegistryOptions } from './registry.js';

let server: EmbeddedRegistry;
let registry: Registry;
const servers: Server[] = [];

beforeEach(async () => {
  server = await embeddedRegistry();
});
afterEach(async () => {
  await registry?.close();
  for (const one of servers.splice(0)) one.close();
  await server.close();
});

function connected(options: RegistryOptions = {}): Registry {
  registry = connect({ url: server.url, ...options });
  return registry;
}

/** An instance of `payments` that answers its id with this status; without one, nobody listens there. */
async function instance(id: string, status?: number, said: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const one = createServer((_request, response) => response.writeHead(status ?? 200).end(id));
  await once(one.listen(0, '127.0.0.1'), 'listening');
  const { port } = one.address() as AddressInfo;
  if (status === undefined) one.close();
  else servers.push(one);
  await registry.api.register({ service: 'payments', id, host: '127.0.0.1', port, ttl: 'none', ...said });
}

const ask = async ({ address }: Endpoint): Promise<Response> => fetch(`http://${address}/`, { keepalive: false });

describe('a live view', () => {
  it('has nobody to pick while nothing is known, and then somebody', async () => {
    connected();
    await instance('a', 200);
    const payments = registry.service('payments');
    expect(payments.pick()).toBeUndefined();
    await payments.ready();
    expect(payments.pick()?.id).toBe('a');
    {
      using call = payments.pick()?.begin();
      expect(payments.pool.outstanding).toBe(1);
      call?.end({ kind: 'answered', status: 200 });
    }
    expect(payments.pool.outstanding).toBe(0);
  });

  it('calls, as soon as it knows whom', async () => {
    connected();
    await instance('a', 200);
    const answer = await registry.service('payments').call(ask);
    expect(await answer.text()).toBe('a');
  });

  it('says so where nobody is, and what was thrown', async () => {
    connected();
    await expect(registry.service('payments').call(ask)).rejects.toMatchObject({
      name: 'CallFailed',
      reason: 'no-instance',
      outcome: 'refused',
    });
    await instance('a', 200);
    const payments = registry.service('payments');
    await expect.poll(() => payments.pick()).toBeDefined();
    await expect(payments.call(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    expect(payments.pool.outstanding).toBe(0);
    await expect(payments.call(ask, { signal: AbortSignal.abort(new Error('no more')) })).rejects.toThrow('no more');
  });

  it('leaves alone who refuses, for those who fetch too', async () => {
    const ejected: string[] = [];
    connected({ calls: { balancing: { balancer: 'round-robin' } } });
    registry.on('ejected', ({ id }) => ejected.push(id));
    await instance('a', 200);
    await instance('b', 200);
    await instance('dead');
    const payments = registry.service('payments');
    await payments.ready();
    for (let call = 0; call < 6; call++) await payments.call(ask).catch(() => undefined);
    expect(ejected).toEqual(['dead']);
    expect(payments.pool.available).toBe(2);
    for (let call = 0; call < 6; call++) expect((await registry.fetch('http://payments/')).status).toBe(200);
    expect(ejected).toEqual(['dead']);
  });

  it('shares its endpoints with who wishes for the same, and has its own for another wish', async () => {
    connected({ calls: { services: { Payments: { balancing: { balancer: 'weighted' } } } } });
    await instance('a', 200, { tags: ['blue'] });
    await instance('b', 200);
    const [one, other, blue] = [
      registry.service('payments'),
      registry.service('PAYMENTS'),
      registry.service('payments', { tags: ['blue'] }),
    ];
    await Promise.all([one.ready(), other.ready(), blue.ready()]);
    expect(one.pool).toBe(other.pool);
    expect(blue.pool).not.toBe(one.pool);
    expect([one.pool.size, blue.pool.size]).toEqual([2, 1]);
    expect(blue.pick()?.id).toBe('a');
    blue.close();
    one.close();
    await registry.api.deregister('b');
    await expect.poll(() => other.pool.size).toBe(1);
  });

  it('has a balancer of its own, if it is wished for', async () => {
    connected();
    for (const id of ['a', 'b', 'c', 'd']) await instance(id, 200);
    const payments = registry.service('payments', { balancing: { balancer: 'consistent-hash' } });
    await payments.ready();
    const chosen = (key: string): ReadonlySet<string | undefined> => new Set(Array.from({ length: 20 }, () => payments.pick({ key })?.id));
    expect(chosen('customer-1').size).toBe(1);
    expect(new Set(Array.from({ length: 50 }, (_, at) => payments.pick({ key: `${at}` })?.id)).size).toBe(4);
  });

  it('refuses a balancer that there is not, when it is needed', () => {
    connected({ calls: { balancing: { balancer: 'best' as 'random' } } });
    expect(() => registry.service('payments').pool).toThrow('There is no balancer "best"');
  });

  it('keeps what was there after it was closed', async () => {
    connected();
    await instance('a', 200);
    const payments = registry.service('payments');
    await payments.ready();
    payments.close();
    expect(payments.pick()?.id).toBe('a');
    payments.close();
  });
});
