import { describe, expect, it } from 'vitest';
import type { Instance } from '@rollcall/core';
import { keptService } from '../faces/consul/kept.js';
import { consulHouse, type Answered } from './consul-house.fixture.js';

const house = consulHouse();
const { put, all, ids, health, machines } = house;

const ok: Answered = { status: 200, text: '' };
const web = { Name: 'web', Port: 80, Check: { TTL: '10s' } };

describe('fifty hosts that register the same', () => {
  it('are fifty instances, and each takes out its own', async () => {
    const hosts = Array.from({ length: 50 }, (_, at) => `10.0.0.${at + 1}`);
    await Promise.all(hosts.map((host) => put('/agent/service/register', web, host)));
    expect(all()).toHaveLength(50);
    expect(all()[0]).toMatchObject({
      id: 'web@10.0.0.1',
      host: '10.0.0.1',
      machine: '10.0.0.1',
      health: 'critical',
      deregisterAfterMs: null,
    });
    // And again, which makes no ghosts.
    await Promise.all(hosts.map((host) => put('/agent/service/register', web, host)));
    expect(all()).toHaveLength(50);
    expect(await put('/agent/check/pass/service:web', null, '10.0.0.7')).toEqual(ok);
    expect(
      all()
        .filter((one) => one.health === 'passing')
        .map(({ id }) => id),
    ).toEqual(['web@10.0.0.7']);
    expect(await put('/agent/service/deregister/web', null, '10.0.0.7')).toEqual(ok);
    expect(ids()).not.toContain('web@10.0.0.7');
    // Nobody is meant by who has none of that name himself.
    expect(await put('/agent/service/deregister/web', null, '10.9.9.9')).toMatchObject({
      status: 404,
      text: expect.stringContaining('several others') as string,
    });
    expect(await put('/agent/service/maintenance/web?enable=true', null, '10.9.9.9')).toMatchObject({
      status: 404,
      text: expect.stringContaining('call from where it was registered') as string,
    });
    expect(machines()).toEqual([]);
  });

  it('are one where all share an agent', async () => {
    await house.reopen('single');
    await put('/agent/service/register', web, '10.0.0.1');
    await put('/agent/service/register', web, '10.0.0.2');
    expect(all()).toMatchObject([{ id: 'web@registry-1', host: '10.0.0.2', machine: 'registry-1' }]);
  });
});

