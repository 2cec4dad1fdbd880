/** The native API over a whole registry: what was wanted is what is shown, to whoever asks. */
import { SimulatedClock } from '@rollcall/conformance';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { idleRegistry } from '../../../../../test/support/idle-registry.js';
import type { Registry } from '../../registry.js';

const one = { service: 'payments', host: '10.0.0.5', port: 8080 };
const id = 'payments-10.0.0.5-8080';

let registry: Registry;
let clock: SimulatedClock;
beforeEach(async () => {
  clock = new SimulatedClock();
  registry = await idleRegistry({}, { clock });
});
afterEach(() => registry.stop());

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function ask(method: string, path: string, body?: object): Promise<Answer> {
  const sent = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(`http://${registry.doors['http']}${path}`, { method, ...sent });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) };
}

async function inRotation(): Promise<number> {
  return ((await ask('GET', '/services/payments/instances')).body['instances'] as readonly object[]).length;
}

describe('what is wanted of an instance', () => {
  it('takes it out of rotation, survives its registrations, and brings it back', async () => {
    await ask('POST', '/register', one);
    expect((await ask('PUT', `/instances/${id}/mode`, { mode: 'out', reason: 'a new disk' })).body).toMatchObject({
      mode: 'out',
      modeReason: 'a new disk',
      modeBy: 'operator',
    });
    await ask('POST', '/register', { ...one, metadata: { colour: 'red' } });
    expect(await inRotation()).toBe(0);
    expect((await ask('PUT', `/instances/${id}/mode`, { mode: 'in' })).body).toEqual(
      expect.not.objectContaining({ modeBy: expect.anything() as unknown }),
    );
    expect((await ask('GET', `/instances/${id}`)).body).toMatchObject({ mode: 'in' });
    expect(await inRotation()).toBe(1);
  });

  it('lies over what it says of itself, until it is taken back', async () => {
    await ask('POST', '/register', { ...one, weight: 5, tags: ['blue'], metadata: { colour: 'red', size: 'small' } });
    const patched = await ask('PATCH', `/instances/${id}`, { weight: 0, metadata: { colour: 'green', size: null } });
    expect(patched).toMatchObject({ status: 200, body: { weight: 0, tags: ['blue'], metadata: { colour: 'green' } } });
    await ask('POST', '/register', { ...one, weight: 7 });
    expect((await ask('GET', `/instances/${id}`)).body).toMatchObject({ weight: 0, metadata: { colour: 'green' } });
    expect((await ask('PATCH', `/instances/${id}`, { weight: null })).body).toMatchObject({ weight: 7 });
  });
});

it('a heartbeat may say how it is', async () => {
  await ask('POST', '/register', one);
  expect((await ask('PUT', `/heartbeat/${id}`, { status: 'critical', output: 'no database' })).status).toBe(204);
  expect((await ask('GET', `/instances/${id}`)).body).toMatchObject({ health: 'critical', healthOutput: 'no database' });
  expect(await inRotation()).toBe(0);
  expect((await ask('PUT', `/heartbeat/${id}`, { status: 'passing' })).status).toBe(204);
  expect(await inRotation()).toBe(1);
});

it('many come and beat at once', async () => {
  const instances = Array.from({ length: 300 }, (_, n) => ({ ...one, id: `pay-${n}` }));
  const registered = await ask('POST', '/register/bulk', { instances });
  expect(registered.body['results']).toEqual(expect.arrayContaining([expect.objectContaining({ status: 201, id: 'pay-299' })]));
  expect(await inRotation()).toBe(300);
  const again = (await ask('POST', '/register/bulk', { instances })).body['results'] as readonly { readonly status: number }[];
  expect(new Set(again.map(({ status }) => status))).toEqual(new Set([200]));

  await clock.advance(20_000);
  const beaten = await ask('PUT', '/heartbeats', { ids: [...instances.slice(0, 200).map(({ id }) => id), 'nobody'] });
  const statuses = (beaten.body['results'] as readonly { readonly status: number }[]).map(({ status }) => status);
  expect(statuses).toEqual([...Array.from({ length: 200 }, () => 204), 404]);
  await clock.advance(15_000);
  while ((await inRotation()) > 200);
  expect(await inRotation()).toBe(200);
});

