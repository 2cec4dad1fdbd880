/** The native face for callers who may do some things: every route, and nothing of one caller's in another one's answer. */
import { routes, type Route } from '@rollcall/contract';
import { anybody, Namespace, permissionsOf, RollcallError, ServicePattern, type AccessControl, type Identity } from '@rollcall/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { connectTo, type Answered } from '../../doors/http/in-memory.fixture.js';
import { FedFace, registration, tester } from './native.fixture.js';
import { nativeRoutes } from './handler.js';

function identity(name: string, granted: Partial<Record<'read' | 'write' | 'operate', string>>): Identity {
  const [read, write, operate] = (['read', 'write', 'operate'] as const).map((right) =>
    (granted[right] ?? '').split(' ').flatMap((one) => ServicePattern.parse(one) ?? []),
  ) as [ServicePattern[], ServicePattern[], ServicePattern[]];
  return { name, may: permissionsOf({ namespaces: [Namespace.default], read, write, operate }) };
}

const known: ReadonlyMap<string | null, Identity> = new Map([
  [null, identity('anonymous', {})],
  ['boss', anybody],
  ['reader', identity('reader', { read: '*' })],
  ['clerk', identity('clerk', { read: 'payments', write: 'payments' })],
  ['grocer', identity('grocer', { read: 'stock', write: 'stock' })],
]);

/** Tokens are names here. */
class Names implements AccessControl {
  readonly isOpen = false;
  readonly changed = new Set<() => void>();
  readonly gone = new Set<string>();

  identify({ token }: { readonly token: string | null }): Identity {
    const found = known.get(token);
    if (found === undefined || this.gone.has(token ?? '')) throw new RollcallError('unauthenticated', 'Who?', { shown: true });
    return found;
  }

  follow(changed: () => void): () => void {
    this.changed.add(changed);
    return () => void this.changed.delete(changed);
  }
}

let face: FedFace;
let access: Names;
beforeEach(async () => {
  access = new Names();
  face = new FedFace({ access });
  await face.register(registration({ id: 'p1' }), tester);
  await face.register(registration({ id: 'both' }), tester);
  await face.register(registration({ service: 'stock', id: 's1' }), tester);
  await face.register(registration({ service: 'stock', id: 'both' }), tester);
});

function as(token: string | null): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