describe('a service', () => {
  it('is found by its id alone, where only one bears it', async () => {
    await put('/agent/service/register', { ...web, ID: 'web-7' }, '10.0.0.7');
    expect(await put('/agent/check/pass/service:web-7')).toEqual(ok);
    expect(await put('/agent/service/deregister/web-7', null, '10.0.0.8')).toEqual(ok);
    expect(ids()).toEqual([]);
    expect(await put('/agent/service/deregister/web-7')).toEqual({
      status: 404,
      text: 'Unknown service ID "web-7". Ensure that the service ID is passed, not the service name.',
    });
  });

  it('is one on its node, whatever it is called', async () => {
    await put('/agent/service/register', { ID: 'x', Name: 'web' });
    await put('/agent/service/register', { ID: 'x', Name: 'api' });
    expect(all()).toMatchObject([{ service: 'api', id: 'x@registry-1' }]);
  });

  it('keeps what its checks found when it comes again, and the checks that it does not name', async () => {
    await put('/agent/service/register', { ...web, Checks: [{ CheckID: 'more', TTL: '10s', Status: 'passing' }] });
    await put('/agent/check/pass/service:web:1');
    expect(health()).toEqual(['passing']);
    await put('/agent/service/register', { Name: 'web', Port: 81, Check: { CheckID: 'more', TTL: '20s', Status: 'critical' } });
    expect(all()).toMatchObject([{ port: 81, health: 'passing', checks: [{ id: 'service:web:1' }, { id: 'more', ttlMs: 20_000 }] }]);
    await put('/agent/service/register?replace-existing-checks', { Name: 'web', Check: { CheckID: 'more', TTL: '20s' } });
    expect(all()).toMatchObject([{ health: 'passing', checks: [{ id: 'more' }] }]);
  });

  it('lapses, stays so over a registration, and comes back with a word', async () => {
    await put('/agent/service/register', web);
    await put('/agent/check/pass/service:web');
    await house.clock.advance(11_000);
    expect(health()).toEqual(['critical']);
    await put('/agent/service/register', web);
    expect(health()).toEqual(['critical']);
    await Promise.all([put('/agent/check/pass/service:web'), house.clock.advance(1000)]);
    expect(health()).toEqual(['passing']);
  });

  it('departs when it was critical for long enough, and no sooner than Consul has it', async () => {
    await put('/agent/service/register', { Name: 'web', Check: { TTL: '10s', DeregisterCriticalServiceAfter: '1s' } });
    await house.clock.advance(50_000);
    expect(ids()).toHaveLength(1);
    await house.clock.advance(20_000);
    expect(ids()).toHaveLength(0);
    await put('/agent/service/register', web);
    await house.clock.advance(1_000_000);
    expect(ids()).toHaveLength(1);
  });

  it('keeps tags that somebody else may change', async () => {
    await put('/agent/service/register', { Name: 'web', Tags: ['a'], EnableTagOverride: true });
    await put('/catalog/register', {
      Node: 'registry-1',
      SkipNodeUpdate: true,
      Address: '127.0.0.1',
      Service: { ID: 'web', Service: 'web', Tags: ['b'], EnableTagOverride: true },
    });
    await put('/agent/service/register', { Name: 'web', Tags: ['a'], EnableTagOverride: true });
    expect(all()[0]?.tags).toEqual(['b']);
    await put('/agent/service/register', { Name: 'web', Tags: ['a'] });
    expect(all()[0]?.tags).toEqual(['a']);
  });

  it.each<[string, object, number, string]>([
    ['no name', {}, 400, 'Missing service name'],
    ['a name that nobody could ask for', { Name: 'a b' }, 400, 'Invalid service name'],
    ['an address where one only listens', { Name: 'web', Address: '0.0.0.0' }, 400, 'Invalid service address'],
    ['a check that cannot be', { Name: 'web', Check: { HTTP: 'http://x/' } }, 400, 'Invalid check: Interval must be > 0'],
    ['metadata of Consul’s own', { Name: 'web', Meta: { 'consul-x': '1' } }, 400, 'reserved for internal use'],
    ['a weight that is none', { Name: 'web', Weights: { Passing: 0, Warning: 1 } }, 400, 'Passing must be greater than 0'],
    ['another namespace', { Name: 'web', Namespace: 'team' }, 400, 'Enterprise'],
    ['what is no such thing', { Name: 7 }, 400, 'Request decode failed'],
    ['a port beyond ports', { Name: 'web', Port: 70_000 }, 400, 'Port is 70000'],
    ['programs, which nobody runs here', { Name: 'web', Check: { Args: ['true'], Interval: '1s' } }, 400, 'runs no programs'],
  ])('with %s is refused', async (_what, body, status, text) => {
    expect(await put('/agent/service/register', body)).toEqual({ status, text: expect.stringContaining(text) as string });
    expect(ids()).toEqual([]);
  });

  it('brings lists that are null, and keeps what only Consul knows', async () => {
    const body = {
      Name: 'web',
      Tags: null,
      Meta: null,
      Checks: null,
      TaggedAddresses: { wan: { Address: '1.2.3.4', Port: 9 } },
      Weights: { Passing: 5, Warning: 2 },
    };
    expect(await put('/agent/service/register', { ...body, Connect: { Native: true }, Kind: '' })).toEqual(ok);
    const [instance] = all();
    expect(instance).toMatchObject({ weight: 5, tags: [] });
    expect(keptService((instance as Instance).origin)).toEqual({
      id: 'web',
      address: { said: '', as: '127.0.0.1' },
      taggedAddresses: { wan: { Address: '1.2.3.4', Port: 9 } },
      warningWeight: 2,
      connect: { Native: true },
    });
  });
});
