import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import axios, { type AxiosInstance } from 'axios';
import { afterEach, describe, expect, it } from 'vitest';
import { fleet, type Fleet } from '../calling/fleet.fixture.js';
import { answers, hangs, resets, wellBehaved } from '../calling/strange-servers.fixture.js';
import { rollcallAdapter } from './adapter.js';

const close: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const one of close.splice(0)) await one();
});

async function kept(...given: Parameters<typeof fleet>): Promise<Fleet & { readonly http: AxiosInstance }> {
  const made = await fleet(...given);
  close.push(() => made.close());
  return { ...made, http: axios.create({ adapter: rollcallAdapter(made), baseURL: 'http://payments/v1' }) };
}

describe('axios over services', () => {
  it('asks, sends, and reads', async () => {
    const { http, servers } = await kept([wellBehaved]);
    expect((await http.get('/charge', { params: { amount: 5, of: ['a', 'b'] } })).data).toEqual({ name: 'a', body: '' });
    expect(decodeURIComponent(servers[0]?.asked[0] ?? '')).toBe('GET /v1/charge?amount=5&of[]=a&of[]=b');
    const { data, status, headers } = await http.post<object>('/charge', { amount: 5 }, { auth: { username: 'me', password: 'secret' } });
    expect([data, status, headers['content-type']]).toEqual([{ name: 'a', body: '{"amount":5}' }, 200, 'application/json']);
    expect(servers[0]?.headers[1]).toMatchObject({ 'content-type': 'application/json', 'authorization': 'Basic bWU6c2VjcmV0' });
    const form = await http.postForm('/charge', { amount: 5 });
    expect((form.data as { body: string }).body).toContain('name="amount"');
  });

  it('gives the answer in the way that is asked for', async () => {
    const { http } = await kept([wellBehaved]);
    const { data: bytes } = await http.get<Buffer>('/', { responseType: 'arraybuffer' });
    expect(JSON.parse(bytes.toString())).toEqual({ name: 'a', body: '' });
    const { data: stream } = await http.get<Readable>('/', { responseType: 'stream' });
    expect(JSON.parse(await text(stream))).toEqual({ name: 'a', body: '' });
    expect((await http.get<string>('/', { responseType: 'text', transformResponse: [] })).data).toBe('{"name":"a","body":""}');
    await expect(http.get('/', { maxContentLength: 3 })).rejects.toMatchObject({ code: 'ERR_BAD_RESPONSE' });
  });

  it('has the retries of services', async () => {
    const { http, told } = await kept([resets, answers(503), wellBehaved]);
    expect((await http.get('/')).status).toBe(200);
    expect(told.map(({ outcome }) => outcome)).toEqual(['reset', 'failed', 'answered']);
    expect((await http.post('/', {}, { call: { idempotent: true } })).status).toBe(200);
  });

  it('throws as axios does', async () => {
    const { http, servers } = await kept([answers(404)]);
    await expect(http.get('/')).rejects.toMatchObject({ code: 'ERR_BAD_REQUEST', response: { status: 404, data: 'status 404' } });
    expect((await http.get('/', { validateStatus: null })).status).toBe(404);
    if (servers[0] !== undefined) servers[0].behaviour = hangs;
    await expect(http.get('/', { timeout: 50 })).rejects.toMatchObject({ code: 'ECONNABORTED', message: 'timeout of 50ms exceeded' });
    const giveUp = new AbortController();
    const given = http.get('/', { signal: giveUp.signal });
    giveUp.abort();
    await expect(given).rejects.toSatisfy((error) => axios.isCancel(error));
    await expect(http.get('http://nobody/')).rejects.toMatchObject({ code: 'ERR_NETWORK', cause: { reason: 'no-instance' } });
  });
});
