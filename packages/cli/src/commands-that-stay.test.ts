import { RegistryClient } from '@rollcall/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { embeddedRegistry, type EmbeddedRegistry } from '../../../test/support/embedded-registry.js';
import { Typing, type Begun } from './typing.fixture.js';

let registry: EmbeddedRegistry;
let client: RegistryClient;
beforeEach(async () => {
  registry = await embeddedRegistry();
  client = new RegistryClient({ url: registry.url });
  await client.register({ service: 'payments', id: 'one', host: '10.0.0.5', port: 8080 });
});
afterEach(async () => {
  await client.close();
  await registry.close();
});

/** The same address, with another log. */
async function restart(): Promise<void> {
  const http = Number(new URL(registry.url).port);
  await registry.close();
  registry = await embeddedRegistry({ http });
}

function begin(...args: string[]): Begun {
  return new Typing({ url: registry.url }).begin(...args);
}

describe('rollcall watch', () => {
  it('draws who there is, then what changes', async () => {
    const watch = begin('watch', 'payments');
    await expect.poll(watch.output).toMatch(/^HEALTH.*\npassing  in .*one/);
    await client.patch('one', { weight: 7, tags: ['blue'] });
    await expect.poll(watch.output).toMatch(/\n\d\d:\d\d:\d\d {2}~ one {2}weight 1 → 7, tags none → blue\n$/);
    await client.register({ service: 'payments', id: 'two', host: '10.0.0.6', port: 80 });
    await expect.poll(watch.output).toMatch(/\+ two {2}10.0.0.6:80 {2}passing\n$/);
    await client.setMode('two', { mode: 'out' });
    await expect.poll(watch.output).toMatch(/- two {2}10.0.0.6:80\n$/);
    watch.stop();
    expect(await watch.ended).toMatchObject({ code: 0, complaints: '' });
  });

  it('outlives a restart of the registry, and says so', async () => {
    const watch = begin('watch', '--prefix', 'pay');
    await expect.poll(watch.output).toContain('one');
    await restart();
    await expect.poll(watch.complaints).toMatch(/! .*Trying again in[^]*answers again\.[^]*Something was missed/);
    await expect.poll(watch.output).toMatch(/- payments {2}one/);
    await client.register({ service: 'payments', id: 'new' });
    await expect.poll(watch.output).toMatch(/\+ payments {2}new/);
    watch.stop('SIGTERM');
    expect((await watch.ended).code).toBe(0);
  });

  it('tells programs an event per line', async () => {
    const watch = begin('watch', 'payments', 'mail', '--json');
    await expect.poll(watch.output).toContain('\n');
    await client.deregister('one');
    await expect.poll(() => watch.output().split('\n').length).toBe(3);
    watch.stop();
    const events = (await watch.ended).output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(events).toMatchObject([
      { event: 'snapshot', services: [{ service: 'mail' }, { service: 'payments', instances: [{ id: 'one' }] }] },
      { event: 'change', removes: [{ id: 'one' }] },
    ]);
  });

  it.each([
    [['watch', 'a', '--prefix', 'b'], 2],
    [['watch', 'no name!'], 1],
  ])('refuses %j', async (args, code) => {
    expect((await begin(...args).ended).code).toBe(code);
  });
});

describe('rollcall register --keep-alive', () => {
  const keeping = ['register', 'mail', '--host', '10.0.0.5', '--port', '25', '--ttl', '300ms', '--keep-alive'];

  it('beats until it is told to leave', async () => {
    const kept = begin(...keeping);
    await expect.poll(kept.output).toBe('mail-10.0.0.5-25\n');
    expect(kept.complaints()).toMatch(/is registered \(10\.0\.0\.5:25\) at .*a heartbeat about every 100ms/);
    const { signal } = new AbortController();
    const seen: string[] = [];
    for await (const event of client.watch({ service: 'mail', health: 'any' }, { signal })) {
      seen.push(event.event);
      if (event.event === 'change') break;
      kept.stop();
    }
    expect(seen).toEqual(['snapshot', 'change']);
    expect(await kept.ended).toMatchObject({
      code: 0,
      complaints: expect.stringMatching(/SIGINT: deregistering[^]*has left\.\n$/) as string,
    });
    expect((await client.instances('mail', { health: 'any' })).instances).toEqual([]);
  });

  it('registers again after a restart of the registry', async () => {
    const kept = begin(...keeping, '--json');
    await expect.poll(kept.output).toContain('"registered"');
    await restart();
    await expect.poll(async () => (await client.instances('mail')).instances.length).toBe(1);
    kept.stop();
    const events = (await kept.ended).output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly event: string });
    const names = events.map(({ event }) => event).filter((event) => event !== 'trouble' && event !== 'recovered');
    expect(names).toEqual(['registered', 'forgotten', 'registered', 'leaving', 'left']);
  });

  it('waits for a registry that is not there yet, and ends at once when told twice', async () => {
    await registry.close();
    const kept = begin(...keeping);
    await expect.poll(kept.complaints).toMatch(/Nobody answers .* Trying again until it answers/);
    kept.stop();
    kept.stop();
    expect(kept.endedWith()).toBe(130);
    expect((await kept.ended).code).toBe(0);
  });

  it('gives up on what the registry refuses for good', async () => {
    const typed = await begin('register', 'no name!', '--id', 'x', '--keep-alive').ended;
    expect(typed).toMatchObject({ code: 1, output: '' });
  });

  it('says that it could not leave', async () => {
    const kept = begin(...keeping);
    await expect.poll(kept.output).toContain('mail');
    await registry.close();
    kept.stop();
    expect(await kept.ended).toMatchObject({ code: 1, complaints: expect.stringContaining('it lapses when its ttl is over') as string });
  });
});
