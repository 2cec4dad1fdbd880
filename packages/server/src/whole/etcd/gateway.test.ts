import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { idleRegistry } from '../../../../../test/support/idle-registry.js';
import type { Registry } from '../../registry.js';

let registry: Registry;
let base: string;
beforeAll(async () => {
  registry = await idleRegistry({ etcd: 0, etcdVersion: '3.5.9' });
  base = `http://${registry.doors['etcd']}`;
});
afterAll(() => registry.stop());

async function post(path: string, body: unknown): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const answer = await fetch(`${base}${path}`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('the gateway', () => {
  it('answers in names as they are defined, numbers as text, and nothing that is empty', async () => {
    const put = await post('/v3/kv/put', { key: base64('a/b'), value: base64('1') });
    expect(put).toMatchObject({ status: 200, body: { header: { cluster_id: expect.stringMatching(/^\d+$/) as string } } });
    const { body } = await post('/v3/kv/range', { key: base64('a/'), rangeEnd: base64('a0') });
    expect(body).toMatchObject({ kvs: [{ key: base64('a/b'), version: '1', value: base64('1') }], count: '1' });
    expect(Object.keys(body)).toEqual(['header', 'kvs', 'count']);
    expect((await post('/v3/kv/range', { key: base64('a/b'), count_only: true, limit: '5' })).body).toMatchObject({ count: '1' });
  });

  it('knows transactions, leases and their old places, and the state of the member', async () => {
    const txn = {
      compare: [{ key: base64('t'), target: 'CREATE', create_revision: '0' }],
      success: [{ requestPut: { key: base64('t'), value: base64('x') } }, { request_range: { key: base64('t') } }],
    };
    expect((await post('/v3/kv/txn', txn)).body).toMatchObject({
      succeeded: true,
      responses: [{ response_put: {} }, { response_range: { count: '1' } }],
    });
    const { body } = await post('/v3/lease/grant', { TTL: 60, ID: '9007199254740993' });
    expect(body).toMatchObject({ ID: '9007199254740993', TTL: '60' });
    expect((await post('/v3/kv/lease/timetolive', { ID: '9007199254740993' })).body).toMatchObject({ grantedTTL: '60' });
    expect((await post('/v3/lease/revoke', { ID: 9007199254740993n.toString() })).status).toBe(200);
    expect((await post('/v3/maintenance/status', {})).body).toMatchObject({ version: '3.5.9', leader: expect.any(String) as string });
    expect((await post('/v3/cluster/member/list', '')).body).toMatchObject({ members: [{ clientURLs: [base] }] });
  });

  it.each<[string, string, unknown, number, number]>([
    ['what etcd refuses', '/v3/kv/range', { key: '' }, 400, 3],
    ['a lease that is not there', '/v3/lease/revoke', { ID: '7' }, 404, 5],
    ['what is no JSON', '/v3/kv/range', '{"key":', 400, 3],
    ['bytes that are none', '/v3/kv/range', { key: '%%%' }, 400, 3],
    ['a number that is none', '/v3/kv/range', { key: 'YQ==', limit: 'many' }, 400, 3],
    ['a name that nobody knows', '/v3/kv/range', { key: 'YQ==', sort_order: 'SIDEWAYS' }, 400, 3],
    ['a list that is none', '/v3/kv/txn', { compare: {} }, 400, 3],
    ['what a registry has not', '/v3/maintenance/hash2', {}, 501, 12],
  ])('refuses %s', async (_name, path, body, status, code) => {
    expect(await post(path, body)).toMatchObject({ status, body: { code, error: expect.any(String) as string } });
  });

  it('tells a watch line by line, and its end', async () => {
    const question = { create_request: { key: base64('w'), prev_kv: true } };
    const answer = await fetch(`${base}/v3/watch`, { method: 'POST', body: JSON.stringify(question) });
    const lines: unknown[] = [];
    const reading = (async (): Promise<void> => {
      let text = '';
      for await (const chunk of answer.body ?? []) {
        text += Buffer.from(chunk as Uint8Array).toString();
        const whole = text.split('\n');
        text = whole.pop() ?? '';
        lines.push(...whole.map((line) => JSON.parse(line) as unknown));
      }
    })();
    await vi.waitFor(() => expect(lines).toMatchObject([{ result: { created: true } }]));
    await post('/v3/kv/put', { key: base64('w'), value: base64('1') });
    await post('/v3/kv/deleterange', { key: base64('w') });
    await vi.waitFor(() => expect(lines).toHaveLength(3));
    expect(lines.slice(1)).toMatchObject([
      { result: { events: [{ kv: { value: base64('1') } }] } },
      { result: { events: [{ type: 'DELETE', kv: { key: base64('w') }, prev_kv: { value: base64('1') } }] } },
    ]);
    await registry.stop();
    await reading;
    expect(lines.at(-1)).toMatchObject({ error: { grpc_code: 14, http_code: 503 } });
    registry = await idleRegistry({ etcd: 0, etcdVersion: '3.5.9' });
    base = `http://${registry.doors['etcd']}`;
  });

  it('keeps a lease alive, once for each question', async () => {
    const { body } = await post('/v3/lease/grant', { TTL: 60 });
    const question = JSON.stringify({ ID: body['ID'] });
    const answer = await fetch(`${base}/v3/lease/keepalive`, { method: 'POST', body: `${question}\n${question}` });
    const lines = (await answer.text()).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ result: { TTL: '60' } }, { result: { TTL: '60' } }]);
  });
});

describe('the pages', () => {
  it.each(['/', '/services', '/v3beta/kv/range', '/v33'])('there is nothing at %s, which is no fault of the server', async (path) => {
    expect(await post(path, {})).toMatchObject({ status: 404, body: { code: 5, error: expect.stringContaining(path) as string } });
  });

  it.each([
    ['/version', 200, '{"etcdserver":"3.5.9","etcdcluster":"3.5.0"}'],
    ['/health', 200, '{"health":"true","reason":""}'],
    ['/livez', 200, 'ok\n'],
    ['/readyz', 200, 'ok\n'],
  ])('%s', async (path, status, text) => {
    const answer = await fetch(`${base}${path}`);
    expect([answer.status, await answer.text()]).toEqual([status, text]);
  });

  it('/metrics has those of the door, and of the process as etcdctl looks for them', async () => {
    const text = await (await fetch(`${base}/metrics`)).text();
    expect(text).toMatch(/^rollcall_etcd_calls_total\{method="etcdserverpb.KV\/Put",outcome="ok"\} 0$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
  });
});

it('a registry stops, whoever is connected: silent, waiting, half-way through a question', async () => {
  const one = await idleRegistry({ etcd: 0 });
  const port = Number(one.doors['etcd']?.split(':').at(-1));
  const sockets = ['', 'GET /version HTTP/1.1\r\nhost: localhost\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'].map((words) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => socket.destroy());
    socket.resume();
    if (words !== '') socket.write(words);
    return socket;
  });
  await vi.waitFor(() => expect(sockets.filter(({ bytesRead }) => bytesRead > 0)).toHaveLength(2));
  await one.stop();
  await vi.waitFor(() => expect(sockets.every(({ destroyed, readableEnded }) => destroyed || readableEnded)).toBe(true));
});
