import type { HttpSpec } from '@rollcall/core';
import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { allowedRanges, ask, expectFound, SHORT_MS, Targets } from './targets.fixture.js';
import { probeHttp } from './http.js';

const usual: Omit<HttpSpec, 'port'> = {
  type: 'http',
  host: '127.0.0.1',
  tls: null,
  method: 'GET',
  path: '/health',
  headers: {},
  body: null,
  statuses: [],
  contains: null,
};

const targets = new Targets();
afterEach(() => targets.end());

const answering =
  (status: number, body = '', headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);

describe('the http probe', () => {
  it.each<[string, RequestListener, Partial<HttpSpec>, string, RegExp]>([
    ['200', answering(200), {}, 'passing', /^HTTP GET http:\/\/127\.0\.0\.1:\d+\/health: 200 OK$/],
    ['204', answering(204), {}, 'passing', /204 No Content$/],
    ['429', answering(429), {}, 'warning', /429 Too Many Requests$/],
    ['503', answering(503), {}, 'critical', /503 Service Unavailable$/],
    ['an odd status', answering(799), {}, 'critical', /: 799$/],
    [
      'a redirect',
      answering(302, '', { location: 'http://169.254.169.254/' }),
      {},
      'critical',
      /302 Found, a redirect, which is not followed$/,
    ],
    [
      'a status that is wanted',
      answering(302),
      {
        statuses: [
          [200, 204],
          [302, 302],
        ],
      },
      'passing',
      /302 Found$/,
    ],
    ['one that is not', answering(205), { statuses: [[200, 204]] }, 'critical', /205/],
    ['429 where others are wanted', answering(429), { statuses: [[200, 200]] }, 'critical', /429/],
    ['what has to be in it', answering(200, '{"up":true}'), { contains: '"up":true' }, 'passing', /200 OK$/],
    ['something else', answering(200, '{"up":false}'), { contains: '"up":true' }, 'critical', /without "\\"up\\":true"$/],
    ['nothing at all', answering(200), { contains: 'up' }, 'critical', /without "up"$/],
  ])('%s', async (_name, listener, more, finding, output) => {
    const port = await targets.http(listener);
    const found = await ask(probeHttp, { ...usual, ...more, port });
    expectFound(found, finding, output);
  });
});

describe('the http probe, on the wire', () => {
  it('asks as it was told to, on a connection of its own, and says no secret', async () => {
    const seen: unknown[] = [];
    const port = await targets.http((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        seen.push([method, url, headers['x-key'], headers['host'], headers['connection'], Buffer.concat(chunks).toString()]);
        response.end();
      });
    });
    const spec = { ...usual, port, method: 'POST', path: '/h?key=hush', headers: { 'x-key': 'hush', 'host': 'web' }, body: 'grüß' };
    const found = await ask(probeHttp, spec);
    expect(seen).toEqual([['POST', '/h?key=hush', 'hush', 'web', 'close', 'grüß']]);
    expectFound(found, 'passing', /^(?!.*hush)/);
  });

  it('reads no more of a long answer than it needs', async () => {
    let sent = 0;
    const port = await targets.http((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 120))) sent += 65_536;
      };
      response.on('drain', more);
      response.on('error', () => undefined);
      more();
    });
    expect(await ask(probeHttp, { ...usual, port, contains: 'needle' })).toMatchObject({ finding: 'critical' });
    expect(await ask(probeHttp, { ...usual, port })).toMatchObject({ finding: 'passing' });
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it.each<[string, (targets: Targets) => Promise<number>]>([
    ['never answers', (all) => all.tcp(() => undefined)],
    ['answers byte by byte', (all) => all.tcp((socket) => void setInterval(() => socket.write('H'), 20).unref())],
    ['never ends its body', (all) => all.http((_request, response) => void response.write('a'))],
    ['never ends its headers', (all) => all.tcp((socket) => void socket.write('HTTP/1.1 200 OK\r\nx: '))],
  ])('gives up on one that %s', async (_name, target) => {
    const found = await ask(probeHttp, { ...usual, port: await target(targets), contains: 'b' }, { withinMs: SHORT_MS });
    expectFound(found, 'critical', /(no answer within 300ms|Parse Error.*)$/);
  });

  it.each<[string, (targets: Targets) => Promise<number>, RegExp]>([
    ['refuses', (all) => all.closedPort(), /the connection was refused$/],
    ['resets', (all) => all.tcp((socket) => void socket.resetAndDestroy()), /the connection was reset$/],
    ['hangs up', (all) => all.tcp((socket) => void socket.end()), /the connection was reset$/],
    ['speaks something else', (all) => all.tcp((socket) => void socket.end('SSH-2.0-OpenSSH\r\n')), /Parse Error/],
    [
      'upgrades',
      (all) => all.tcp((socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')),
      /protocol$/,
    ],
  ])('says what is wrong with one that %s', async (_name, target, output) => {
    const found = await ask(probeHttp, { ...usual, port: await target(targets) });
    expectFound(found, 'critical', output);
  });

  it('goes nowhere where it must not, however that is spelled, and whatever a name leads to', async () => {
    const seen: string[] = [];
    const port = await targets.http((request, response) => {
      seen.push(request.url ?? '');
      response.end();
    });
    const rules = { loopback: false, allowed: [] };
    const names = { web: ['127.0.0.1', '::1'], meta: ['169.254.169.254'], both: ['169.254.169.254', '127.0.0.1'], none: [] };
    for (const host of ['127.0.0.1', '0x7f.1', '2130706433', 'localhost', 'web', 'meta', '::ffff:127.0.0.1', '169.254.169.254', 'none'])
      expect(await ask(probeHttp, { ...usual, host, port }, { rules, names }), host).toMatchObject({ finding: 'critical' });
    expect(seen).toEqual([]);
    const told = { loopback: false, allowed: allowedRanges('127.0.0.1/32') };
    expect(await ask(probeHttp, { ...usual, host: 'both', port }, { rules: told, names })).toMatchObject({ finding: 'passing' });
    expect(seen).toEqual(['/health']);
  });
});
