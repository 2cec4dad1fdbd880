import { everything } from '@rollcall/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { FedFace, registration, tester } from './native.fixture.js';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

let face: FedFace;
beforeEach(() => {
  face = new FedFace();
});

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';

async function ask(method: Method, url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const payload = body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) };
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await face.ask({ method, url, headers: { ...type, ...headers }, ...payload });
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: answer.body === '' ? {} : (JSON.parse(answer.body) as Answer['body']),
  };
}

const one = { service: 'payments', host: '10.0.0.5', port: 8080 };
const id = 'payments-10.0.0.5-8080';

describe('a life', () => {
  it('is registered, found, and taken out', async () => {
    const born = await ask('POST', '/register', one);
    expect(born).toMatchObject({
      status: 201,
      headers: { 'rollcall-revision': '2', 'location': `/instances/${id}` },
      body: { id, health: 'passing' },
    });
    expect(await ask('POST', '/register', one)).toMatchObject({ status: 200, body: { id } });
    expect((await ask('PUT', `/heartbeat/${id}`)).status).toBe(204);
    expect((await ask('PUT', `/heartbeat/${id}`, {})).status).toBe(204);
    expect(await ask('GET', `/instances/${id}`)).toMatchObject({ status: 200, body: { id, service: 'payments' } });
    expect((await ask('GET', '/services')).body['services']).toEqual([
      { service: 'payments', instances: 1, inRotation: 1, held: 0, panic: false },
    ]);
    expect((await ask('GET', '/services/PAYMENTS/instances')).body).toMatchObject({
      service: 'payments',
      revision: 3,
      instances: [{ id }],
    });
    expect(await ask('DELETE', `/instances/${id}`)).toMatchObject({ status: 204, headers: { 'rollcall-revision': '4' } });
    expect((await ask('GET', '/services/payments/instances')).body).toEqual({ service: 'payments', revision: 4, instances: [] });
    expect((await ask('DELETE', `/deregister/${id}`)).status).toBe(404);
    expect(face.callers.map(({ identity, may, from, face }) => ({ identity, may, from, face }))).toContainEqual({
      identity: 'anonymous',
      may: everything,
      from: '127.0.0.1',
      face: 'native',
    });
  });

  it('out of rotation is shown to those who ask for everybody', async () => {
    await ask('POST', '/register', one);
    face.becomes(registration(), 'critical');
    expect((await ask('GET', '/services/payments/instances')).body['instances']).toEqual([]);
    expect((await ask('GET', '/services/payments/instances?health=any')).body['instances']).toMatchObject([{ id, health: 'critical' }]);
  });

  it('in one namespace is none in another', async () => {
    await ask('POST', '/register?namespace=blue', one);
    expect((await ask('GET', '/services')).body['services']).toEqual([]);
    expect((await ask('GET', '/namespaces')).body['namespaces']).toEqual(['blue']);
    expect((await ask('GET', `/instances/${id}?namespace=blue`)).status).toBe(200);
    expect((await ask('GET', `/instances/${id}`)).status).toBe(404);
  });

  it.each(['a/b', 'a b', '50%', '?x=1#y', '実例', '🙂'.repeat(256), '__proto__'])('goes by the id %s', async (odd) => {
    await ask('POST', '/register', { ...one, id: odd });
    expect((await ask('GET', `/instances/${encodeURIComponent(odd)}`)).body['id']).toBe(odd);
  });
});

describe('a bare id that several services use', () => {
  beforeEach(async () => {
    for (const service of ['payments', 'orders']) await ask('POST', '/register', { ...one, service, id: 'one' });
  });

  it('is answered with the candidates', async () => {
    const candidates = ['orders', 'payments'].map((service) => ({ namespace: 'default', service, id: 'one' }));
    for (const method of ['GET', 'DELETE'] as const) {
      expect(await ask(method, '/instances/one')).toMatchObject({
        status: 409,
        body: { type: 'urn:rollcall:error:ambiguous-id', candidates },
      });
    }
    expect((await ask('PUT', '/heartbeat/one')).status).toBe(409);
  });

  it('is decided by the service', async () => {
    expect((await ask('DELETE', '/instances/one?service=Orders')).status).toBe(204);
    expect((await ask('GET', '/instances/one')).body['service']).toBe('payments');
  });
});

