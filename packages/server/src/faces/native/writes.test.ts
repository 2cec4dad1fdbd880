import { routes } from '@rollcall/contract';
import { beforeEach, describe, expect, it } from 'vitest';
import { nativeRoutes } from './handler.js';
import { FedFace } from './native.fixture.js';
import { expectShape } from './shape.fixture.js';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

let face: FedFace;
beforeEach(() => {
  face = new FedFace();
});

async function ask(method: string, url: string, body?: unknown): Promise<Answer> {
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await face.ask({ method, url, headers, ...payload });
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: answer.body === '' ? {} : (JSON.parse(answer.body) as Answer['body']),
  };
}

const one = { service: 'payments', host: '10.0.0.5', port: 8080 };
const id = 'payments-10.0.0.5-8080';

it('has every route of the contract, and no other', () => {
  const served = nativeRoutes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  expect(served.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted());
});

describe('what a heartbeat says', () => {
  it('reaches the registrar', async () => {
    await ask('POST', '/register', one);
    expect((await ask('PUT', `/heartbeat/${id}`, { status: 'warning', output: 'the queue is long' })).status).toBe(204);
    expect((await ask('PUT', `/heartbeat/${id}?service=payments`, { status: 'critical' })).status).toBe(204);
    expect(face.wishes).toMatchObject([{ status: 'warning', output: 'the queue is long' }, { status: 'critical' }]);
  });

  it('must be a health', async () => {
    await ask('POST', '/register', one);
    const { status, body } = await ask('PUT', `/heartbeat/${id}`, { status: 'fine' });
    expect({ status, problems: body['problems'] }).toEqual({
      status: 400,
      problems: [{ field: 'status', came: '"fine"', allowed: 'one of passing, warning, starting, critical' }],
    });
  });
});

describe('wishes', () => {
  it.each([
    [
      'PUT',
      '/mode',
      { mode: 'draining', drainTime: '30s', reason: 'a release' },
      { mode: 'draining', drainTimeMs: 30_000, reason: 'a release' },
    ],
    ['PATCH', '', { weight: 3, tags: null }, { weight: 3, tags: null }],
  ])('%s %s', async (method, path, body, wish) => {
    await ask('POST', '/register', one);
    const answer = await ask(method, `/instances/${id}${path}`, body);
    expect(answer).toMatchObject({ status: 200, body: { id }, headers: { 'rollcall-revision': '2' } });
    expectShape('Instance', answer.body);
    expect(face.wishes).toEqual([wish]);
    expect((await ask(method, `/instances/nobody${path}`, body)).status).toBe(404);
    expect((await ask(method, `/instances/${id}${path}`, { mood: 'good' })).status).toBe(400);
  });
});

describe('many at once', () => {
  it('are registered, each with a result of its own', async () => {
    await ask('POST', '/register', one);
    const instances = [one, { serviceName: 'orders', instanceId: 'a' }, { service: 'orders' }, { ...one, id: 'flaky' }, null];
    const { status, body } = await ask('POST', '/register/bulk', { instances });
    expect(status).toBe(200);
    expectShape('RegistrationResults', body);
    expect(body['results']).toMatchObject([
      { status: 200, namespace: 'default', service: 'payments', id },
      { status: 201, service: 'orders', id: 'a' },
      { status: 400, problem: { type: 'urn:rollcall:error:invalid-request' } },
      { status: 504, problem: { retryable: true } },
      { status: 400, problem: { problems: [{ field: 'body', came: 'null' }] } },
    ]);
  });

  it('beat, each with a result of its own', async () => {
    for (const service of ['payments', 'orders']) await ask('POST', '/register', { ...one, service, id: 'both' });
    await ask('POST', '/register', one);
    const { status, body } = await ask('PUT', '/heartbeats', { ids: [id, 'nobody', 'both', 7, 'flaky'] });
    expect(status).toBe(200);
    expect(body['results']).toMatchObject([
      { id, status: 204 },
      { id: 'nobody', status: 404, problem: { detail: expect.stringContaining('register again') as string } },
      { id: 'both', status: 409 },
      { status: 400 },
      { id: 'flaky', status: 404 },
    ]);
    expect((await ask('PUT', '/heartbeats?service=orders', { ids: ['both'] })).body).toEqual({ results: [{ id: 'both', status: 204 }] });
  });

  it.each([
    ['/register/bulk', 'POST', { instances: Array.from({ length: 1001 }, () => one) }, 'instances'],
    ['/register/bulk', 'POST', [one], 'body'],
    ['/heartbeats', 'PUT', { ids: Array.from({ length: 10_001 }, () => 'a') }, 'ids'],
    ['/heartbeats', 'PUT', { ids: 'a' }, 'ids'],
    ['/heartbeats', 'PUT', {}, 'ids'],
  ])('are refused as a whole where %s makes no sense', async (path, method, body, field) => {
    expect(await ask(method, path, body)).toMatchObject({ status: 400, body: { problems: [{ field }] } });
  });
});

describe('machines', () => {
  it('are written, and what is wanted of them too', async () => {
    const put = await ask('PUT', '/machines/rack%207?namespace=blue', {
      addresses: { lan: '10.0.0.5' },
      mode: 'out',
      reason: 'a new disk',
    });
    expect(put).toMatchObject({ status: 201, body: { namespace: 'blue', name: 'rack 7', mode: 'out' } });
    expectShape('Machine', put.body);
    expect(face.wishes).toMatchObject([
      { namespace: 'blue', name: 'rack 7', addresses: { lan: '10.0.0.5' }, metadata: {}, origin: { face: 'native' } },
      { mode: 'out', reason: 'a new disk' },
    ]);
  });

  it('that are not there are not found', async () => {
    expect((await ask('GET', '/machines/nobody')).status).toBe(404);
    expect((await ask('DELETE', '/machines/nobody')).status).toBe(404);
    expect((await ask('DELETE', '/machines/nobody?instances=all')).status).toBe(400);
    expect(await ask('GET', '/machines')).toMatchObject({ status: 200, body: { machines: [] } });
  });
});

describe('names that mean something to JavaScript', () => {
  it.each(['__proto__', 'constructor', 'prototype', 'hasOwnProperty'])('%s is a name like any other', async (name) => {
    const table = `{"${name}":"x"}`;
    const { status, body } = await ask('POST', '/register', { ...one, id: name, metadata: JSON.parse(table) as object, tags: [name] });
    expect({ status, id: body['id'], metadata: JSON.stringify(body['metadata']) }).toEqual({ status: 201, id: name, metadata: table });
    expect((await ask('PUT', `/heartbeat/${name}`)).status).toBe(204);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it.each(['__proto__', 'constructor'])('%s is a field that nobody knows', async (name) => {
    const body = JSON.parse(`{"service":"a","host":"b","${name}":{"polluted":true}}`) as object;
    expect(await ask('POST', '/register', body)).toMatchObject({ status: 400, body: { problems: [{ field: name }] } });
    expect((await ask('GET', `/services?${name}=a`)).status).toBe(400);
  });
});
