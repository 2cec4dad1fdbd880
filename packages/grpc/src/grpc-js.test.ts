/** As a program has it: real servers, a real registry, and every version of grpc-js that there is a promise for. */
import { connect, type Registry } from '@rollcall/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { embeddedRegistry, type EmbeddedRegistry } from '../../../test/support/embedded-registry.js';
import { echoClient, echoServer, tally, type EchoClient, type EchoServer } from '../../../test/support/echo-servers.js';
import { resolveWith } from './index.js';
import { versions } from './versions.fixture.js';

describe.each(versions)('grpc-js %s', (_version, grpc) => {
  let running: EmbeddedRegistry;
  let registry: Registry;
  let clean: (() => unknown)[];

  beforeEach(async () => {
    clean = [];
    running = await embeddedRegistry();
    clean.push(() => running.close());
    registry = connect({ url: running.url });
    clean.push(() => registry.close());
    const resolving = resolveWith(grpc, { registry });
    clean.push(() => resolving.close());
  });

  afterEach(async () => {
    for (const step of clean.splice(0).toReversed()) await step();
  });

  async function server(name: string, fields: Readonly<Record<string, unknown>> = {}): Promise<EchoServer> {
    const one = await echoServer(grpc, name);
    clean.push(() => one.kill());
    await registry.api.register({ service: 'payments', id: name, host: '127.0.0.1', port: one.port, ...fields });
    return one;
  }

  function client(target: string, options: Readonly<Record<string, string | number>> = {}): EchoClient {
    const one = echoClient(grpc, target, options);
    clean.push(() => one.close());
    return one;
  }

  it('calls all of a service, in turn', async () => {
    for (const name of ['a', 'b', 'c']) await server(name);
    const payments = client('rollcall:///payments');
    await everybodyIsConnected(payments, 3);
    await expect.poll(() => tally(payments, 30)).toEqual({ a: 10, b: 10, c: 10 });
  });

  it('calls more often who weighs more, and not who weighs nothing', async () => {
    await server('a', { weight: 3 });
    await server('b', { weight: 1 });
    await server('c', { weight: 0 });
    const payments = client('rollcall:///payments');
    await everybodyIsConnected(payments, 2);
    await expect.poll(() => tally(payments, 40)).toEqual({ a: 30, b: 10 });
  });

  it('follows every change', async () => {
    await server('a');
    const payments = client('rollcall:///payments');
    expect(await payments.who()).toBe('a');
    await server('b');
    await everybodyIsConnected(payments, 2);
    await registry.api.deregister('a');
    await expect.poll(() => tally(payments, 4)).toEqual({ b: 4 });
  });

  it('lets nobody down when an instance drains', async () => {
    const [a] = [await server('a'), await server('b')];
    const payments = client('rollcall:///payments');
    await everybodyIsConnected(payments, 2);
    const slow = Promise.all(Array.from({ length: 10 }, () => payments.who({ delayMs: 500 })));
    await registry.api.setMode('a', { mode: 'draining' });
    await expect.poll(() => tally(payments, 4)).toEqual({ b: 4 });
    await a.drain();
    expect((await slow).filter((name) => name === 'a')).toHaveLength(5);
  });

  it('goes on with the others when one is killed', async () => {
    const [a] = [await server('a'), await server('b')];
    const payments = client('rollcall:///payments');
    await everybodyIsConnected(payments, 2);
    a.kill();
    // Whatever was on its way to it may fail; the registry does not know yet.
    await expect.poll(() => tally(payments, 6).catch(() => ({}))).toEqual({ b: 6 });
  });

  it('keeps its list while the registry is away', async () => {
    await server('a');
    const payments = client('rollcall:///payments');
    expect(await payments.who()).toBe('a');
    await running.close();
    await expect.poll(() => registry.service('payments').state.state).toBe('away');
    expect(await tally(payments, 10)).toEqual({ a: 10 });
  });

  it('says that nobody is there', async () => {
    const nobody = client('rollcall:///payments');
    await expect(nobody.who()).rejects.toMatchObject({
      code: 14,
      details: expect.stringContaining('no instance is in rotation') as string,
    });
    const one = await server('a');
    await expect.poll(() => nobody.who().catch(() => '')).toBe('a');
    await registry.api.deregister(one.name);
    // And again: whoever said goodbye is not called any more.
    await expect.poll(() => nobody.who().catch((error: unknown) => String(error))).toContain('payments: no instance is in rotation');
  });

  it('says that no registry answers, where it never knew anybody', async () => {
    const lost = connect({ url: 'http://127.0.0.1:1' });
    clean.push(() => lost.close());
    resolveWith(grpc, { registry: lost, scheme: 'lost' });
    await expect(client('lost:///payments').who()).rejects.toMatchObject({
      code: 14,
      details: expect.stringContaining('127.0.0.1:1') as string,
    });
  });

  it('takes the port that is named, the one called grpc, or the only one', async () => {
    const [a, b] = [await echoServer(grpc, 'a'), await echoServer(grpc, 'b')];
    for (const one of [a, b]) clean.push(() => one.kill());
    await registry.api.register({ service: 'shop', host: 'localhost', port: 1, ports: { grpc: a.port, admin: b.port } });
    expect(await client('rollcall:///shop').who()).toBe('a');
    expect(await client('rollcall:///shop:grpc').who()).toBe('a');
    expect(await client('rollcall:///shop:admin').who()).toBe('b');
    await expect(client('rollcall:///shop:none').who()).rejects.toMatchObject({
      details: expect.stringContaining('none of its 1 instances has a port "none"') as string,
    });
  });

  it('asks the registry that is named, and wishes what the target says', async () => {
    await server('a', { tags: ['blue'], zone: 'x' });
    await server('b', { tags: ['green'] });
    const { host } = new URL(running.url);
    expect(await tally(client(`rollcall://${host}/payments?tag=blue&zone=x`), 4)).toEqual({ a: 4 });
    expect(await tally(client('rollcall:///payments?tag=green'), 4)).toEqual({ b: 4 });
    expect(() => client('rollcall:///payments?colour=blue')).toThrow('"colour" means nothing');
    await expect(client('rollcall:///pay%20ments').who()).rejects.toMatchObject({
      details: expect.stringContaining('no name of a service') as string,
    });
  });

  it('leaves the channel its own service config', async () => {
    for (const name of ['a', 'b']) await server(name);
    const own = JSON.stringify({ loadBalancingConfig: [{ pick_first: {} }], methodConfig: [] });
    const first = client('rollcall:///payments', { 'grpc.service_config': own });
    expect(Object.values(await tally(first, 10))).toEqual([10]);
  });

  it('begins anew when an idle channel is called again', async () => {
    await server('a');
    const payments = client('rollcall:///payments', { 'grpc.client_idle_timeout_ms': 1000 });
    expect(await payments.who()).toBe('a');
    await registry.api.deregister('a');
    await server('b');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await payments.who()).toBe('b');
  });
});

/** Connecting takes its time; until then it is another's turn. */
async function everybodyIsConnected(client: EchoClient, many: number): Promise<void> {
  await expect.poll(async () => Object.keys(await tally(client, 2 * many)).length).toBe(many);
}