describe('what is refused', () => {
  it.each<[string, Method, string, unknown, number, string]>([
    ['a field that is wrong', 'POST', '/register', { ...one, port: 0 }, 400, 'port is 0; allowed is a whole number from 1 to 65535.'],
    ['a field that nobody knows', 'POST', '/register', { ...one, colour: 'red' }, 400, 'colour is a field that is not known here'],
    ['no body', 'POST', '/register', undefined, 400, 'body is missing'],
    ['no JSON', 'POST', '/register', '{', 400, 'body is no JSON'],
    ['a deep body', 'POST', '/register', '['.repeat(1000), 400, 'nested 1000 deep'],
    ['a large body', 'POST', '/register', ' '.repeat(1_100_000), 413, 'larger than 1 MiB'],
    ['an unknown query', 'GET', '/services/a/instances?healht=any', undefined, 400, 'healht'],
    ['a query twice', 'GET', '/services?namespace=a&namespace=b', undefined, 400, 'a list of 2'],
    ['an unknown filter', 'GET', '/services/a/instances?health=well', undefined, 400, 'one of any'],
    ['a service of that name', 'GET', '/services/a%20b/instances', undefined, 400, 'service is "a b"'],
    ['half an escape', 'GET', '/instances/%zz', undefined, 400, 'not a valid'],
    ['a heartbeat with news', 'PUT', '/heartbeat/a', { mood: 'good' }, 400, 'mood'],
    ['a stranger’s heartbeat', 'PUT', '/heartbeat/a', undefined, 404, 'register again'],
    ['a path that leads nowhere', 'GET', '/nowhere', undefined, 404, 'nothing at GET /nowhere'],
    ['a method that leads nowhere', 'PATCH', '/services', undefined, 404, 'nothing at PATCH /services'],
  ])('%s', async (_what, method, url, body, status, detail) => {
    const answer = await ask(method, url, body);
    expect(answer).toMatchObject({
      status,
      headers: { 'content-type': expect.stringContaining('application/problem+json') as string },
      body: { status },
    });
    expect(answer.body['detail']).toContain(detail);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])('a body of %s', async (type) => {
    expect(await ask('POST', '/register', one, { 'content-type': type })).toMatchObject({
      status: 415,
      body: { type: 'urn:rollcall:error:unsupported-media-type' },
    });
  });

  it('says what can be tried again, and when', async () => {
    await ask('POST', '/register', { ...one, id: 'flaky' });
    expect(await ask('PUT', '/heartbeat/flaky')).toMatchObject({
      status: 504,
      headers: { 'retry-after': expect.stringMatching(/^[123]$/) as string },
      body: { retryable: true },
    });
  });

  it('says nothing to strangers about our own faults', async () => {
    await ask('POST', '/register', { ...one, id: 'cursed' });
    const answer = await ask('PUT', '/heartbeat/cursed');
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.body)).not.toContain('secrets');
  });
});

describe('a door on loopback', () => {
  it('answers for no other name', async () => {
    expect(await ask('GET', '/services', undefined, { host: 'evil.example' })).toMatchObject({ status: 421 });
    expect((await ask('GET', '/services', undefined, { host: '[::1]:8500' })).status).toBe(200);
  });

  it('is the only one that minds', async () => {
    face = new FedFace({ bind: '0.0.0.0' });
    expect((await ask('GET', '/services', undefined, { host: 'registry.example' })).status).toBe(200);
  });
});

describe('operations', () => {
  it('tell that it lives, that it is ready, and what it is', async () => {
    expect(await ask('GET', '/livez')).toMatchObject({ status: 200 });
    expect(await ask('GET', '/readyz')).toMatchObject({ status: 200, body: { status: 'ready', revision: 1 } });
    expect((await ask('GET', '/version')).body).toEqual({ name: 'rollcall', version: '1.2.3' });
  });

  it('is not ready once the end has begun, and still lives', async () => {
    face.drain();
    expect(await ask('GET', '/readyz')).toMatchObject({ status: 503, body: { type: 'urn:rollcall:error:not-ready' } });
    expect((await ask('GET', '/services')).status).toBe(503);
    expect((await ask('GET', '/livez')).status).toBe(200);
  });

  it('is not ready before the view is complete', async () => {
    face = new FedFace({ complete: false });
    expect((await ask('GET', '/readyz')).status).toBe(503);
  });
});

it('no live object crosses between what was registered and what is shown', async () => {
  const mine = registration();
  await face.register(mine, tester);
  expect(face.view.instance(mine, tester)?.metadata).not.toBe(mine.metadata);
});
