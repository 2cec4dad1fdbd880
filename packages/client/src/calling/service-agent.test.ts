import http, { type Agent, type IncomingMessage, type RequestOptions } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { CallFailed } from './call-failed.js';
import { fleet, type Fleet } from './fleet.fixture.js';
import { usualNaming } from './service-address.js';
import { ServiceAgent } from './service-agent.js';
import { answers, hangs, resets, wellBehaved } from './strange-servers.fixture.js';

const close: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of close.splice(0).toReversed()) await one();
});

async function kept(...given: Parameters<typeof fleet>): Promise<Fleet & { readonly agent: ServiceAgent }> {
  const made = await fleet(...given);
  const agent = new ServiceAgent(made.calling, { naming: usualNaming, others: 'pass', tls: {} });
  close.push(
    () => made.close(),
    () => agent.destroy(),
  );
  return { ...made, agent };
}

/** Status and body; rejects with the request's error. */
function got(agent: Agent, url: string, options: RequestOptions = {}, body?: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent, ...options }, (response: IncomingMessage) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

describe('an agent for node:http', () => {
  it('chooses an instance for each request, and keeps its connections', async () => {
    const { agent, servers, service } = await kept([wellBehaved, wellBehaved]);
    for (let time = 0; time < 6; time++) expect((await got(agent, 'http://payments/charge')).status).toBe(200);
    expect(servers.map(({ asked, connections }) => [asked.length, connections])).toEqual([
      [3, 1],
      [3, 1],
    ]);
    expect(servers[0]?.headers[0]?.host).toBe('payments');
    await expect.poll(() => service.pool.outstanding).toBe(0);
  });

  it('goes on to the next one when nobody listens, whatever is sent', async () => {
    const { agent, servers, ejected } = await kept([wellBehaved, wellBehaved]);
    await servers[0]?.close();
    const { text } = await got(agent, 'http://payments/', { method: 'POST' }, 'once');
    expect(JSON.parse(text)).toEqual({ name: 'b', body: 'once' });
    expect(ejected).toMatchObject([{ id: 'a', reason: 'refused' }]);
  });

  it('says what was tried', async () => {
    const { agent, servers } = await kept([wellBehaved]);
    await servers[0]?.close();
    const error: unknown = await got(agent, 'http://payments/').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CallFailed);
    expect(error).toMatchObject({ reason: 'refused', tried: [{ id: 'a', because: 'ECONNREFUSED' }] });
    await expect(got(agent, 'http://nobody/')).rejects.toMatchObject({ reason: 'no-instance' });
  });

  it('learns from breaks, silence and answers', async () => {
    const { agent, told, service } = await kept([resets, hangs, answers(500)], { tryMs: 300 });
    await expect(got(agent, 'http://payments/')).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(got(agent, 'http://payments/')).rejects.toMatchObject({ code: 'TRY_TIMEOUT' });
    expect((await got(agent, 'http://payments/')).status).toBe(500);
    await expect.poll(() => told.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual(['a reset', 'b timeout', 'c failed']);
    expect(service.pool.outstanding).toBe(0);
  });

  it('says nothing against an instance when the program gives up', async () => {
    const { agent, told, service, servers } = await kept([hangs]);
    const request = http.get('http://payments/', { agent });
    request.on('error', () => undefined);
    await expect.poll(() => servers[0]?.asked.length).toBe(1);
    request.destroy();
    await expect.poll(() => service.pool.outstanding).toBe(0);
    expect(told.map(({ outcome }) => outcome)).toEqual(['abandoned']);
  });

  it('passes requests to others on', async () => {
    const { agent, servers } = await kept([wellBehaved]);
    expect((await got(agent, `http://127.0.0.1:${servers[0]?.port}/`)).status).toBe(200);
    const strict = new ServiceAgent((await kept([])).calling, { naming: usualNaming, others: 'refuse', tls: {} });
    await expect(got(strict, 'http://example.test/')).rejects.toMatchObject({ reason: 'not-a-service' });
  });
});
