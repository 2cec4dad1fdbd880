/** What operators say and ask, over a whole registry: what was said is what is shown, to whoever asks. */
import { SimulatedClock } from '@rollcall/conformance';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { idleRegistry } from '../../../../../test/support/idle-registry.js';
import type { Registry } from '../../registry.js';

const one = { service: 'payments', host: '10.0.0.5', port: 8080, ttl: '1s', deregisterAfter: '1s' };

let registry: Registry;
let clock: SimulatedClock;
beforeEach(async () => {
  clock = new SimulatedClock();
  registry = await idleRegistry({}, { clock });
});
afterEach(() => registry.stop());

async function ask(method: string, path: string, body?: object): Promise<Readonly<Record<string, unknown>>> {
  const sent = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(`http://${registry.doors['http']}${path}`, { method, ...sent });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>);
}

async function fill(service: string, count: number): Promise<void> {
  const instances = Array.from({ length: count }, (_, at) => ({ ...one, service, id: `${service}-${at}` }));
  await ask('POST', '/register/bulk', { instances });
}

it('the health that is said from outside counts, through a registration, until it is taken back', async () => {
  await ask('POST', '/register', { ...one, id: 'a' });
  expect(await ask('PUT', '/instances/a/health', { health: 'critical', reason: 'garbage' })).toMatchObject({ health: 'critical' });
  await ask('POST', '/register', { ...one, id: 'a', metadata: { colour: 'red' } });
  expect(await ask('GET', '/instances/a')).toMatchObject({ health: 'critical', healthOverride: { health: 'critical', reason: 'garbage' } });
  expect(await ask('GET', '/services/payments/instances')).toMatchObject({ instances: [] });
  await ask('DELETE', '/instances/a/health');
  const after = await ask('GET', '/instances/a');
  expect(after).toMatchObject({ health: 'passing' });
  expect(after).not.toHaveProperty('healthOverride');
});

describe('a fleet that lapses', () => {
  beforeEach(async () => {
    await fill('bills', 20);
    await fill('mails', 20);
    await clock.advance(3000);
    while (((await ask('GET', '/guard'))['departed'] as number) < 10) await clock.advance(500);
  });

  it('is held but for a few, and let go service by service', async () => {
    const guard = await ask('GET', '/guard');
    expect(guard).toMatchObject({ holding: true, presentAtStart: 40, budget: 10, departed: 10, left: 0, held: 30, window: '15m' });
    expect(guard['instances']).toHaveLength(30);
    const before = await ask('GET', '/status');
    const { released } = await ask('POST', '/guard/release?service=bills');
    await clock.advance(500);
    const after = await ask('GET', '/status');
    expect(before).toMatchObject({ held: 30, instances: { total: 30, critical: 30 }, services: 2 });
    expect(after).toMatchObject({ held: 30 - Number(released), services: 1 });
    expect(await ask('POST', '/guard/release')).toEqual({ released: 30 - Number(released) });
    await clock.advance(500);
    expect(await ask('GET', '/status')).toMatchObject({ held: 0, services: 0, instances: { total: 0 } });
  });
});

it('a service panics by its own rule', async () => {
  await fill('mails', 4);
  const heal = async (): Promise<unknown> => (await ask('GET', '/services/mails/instances'))['panic'];
  for (const at of [0, 1, 2]) await ask('PUT', `/instances/mails-${at}/health`, { health: 'critical' });
  expect(await heal()).toBeUndefined();
  expect(await ask('PUT', '/services/Mails/panic', { eligibleMin: 3, belowShare: 0.5 })).toMatchObject({ own: true, panic: true });
  expect(await heal()).toBe(true);
  expect(await ask('GET', '/status')).toMatchObject({ panicking: 1 });
  await ask('DELETE', '/services/mails/panic');
  expect(await ask('GET', '/services/mails/panic')).toMatchObject({ own: false, panic: false, eligibleMin: 10 });
});

it('the node tells who it is and how it is', async () => {
  await ask('PUT', '/machines/rack-7', {});
  const { node, ...status } = await ask('GET', '/status');
  expect(node).not.toBe('');
  expect(status).toMatchObject({
    version: '1.2.3',
    doors: registry.doors,
    machines: { total: 1, passing: 1 },
    stale: false,
    store: { engine: 'memory' },
  });
});
