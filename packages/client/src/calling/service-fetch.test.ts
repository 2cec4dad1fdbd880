import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { CallFailed } from './call-failed.js';
import { fleet, type Fleet } from './fleet.fixture.js';
import {
  answers,
  dripsItsBody,
  dripsItsHead,
  hangs,
  resets,
  resetsInTheMiddle,
  wellBehaved,
  type Behaviour,
} from './strange-servers.fixture.js';

const url = 'http://payments/charge?amount=5';
const close: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const one of close.splice(0)) await one();
});

async function kept(...given: Parameters<typeof fleet>): Promise<Fleet> {
  const made = await fleet(...given);
  close.push(() => made.close());
  return made;
}

const failureOf = async (promise: Promise<unknown>): Promise<CallFailed> => {
  const error = await promise.then(
    () => new Error('it was answered'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof CallFailed)) throw error;
  return error;
};

describe('fetch of a service', () => {
  it('goes to its instances in turn, over connections that are kept', async () => {
    const { fetch, servers, service } = await kept([wellBehaved, wellBehaved]);
    const names: unknown[] = [];
    for (let time = 0; time < 6; time++) {
      const response = await fetch(url);
      expect(response).toBeInstanceOf(Response);
      names.push(((await response.json()) as { name: string }).name);
    }
    expect(names).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
    expect(servers.map(({ connections, asked }) => [connections, asked[0]])).toEqual([
      [1, 'GET /charge?amount=5'],
      [1, 'GET /charge?amount=5'],
    ]);
    expect(servers[0]?.headers[0]?.host).toBe('payments');
    expect(service.pool.outstanding).toBe(0);
  });

  it.each<[string, () => NonNullable<RequestInit['body']>, string]>([
    ['a text', () => 'text', 'text'],
    ['bytes', () => new TextEncoder().encode('bytes'), 'bytes'],
    ['a blob', () => new Blob(['blob']), 'blob'],
    ['parameters', () => new URLSearchParams({ a: '1' }), 'a=1'],
    ['a stream', () => new Blob(['stre', 'am']).stream(), 'stream'],
  ])('sends %s again to the next one', async (_what, body, expected) => {
    const { fetch, servers } = await kept([answers(503), wellBehaved]);
    const response = await fetch(url, { method: 'POST', body: body(), headers: { 'idempotency-key': 'k-1' } });
    expect(await response.json()).toEqual({ name: 'b', body: expected });
    expect(servers.map(({ asked }) => asked.length)).toEqual([1, 1]);
  });

  it('takes requests, forms and what a call says of itself', async () => {
    const { fetch } = await kept([resets, wellBehaved]);
    const form = new FormData();
    form.set('amount', '5');
    const response = await fetch(new Request(url, { method: 'POST', body: form }), { call: { idempotent: true } });
    expect(((await response.json()) as { body: string }).body).toContain('name="amount"');
  });

  it('does not send again what is too long to be kept, nor what must not be sent twice', async () => {
    const takesAll: Behaviour = (request) => request.resume().on('end', () => request.socket.resetAndDestroy());
    const { fetch, servers } = await kept([takesAll, wellBehaved, wellBehaved], { replayBytesMax: 10 });
    expect(await failureOf(fetch(url, { method: 'PUT', body: 'more than ten bytes' }))).toMatchObject({
      reason: 'reset',
      outcome: 'unknown',
    });
    expect(servers.map(({ asked }) => asked.length)).toEqual([1, 0, 0]);
    await fetch(url);
    await fetch(url);
    expect(await failureOf(fetch(url, { method: 'POST', body: '{}' }))).toMatchObject({ tried: [{ id: 'a', outcome: 'reset' }] });
  });

  it.each<[string, Behaviour, string]>([
    ['hangs', hangs, 'timeout'],
    ['drips its head', dripsItsHead, 'timeout'],
    ['breaks the connection', resets, 'reset'],
    ['is too busy', answers(503), 'failed'],
  ])('goes on to the next one when the first one %s', async (_what, behaviour, outcome) => {
    const { fetch, told, service } = await kept([behaviour, wellBehaved], { tryMs: 700 });
    expect(await (await fetch(url)).json()).toEqual({ name: 'b', body: '' });
    expect(told.map(({ id, outcome: how }) => [id, how])).toEqual([
      ['a', outcome],
      ['b', 'answered'],
    ]);
    expect(service.pool.outstanding).toBe(0);
  });

  it('goes on when nobody listens, with whatever it sends', async () => {
    const { fetch, servers, ejected } = await kept([wellBehaved, wellBehaved]);
    await servers[0]?.close();
    const response = await fetch(url, { method: 'POST', body: new Blob(['once']).stream() });
    expect(await response.json()).toEqual({ name: 'b', body: 'once' });
    expect(ejected).toMatchObject([{ service: 'payments', id: 'a', reason: 'refused' }]);
  });

  it('passes a break in the middle on, because the caller has seen the beginning', async () => {
    const { fetch, told, service } = await kept([resetsInTheMiddle]);
    const response = await fetch(url);
    await expect(response.text()).rejects.toThrow(TypeError);
    expect(told).toMatchObject([{ outcome: 'reset', status: 200 }]);
    expect(service.pool.outstanding).toBe(0);
  });

  it('ends an answer that drips, when the whole of it has a time', async () => {
    const { fetch, told } = await kept([dripsItsBody]);
    const response = await fetch(url, { call: { wholeMs: 150 } });
    await expect(response.text()).rejects.toThrow(TypeError);
    expect(told).toMatchObject([{ outcome: 'timeout', status: 200 }]);
  });

  it('says which: nobody, all refused, too late, a stranger', async () => {
    const { fetch, servers } = await kept([hangs], { tryMs: 100, deadlineMs: 1000 });
    expect(await failureOf(fetch('http://nobody/'))).toMatchObject({ reason: 'no-instance', service: 'nobody', tried: [] });
    const late = await failureOf(fetch(url));
    expect(late).toMatchObject({ reason: 'timeout' });
    expect(late.tried.length).toBeGreaterThan(1);
    expect(late).toBeInstanceOf(TypeError);
    await servers[0]?.close();
    const refused = await failureOf(fetch(url));
    expect([refused.reason, refused.tried.at(-1)?.because]).toEqual(['refused', 'ECONNREFUSED']);
    for (const outside of ['http://example.test/', 'http://127.0.0.1:8080/', 'http://localhost:8080/', 'http://[::1]:8080/']) {
      expect(await failureOf(fetch(outside))).toMatchObject({ reason: 'not-a-service' });
    }
  });

  it('passes the answers on that are no failure to send it', async () => {
    const { fetch } = await kept([answers(404), answers(500)]);
    expect([(await fetch(url)).status, (await fetch(url)).status]).toEqual([404, 500]);
  });

  it('gives up with the signal, before and after the answer', async () => {
    const { fetch, servers, service } = await kept([hangs]);
    const giveUp = new AbortController();
    const waiting = fetch(url, { signal: giveUp.signal });
    await expect.poll(() => servers[0]?.asked.length).toBe(1);
    giveUp.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(service.pool.outstanding).toBe(0);
    if (servers[0] !== undefined) servers[0].behaviour = dripsItsBody;
    const again = new AbortController();
    const response = await fetch(url, { signal: again.signal });
    again.abort(new Error('enough'));
    await expect(response.text()).rejects.toThrow(/abort|enough/);
    expect(service.pool.outstanding).toBe(0);
    await expect(fetch(url, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
    await expect((await fetch(url)).body?.cancel()).resolves.toBeUndefined();
    await expect.poll(() => service.pool.outstanding).toBe(0);
  });

  it('hands the fault of a body to whoever sent it', async () => {
    const { fetch, told } = await kept([wellBehaved, wellBehaved]);
    const broken = new ReadableStream({
      pull() {
        throw new Error('my own fault');
      },
    });
    await expect(fetch(url, { method: 'PUT', body: broken })).rejects.toThrow(/fetch failed|my own fault/);
    expect(told.every(({ outcome }) => outcome !== 'answered')).toBe(true);
    expect(told).toHaveLength(1);
  });

  it('follows redirects, through the service', async () => {
    const { fetch } = await kept([answers(307, { location: '/elsewhere' }), wellBehaved]);
    const response = await fetch(url);
    expect([response.redirected, response.url, response.status]).toEqual([true, 'http://payments/elsewhere', 200]);
  });

  it('calls the port that is meant', async () => {
    const { fetch, servers, service } = await kept([wellBehaved]);
    const [a] = service.live.current;
    const port = servers[0]?.port ?? 0;
    if (a === undefined) throw new Error('there is one');
    service.live.set([{ ...a, port: 1, ports: { admin: port } }]);
    expect((await fetch('http://payments/', { call: { port: 'admin' } })).status).toBe(200);
    expect((await fetch(`http://payments:${port}/`)).status).toBe(200);
    expect(servers[0]?.headers.at(-1)?.host).toBe(`payments:${port}`);
    expect(await failureOf(fetch('http://payments/', { call: { port: 'other' } }))).toMatchObject({
      reason: 'refused',
      tried: [{ because: 'NO_SUCH_PORT' }],
    });
  });

  it('lets its connections go with the instance, after the calls that go on', async () => {
    const { fetch, servers, service } = await kept([dripsItsBody, wellBehaved]);
    const response = await fetch(url);
    const [, b] = service.live.current;
    service.live.set(b === undefined ? [] : [b]);
    const connected = async (): Promise<number> =>
      new Promise((resolve) => servers[0]?.server.getConnections((_error, count) => resolve(count)));
    expect(await connected()).toBe(1);
    await response.body?.cancel();
    await expect.poll(connected).toBe(0);
  });

  it('sends a request again when a kept connection was closed under it', async () => {
    const { fetch, servers, service, told } = await kept([wellBehaved]);
    expect((await fetch(url)).status).toBe(200);
    // It closes the connection when the next request is on its way.
    if (servers[0] !== undefined) {
      servers[0].behaviour = (request, response, server) => {
        server.behaviour = wellBehaved;
        request.socket.destroy();
        response.destroy();
      };
    }
    expect((await fetch(url)).status).toBe(200);
    expect(told.map(({ outcome }) => outcome)).toEqual(['answered', 'reset', 'answered']);
    expect(service.pool.outstanding).toBe(0);
  });
});

describe('requests to others', () => {
  it('are passed on where that is wanted', async () => {
    const outside = createServer((_request, response) => response.end('outside')).listen(0, '127.0.0.1');
    await once(outside, 'listening');
    const { Agent } = await import('undici');
    const others = new Agent();
    close.push(async () => {
      await others.close();
      outside.close();
    });
    const { fetch } = await kept([wellBehaved], {}, { others });
    const response = await fetch(`http://127.0.0.1:${(outside.address() as AddressInfo).port}/`);
    expect(await response.text()).toBe('outside');
  });
});