function ask(token: string | null, method: string, url: string, body?: object): Promise<Answered> {
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  return face.ask({
    method,
    url,
    headers: { ...as(token), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...payload,
  });
}

const pathOf = ({ path }: Route): string => path.replace('{id}', 'p1').replace('{name}', 'payments');

describe('every route', () => {
  it('of the face is in the contract, which says what it takes', () => {
    expect(nativeRoutes.length).toBe(routes.length);
  });

  it.each(routes)('$method $path takes $right', async (route) => {
    const answer = await ask(null, route.method, pathOf(route));
    expect(answer.statusCode === 401).toBe(route.right !== 'none');
    if (route.right === 'none') return;
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="rollcall"');
    expect(JSON.parse(answer.body)).toMatchObject({ type: 'urn:rollcall:error:unauthenticated', status: 401 });
    const wrong = await ask('nonsense', route.method, pathOf(route));
    expect([wrong.statusCode, wrong.headers['www-authenticate']]).toEqual([401, 'Bearer realm="rollcall", error="invalid_token"']);
  });

  it.each(routes.filter(({ right }) => right === 'write' || right === 'operate'))('$method $path is not for readers', async (route) => {
    const answer = await ask('reader', route.method, pathOf(route));
    expect(answer.statusCode).toBe(403);
    expect(answer.body).toContain(`"reader\\"`);
  });

  it.each(['/', '/Services', '/services/', '//services', '/%73ervices', '/services/%70ayments/instances', '/services/PAYMENTS/instances'])(
    'by the spelling %s tells who has no token nothing',
    async (url) => {
      const answer = await ask(null, 'GET', url);
      expect([401, 404]).toContain(answer.statusCode);
      expect(answer.body).not.toContain('p1');
    },
  );
});

describe('what lies ready', () => {
  it('of a list is for those who may see the same', async () => {
    const names = async (token: string): Promise<readonly string[]> => {
      const { services } = JSON.parse((await ask(token, 'GET', '/services')).body) as { services: { service: string }[] };
      return services.map(({ service }) => service);
    };
    for (let round = 0; round < 3; round++) {
      expect(await names('clerk')).toEqual(['payments']);
      expect(await names('boss')).toEqual(['payments', 'stock']);
      expect(await names('reader')).toEqual(['payments', 'stock']);
      expect(await names('grocer')).toEqual(['stock']);
    }
  });

  it('of a service is for those who may read it, and is not thrown away by others', async () => {
    const url = '/services/payments/instances';
    const first = await ask('boss', 'GET', url);
    for (let round = 0; round < 3; round++) {
      expect((await ask('grocer', 'GET', url)).statusCode).toBe(403);
      expect((await ask(null, 'GET', url)).statusCode).toBe(401);
      const { body, headers } = await ask('clerk', 'GET', url);
      expect([body, headers['etag']]).toEqual([first.body, first.headers['etag']]);
      const known = await face.ask({ url, headers: { ...as('grocer'), 'if-none-match': first.headers['etag'] as string } });
      expect(known.statusCode).toBe(403);
    }
  });

  it.each([
    '/watch?service=stock',
    '/services/stock/instances?since=e1-1',
    '/services/stock/panic',
    '/instances/s1?service=stock',
    '/instances/s1/why?service=stock',
    '/services/stock/timeline',
  ])('there is no other way: %s', async (url) => {
    const answer = await face.ask({ url, headers: { ...as('clerk'), accept: 'text/event-stream' } });
    expect(answer.statusCode).toBe(403);
  });

  it('an id shared with a service that one does not see is not ambiguous, and not told of', async () => {
    expect(JSON.parse((await ask('clerk', 'GET', '/instances/both')).body)).toMatchObject({ service: 'payments' });
    expect((await ask('clerk', 'GET', '/instances/s1')).statusCode).toBe(404);
    expect((await ask('boss', 'GET', '/instances/both')).statusCode).toBe(409);
    expect(JSON.parse((await ask('clerk', 'GET', '/instances/both/why')).body)).toMatchObject({ service: 'payments' });
    expect((await ask('clerk', 'GET', '/instances/s1/why')).statusCode).toBe(404);
  });

  it('who departed from a service is asked about by those who may read it', async () => {
    await face.deregister(registration({ service: 'stock', id: 's1' }), tester);
    expect((await ask('clerk', 'GET', '/instances/s1/why')).statusCode).toBe(404);
    expect((await ask('clerk', 'GET', '/instances/s1/why?service=stock')).statusCode).toBe(403);
    expect(JSON.parse((await ask('grocer', 'GET', '/instances/s1/why')).body)).toMatchObject({ departed: { by: 'caller' } });
  });
});

describe('heartbeats', () => {
  it('that are plain are heard for who may, and refused for who may not', async () => {
    const beats = await Promise.all(
      [
        ['clerk', 'p1'],
        ['clerk', 's1'],
        ['grocer', 's1'],
        ['reader', 'p1'],
        [null, 'p1'],
        ['nonsense', 'p1'],
        ['boss', 'p1'],
      ].map(([token, id]) => ask(token as string | null, 'PUT', `/heartbeat/${id}`)),
    );
    expect(beats.map(({ statusCode }) => statusCode)).toEqual([204, 404, 204, 403, 401, 401, 204]);
    expect(new Set(face.callers.map(({ identity }) => identity))).toEqual(new Set(['anonymous', 'clerk', 'grocer']));
  });
});

describe('a stream', () => {
  it('tells of what its caller may see, and of nothing else', async () => {
    const { open } = await import('../../doors/http/in-memory.fixture.js');
    const { body, leave } = await open(face.door, { url: '/watch', headers: as('clerk') });
    let text = '';
    body.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    await face.clock.advance(100);
    await face.register(registration({ service: 'stock', id: 's2' }), tester);
    await face.register(registration({ id: 'p2' }), tester);
    await face.clock.advance(100);
    while (!text.includes('p2')) await new Promise((resolve) => setImmediate(resolve));
    leave();
    expect(text).toContain('"p1"');
    expect(text).not.toContain('stock');
  });

  it('ends when its caller may no longer have it, and not when others may not', async () => {
    const { open } = await import('../../doors/http/in-memory.fixture.js');
    const [clerk, grocer] = await Promise.all(['clerk', 'grocer'].map((token) => open(face.door, { url: '/watch', headers: as(token) })));
    const ended: string[] = [];
    clerk?.body
      .on('close', () => ended.push('clerk'))
      .resume()
      .on('error', () => undefined);
    grocer?.body
      .on('close', () => ended.push('grocer'))
      .resume()
      .on('error', () => undefined);
    forget('clerk');
    while (ended.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toEqual(['clerk']);
    grocer?.leave();
  });

  it('does not begin for who lost the right while it was being made', async () => {
    let reach: (reached: boolean) => void = () => undefined;
    const isAsked = new Promise<void>((asked) => {
      face.reached = () => {
        asked();
        return new Promise((resolve) => (reach = resolve));
      };
    });
    const answer = ask('clerk', 'GET', '/watch?minRevision=99').then(
      () => 'answered',
      () => 'cut off',
    );
    await isAsked;
    forget('clerk');
    reach(true);
    expect(await answer).toBe('cut off');
  });
});

describe('a body that comes slowly', () => {
  it('is of a caller as it is when all of it is there', async () => {
    const connection = connectTo(face.door);
    const answer = new Promise<string>((resolve) => connection.setEncoding('utf8').once('data', resolve));
    const body = JSON.stringify({ service: 'payments', id: 'late', host: 'h', port: 1 });
    const head = `authorization: Bearer clerk\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
    connection.write(`POST /register HTTP/1.1\r\nhost: localhost\r\n${head}\r\n\r\n${body.slice(0, 5)}`);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    forget('clerk');
    connection.write(body.slice(5));
    expect(await answer).toContain('401 Unauthorized');
    connection.destroy();
  });
});

function forget(token: string): void {
  access.gone.add(token);
  for (const changed of access.changed) changed();
}