describe('a machine', () => {
  it('takes all its instances with it', async () => {
    for (const n of [1, 2]) await ask('POST', '/register', { ...one, id: `pay-${n}`, machine: 'rack-7' });
    expect((await ask('PUT', '/machines/rack-7', { addresses: { lan: '10.0.0.5' }, metadata: { rack: '7' } })).status).toBe(201);
    expect((await ask('PUT', '/machines/rack-7', { mode: 'out', reason: 'a new disk' })).status).toBe(200);
    expect(await inRotation()).toBe(0);
    expect((await ask('GET', '/instances/pay-1')).body).toMatchObject({ mode: 'out', modeBy: 'machine' });
    expect((await ask('GET', '/machines')).body['machines']).toMatchObject([
      { name: 'rack-7', addresses: { lan: '10.0.0.5' }, metadata: { rack: '7' }, mode: 'out', modeReason: 'a new disk', instances: 2 },
    ]);
    expect((await ask('PUT', '/machines/rack-7', { mode: 'in' })).status).toBe(200);
    expect(await inRotation()).toBe(2);
    expect((await ask('DELETE', '/machines/rack-7?instances=remove')).status).toBe(204);
    expect(await inRotation()).toBe(0);
    expect((await ask('GET', '/machines/rack-7')).status).toBe(404);
  });

  it('that beats takes all its instances with it when it falls silent', async () => {
    await ask('POST', '/register', { ...one, ttl: 'none', machine: 'rack-7' });
    expect((await ask('PUT', '/machines/rack-7', { ttl: '1s' })).body).toMatchObject({ ttl: '1s', health: 'passing' });
    await clock.advance(800);
    expect((await ask('PUT', '/machines/rack-7/heartbeat')).status).toBe(204);
    await clock.advance(800);
    expect(await inRotation()).toBe(1);
    await clock.advance(1000);
    while ((await inRotation()) > 0);
    expect((await ask('GET', '/machines/rack-7')).body).toMatchObject({ health: 'critical', healthOutput: 'no heartbeat for 1s' });
    expect((await ask('PUT', '/machines/rack-7', { metadata: { rack: '7' } })).body).toMatchObject({ ttl: '1s' });
    expect((await ask('GET', '/machines/rack-7')).body).toMatchObject({ health: 'passing' });
    expect(await inRotation()).toBe(1);
    expect((await ask('PUT', '/machines/rack-8/heartbeat')).status).toBe(404);
  });

  it('that goes alone leaves its instances', async () => {
    await ask('POST', '/register', { ...one, machine: 'rack-7' });
    await ask('PUT', '/machines/rack-7', {});
    expect((await ask('DELETE', '/machines/rack-7')).status).toBe(204);
    expect(await inRotation()).toBe(1);
  });
});

it('how it goes is told', async () => {
  await ask('POST', '/register', one);
  await ask('PUT', '/heartbeats', { ids: [id] });
  await ask('PUT', `/heartbeat/${id}`);
  await ask('PUT', '/heartbeat/nobody');
  expect([await inRotation(), await inRotation()]).toEqual([1, 1]);
  await ask('GET', '/nowhere');
  const told = await (await fetch(`http://${registry.doors['http']}/metrics`)).text();
  const lines = [
    'rollcall_instances{health="passing",mode="in"} 1',
    // One that is new needs no heartbeat beside its registration.
    'rollcall_heartbeats_total 2',
    'rollcall_http_requests_total{route="POST /register",status="2xx"} 1',
    'rollcall_http_requests_total{route="PUT /heartbeats",status="2xx"} 1',
    // Those that lay ready, too.
    'rollcall_http_requests_total{route="PUT /heartbeat/{id}",status="2xx"} 1',
    'rollcall_http_requests_total{route="PUT /heartbeat/{id}",status="4xx"} 1',
    'rollcall_http_requests_total{route="GET /services/{name}/instances",status="2xx"} 2',
    'rollcall_http_requests_total{route="none",status="4xx"} 1',
    'rollcall_view_staleness_seconds 0',
  ];
  expect(lines.filter((line) => !told.split('\n').includes(line))).toEqual([]);
  expect((await ask('GET', '/readyz')).body).toMatchObject({ status: 'ready', stale: false, ageSeconds: 0 });
});
