import { createServer, type RequestListener, type Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { SimulatedClock } from '@rollcall/conformance';
import { afterEach, describe, expect, it } from 'vitest';
import { Link, LinkFailure } from './link.js';
import { peerAddressKind } from './peer-address.js';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function linkTo(listener: RequestListener, clock = new SimulatedClock()): Promise<Link> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  const address = peerAddressKind.parse(`http://team:a%20word@127.0.0.1:${port}/eureka`);
  if (address === undefined) throw new Error('It is an address.');
  const link = new Link({ address, identity: 'us', authorities: null, clock });
  ends.push(() => {
    link.close();
    server.closeAllConnections();
    server.close();
  });
  return link;
}

async function failureOf(asked: Promise<string>): Promise<LinkFailure> {
  const error: unknown = await asked.then(
    (text) => new Error(`It answered ${text}.`),
    (failure: unknown) => failure,
  );
  if (!(error instanceof LinkFailure)) throw error;
  return error;
}

describe('an address', () => {
  it.each<readonly [text: string, base: string, namespace: string, authorization: string | null]>([
    ['http://h:8761/eureka/', 'http://h:8761/eureka/', 'default', null],
    ['https://h/eureka', 'https://h/eureka/', 'default', null],
    ['team-a=http://[::1]:8761/eureka-b', 'http://[::1]:8761/eureka-b/', 'team-a', null],
    ['http://me:se%40cret@h/', 'http://h/', 'default', `Basic ${btoa('me:se@cret')}`],
    [' http://h ', 'http://h/', 'default', null],
  ])('%s', (text, base, namespace, authorization) => {
    expect(peerAddressKind.parse(text)).toEqual({ base, namespace, authorization });
  });

  it.each(['', 'h:8761', 'ftp://h/', 'http://', 'http://h/?a=b', 'http://h/#x', 'no name=http://h/', 'http://%zz:x@h/', 7])(
    'is not %j',
    (text) => {
      expect(peerAddressKind.parse(text)).toBeUndefined();
    },
  );
});

describe('a server', () => {
  it('is told who speaks, in the way of servers', async () => {
    const link = await linkTo((request, response) => {
      const { method, url, headers } = request;
      const { authorization } = headers;
      response.end(
        JSON.stringify([method, url, authorization, headers['x-netflix-discovery-replication'], headers['discoveryidentity-id']]),
      );
    });
    expect(JSON.parse(await link.send('{}'))).toEqual([
      'POST',
      '/eureka/peerreplication/batch/',
      `Basic ${btoa('team:a word')}`,
      'true',
      'us',
    ]);
    expect(await link.list()).toMatch(/^\["GET","\/eureka\/apps\/",/);
  });

  it('may compress its answer', async () => {
    const link = await linkTo((_, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync('all of them'));
    });
    expect(await link.list()).toBe('all of them');
  });

  it.each<readonly [what: string, listener: RequestListener, trouble: string, reason: RegExp]>([
    [
      'a page',
      (_, response) => void response.writeHead(404).end('<html><h1>Not\n Found</h1></html>'),
      'refused',
      /^it answers 404: Not Found$/,
    ],
    ['a fault', (_, response) => void response.writeHead(500).end(), 'refused', /^it answers 500$/],
    ['somewhere else', (_, response) => void response.writeHead(302, { location: '/login' }).end(), 'refused', /302/],
    ['that it is busy', (_, response) => void response.writeHead(503).end(), 'busy', /503/],
    ['that it is us', (_, response) => void response.writeHead(421).end(), 'self', /421/],
    [
      'half',
      (_, response) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write('{"responseList":[');
        setImmediate(() => response.destroy());
      },
      'away',
      /./,
    ],
    [
      'half of what is compressed',
      (_, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(gzipSync('x'.repeat(10_000)).subarray(0, 20));
      },
      'away',
      /unexpected end of file/,
    ],
    [
      'what is not compressed',
      (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain'),
      'away',
      /header/,
    ],
    ['nothing, and hangs up', (request) => void request.socket.destroy(), 'away', /./],
    [
      'without end',
      (_, response) => {
        const piece = Buffer.alloc(1024 * 1024, ' ');
        const more = (): void => {
          while (!response.destroyed && response.write(piece)) if (response.writableLength > piece.length * 8) break;
        };
        response.on('drain', more);
        more();
      },
      'refused',
      /more than \d+ bytes/,
    ],
  ])('that answers %s is understood', async (_, listener, trouble, reason) => {
    const link = await linkTo(listener);
    const failure = await failureOf(link.send('{}'));
    expect(failure.trouble).toBe(trouble);
    expect(failure.message).toMatch(reason);
  });

  it('that takes its time is not waited for without end', async () => {
    const clock = new SimulatedClock();
    let isAsked = (): void => undefined;
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    const link = await linkTo(() => isAsked(), clock);
    const failing = failureOf(link.send('{}'));
    await asked;
    await clock.advance(11_000);
    expect(await failing).toMatchObject({ trouble: 'busy', message: expect.stringContaining('within') as unknown });
  });
});
