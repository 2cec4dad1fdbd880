import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent, fetch as undiciFetch, getGlobalDispatcher, interceptors, request, setGlobalDispatcher, type Dispatcher } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { CallFailed } from './call-failed.js';
import { fleet, type Fleet } from './fleet.fixture.js';
import { answers, hangs, wellBehaved } from './strange-servers.fixture.js';

const close: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const one of close.splice(0)) await one();
});

async function kept(...given: Parameters<typeof fleet>): Promise<Fleet> {
  const made = await fleet(...given);
  close.push(() => made.close());
  return made;
}

/** A handler of the newer shape, and all that it was told. */
function recording(): { readonly handler: Dispatcher.DispatchHandler; readonly told: string[]; readonly over: Promise<void> } {
  const told: string[] = [];
  let end: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart: () => void told.push('start'),
    onResponseStart: (controller, status, headers) => {
      told.push(`${status} ${String(headers['content-type'])}`);
      controller.pause();
      queueMicrotask(() => controller.resume());
    },
    onResponseData: (_controller, piece) => void told.push(piece.toString()),
    onResponseEnd: () => (told.push('end'), end()),
    onResponseError: (_controller, error) => (told.push(error instanceof CallFailed ? error.reason : error.message), end()),
  };
  return { handler, told, over };
}

describe('a dispatcher for services', () => {
  it('is what undici takes: request, fetch, interceptors', async () => {
    const { dispatcher, servers } = await kept([answers(503), wellBehaved]);
    const { body, statusCode } = await request('http://payments/', {
      dispatcher,
      method: 'PUT',
      body: 'text',
      headers: ['x-a', '1', 'X-B', '2'],
    });
    expect([statusCode, await body.json()]).toEqual([200, { name: 'b', body: 'text' }]);
    expect(servers[1]?.headers[0]).toMatchObject({ 'x-a': '1', 'x-b': '2', 'host': 'payments' });
    expect((await undiciFetch('http://payments/', { dispatcher })).status).toBe(200);
    const composed = dispatcher.compose(interceptors.responseError());
    await expect(request('http://nobody/', { dispatcher: composed })).rejects.toMatchObject({ reason: 'no-instance' });
  });

  it.each(['global fetch', 'undici'])('can be the global one, for %s', async (whose) => {
    const before = getGlobalDispatcher();
    const { dispatcher } = await kept([wellBehaved], {}, { others: before });
    setGlobalDispatcher(dispatcher);
    try {
      const response = whose === 'undici' ? await undiciFetch('http://payments/') : await fetch('http://payments/');
      expect(await response.json()).toEqual({ name: 'a', body: '' });
      await expect(fetch('http://nobody/')).rejects.toMatchObject({ cause: { name: 'CallFailed', reason: 'no-instance' } });
    } finally {
      setGlobalDispatcher(before);
    }
  });

  it('speaks to handlers of the newer shape', async () => {
    const { dispatcher, servers } = await kept([wellBehaved]);
    const good = recording();
    dispatcher.dispatch({ origin: 'http://payments', path: '/', method: 'GET' }, good.handler);
    await good.over;
    expect(good.told).toEqual(['start', '200 application/json', '{"name":"a","body":""}', 'end']);
    const bad = recording();
    dispatcher.dispatch({ origin: new URL('http://nobody'), path: '/', method: 'GET' }, bad.handler);
    await bad.over;
    expect(bad.told).toEqual(['start', 'no-instance']);
    if (servers[0] !== undefined) servers[0].behaviour = hangs;
    const stopped = recording();
    const { onRequestStart } = stopped.handler;
    const handler: Dispatcher.DispatchHandler = {
      ...stopped.handler,
      onRequestStart(controller, context) {
        onRequestStart?.(controller, context);
        setTimeout(() => controller.abort(new Error('enough')), 20);
      },
    };
    dispatcher.dispatch({ origin: 'http://payments', path: '/', method: 'GET' }, handler);
    await stopped.over;
    expect(stopped.told).toEqual(['start', 'enough']);
  });

  it('takes nonsense calmly', async () => {
    const { dispatcher } = await kept([wellBehaved]);
    for (const options of [
      { origin: 'nonsense', path: '/', method: 'GET' },
      { path: '/', method: 'GET' },
      { origin: 'ftp://payments', path: '/', method: 'GET' },
      { origin: 'http://payments', path: 'no slash', method: 'GET' },
      { origin: 'http://payments', path: '/', method: 'NO METHOD' },
      { origin: 'http://payments', path: '/', method: 'GET', headers: { 'no\nheader': 'x' } },
    ] as Dispatcher.DispatchOptions[]) {
      const { handler, told, over } = recording();
      dispatcher.dispatch(options, handler);
      await over;
      expect(told[0]).toBe('start');
      expect(told).toHaveLength(2);
    }
  });

  it('passes what belongs to a call through to its answer', async () => {
    const { fetch: ours } = await kept([answers(503), wellBehaved]);
    const storage = new AsyncLocalStorage<string>();
    const seen = await storage.run('mine', async () => {
      await (await ours('http://payments/')).text();
      return storage.getStore();
    });
    expect(seen).toBe('mine');
  });

  it('leaves nothing open', async () => {
    const { fetch: ours, service, calling } = await kept([wellBehaved, answers(404)]);
    await Promise.all(Array.from({ length: 200 }, async () => (await ours('http://payments/')).text()));
    expect(service.pool.outstanding).toBe(0);
    expect(calling.of('payments').calls).toBe(0);
    const agent = new Agent();
    await agent.close();
  });
});
