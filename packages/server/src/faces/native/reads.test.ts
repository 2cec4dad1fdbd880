import { beforeEach, describe, expect, it } from 'vitest';
import type { Answered } from '../../doors/http/in-memory.fixture.js';
import { FedFace, registration, tester } from './native.fixture.js';
import { settle } from './stream.fixture.js';

const PAYMENTS = '/services/payments/instances';

interface Body {
  readonly revision: number;
  readonly panic?: boolean;
  readonly instances: readonly { readonly id: string; readonly panic?: boolean }[];
}

let face: FedFace;
beforeEach(() => {
  face = new FedFace();
});

async function register(...many: Readonly<Record<string, unknown>>[]): Promise<void> {
  for (const fields of many) await face.register(registration(fields), tester);
}

function ask(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
  return face.ask({ url, headers });
}

async function found(url: string): Promise<string> {
  const { statusCode, body } = await ask(url);
  if (statusCode !== 200) throw new Error(body);
  return (JSON.parse(body) as Body).instances.map(({ id }) => id).join(' ');
}

describe('filters', () => {
  beforeEach(async () => {
    await register(
      { id: 'a', zone: 'east', tags: ['blue', 'fast'], version: '1', metadata: { team: 'x', note: '' } },
      { id: 'b', zone: 'west', tags: ['blue'], version: '2' },
      { id: 'c', zone: 'east', tags: [], version: '2', metadata: { team: 'y' } },
      { id: 'd', zone: 'south' },
    );
    face.becomes(registration({ id: 'b' }), 'warning');
    face.becomes(registration({ id: 'c' }), 'critical');
  });

  it.each([
    ['', 'a b d'],
    ['?health=any', 'a b c d'],
    ['?health=passing', 'a d'],
    ['?health=warning', 'b'],
    ['?health=critical', 'c'],
    ['?health=starting', ''],
    ['?tag=blue', 'a b'],
    ['?tag=blue&tag=fast', 'a'],
    ['?version=2&health=any', 'b c'],
    ['?zone=east', 'a'],
    ['?meta.team=x', 'a'],
    ['?meta.note=', 'a'],
    ['?meta.toString=x', ''],
    ['?near=west', 'b a d'],
    ['?near=west&limit=1', 'b'],
    ['?limit=2', 'a b'],
  ])('%s', async (query, ids) => {
    expect(await found(`${PAYMENTS}${query}`)).toBe(ids);
    // Twice the same, and the third time it lies ready.
    expect(await found(`${PAYMENTS}${query}`)).toBe(ids);
    expect(await found(`${PAYMENTS}${query}`)).toBe(ids);
  });

  it.each([
    'health=well',
    'limit=0',
    'limit=x',
    'limit=1&limit=2',
    'tag=',
    'zone=a&zone=b',
    'wait=1s',
    'since=%0a',
    'minRevision=-1',
    'colour=red',
  ])('?%s is refused', async (query) => expect(JSON.parse((await ask(`${PAYMENTS}?${query}`)).body)).toMatchObject({ status: 400 }));

  it.each(['limit=3', 'wait=3s'])('%s is none of a stream', async (query) => {
    expect((await ask(`${PAYMENTS}?${query}`, { accept: 'text/event-stream' })).statusCode).toBe(400);
  });
});

describe('a panic', () => {
  it('answers whom one could try, and says so of the answer and of each', async () => {
    await register(...Array.from({ length: 10 }, (_, at) => ({ id: `i${at}` })));
    for (let at = 0; at < 6; at++) face.becomes(registration({ id: `i${at}` }), 'critical');
    const panicking = JSON.parse((await ask(PAYMENTS)).body) as Body;
    expect([panicking.panic, panicking.instances.length, panicking.instances.every(({ panic }) => panic === true)]).toEqual([
      true,
      10,
      true,
    ]);
    expect(JSON.parse((await ask(`${PAYMENTS}?health=passing`)).body)).not.toHaveProperty('panic');
    expect(await found(`${PAYMENTS}?health=passing`)).toBe('i6 i7 i8 i9');
    face.becomes(registration({ id: 'i0' }), 'passing');
    expect(JSON.parse((await ask(PAYMENTS)).body)).not.toHaveProperty('panic');
  });
});

describe('an ETag', () => {
  it('moves exactly when its service does', async () => {
    await register({ id: 'a' });
    const { etag } = (await ask(PAYMENTS)).headers;
    expect(etag).toBe('"e1-2"');
    await register({ id: 'a', service: 'orders' });
    expect((await ask(PAYMENTS)).headers).toMatchObject({ etag, 'rollcall-revision': '3' });
    face.becomes(registration({ id: 'a' }), 'warning');
    expect((await ask(PAYMENTS)).headers.etag).toBe('"e1-4"');
    await face.deregister(registration({ id: 'a' }), tester);
    expect((await ask(PAYMENTS)).headers.etag).toBe('"e1-5"');
  });

  it.each([PAYMENTS, `${PAYMENTS}?health=any`, '/instances/a', '/services'])('of %s saves the answer', async (url) => {
    await register({ id: 'a' });
    const etag = (await ask(url)).headers.etag ?? '';
    for (const known of [etag, `W/${etag}`, `"e0-1", ${etag}`]) {
      const again = await ask(url, { 'if-none-match': known });
      expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', etag]);
    }
    for (const other of ['"e1-1"', '"e0-2"', '"e1-9"', '*', 'nonsense']) {
      expect((await ask(url, { 'if-none-match': other })).statusCode).toBe(200);
    }
    face.becomes(registration({ id: 'a' }), 'warning');
    expect((await ask(url, { 'if-none-match': etag })).statusCode).toBe(200);
  });

  it('a cursor that a stream moved on is as good', async () => {
    await register({ id: 'a' }, { id: 'a', service: 'orders' });
    expect((await ask(PAYMENTS, { 'if-none-match': '"e1-3"' })).statusCode).toBe(304);
  });

  it('of another namespace is another', async () => {
    await register({ id: 'a', namespace: 'blue' });
    expect((await ask(`${PAYMENTS}?namespace=blue`)).headers.etag).not.toBe((await ask(PAYMENTS)).headers.etag);
  });
});

describe('minRevision', () => {
  it.each([PAYMENTS, '/services', '/instances/a'])('of %s is waited for, and not for ever', async (url) => {
    await register({ id: 'a' });
    expect((await ask(`${url}?minRevision=2`)).statusCode).toBe(200);
    const answer = await ask(`${url}?minRevision=99`);
    expect(answer.statusCode).toBe(409);
    expect(JSON.parse(answer.body)).toMatchObject({ type: 'urn:rollcall:error:revision-in-future', retryable: true });
  });
});

describe('a long poll', () => {
  const poll = (query: string): Promise<Answered> => ask(`${PAYMENTS}?${query}`);

  it('answers when something has changed', async () => {
    await register({ id: 'a' });
    const answer = poll('since=e1-2&wait=30s');
    await register({ id: 'a', service: 'orders' });
    await settle();
    expect(face.native.watchers).toBe(1);
    await register({ id: 'b' });
    const { statusCode, headers, body } = await answer;
    expect([statusCode, headers.etag, (JSON.parse(body) as Body).instances.length]).toEqual([200, '"e1-4"', 2]);
    expect(face.native.watchers).toBe(0);
  });

  it('does not wait for what has happened already, nor behind a cursor that says nothing', async () => {
    await register({ id: 'a' });
    for (const since of ['e1-1', 'e0-2', 'e1-99', 'nonsense']) expect((await poll(`since=${since}&wait=10m`)).headers.etag).toBe('"e1-2"');
  });

  it('answers the same with an unchanged cursor when the time is over, a little sooner than was said', async () => {
    await register({ id: 'a' }, { id: 'a', service: 'orders' });
    for (const since of ['e1-2', 'e1-3']) {
      const answer = poll(`since=${since}&wait=16s`);
      await settle();
      await face.clock.advance(14_990);
      expect(face.native.watchers).toBe(1);
      await face.clock.advance(1_010);
      expect((await answer).headers.etag).toBe(`"${since}"`);
      expect((JSON.parse((await answer).body) as Body).revision).toBe(2);
    }
    expect((await poll('since=e1-3&wait=0')).headers.etag).toBe('"e1-3"');
  });

  it('wakes for what it asks for, not for anything', async () => {
    await register({ id: 'a' });
    const answer = poll('since=e1-2&wait=20s&health=critical');
    await settle();
    await register({ id: 'b' });
    await settle();
    expect(face.native.watchers).toBe(1);
    face.becomes(registration({ id: 'a' }), 'critical');
    await face.clock.advance(100);
    expect((await answer).headers.etag).toBe('"e1-4"');
  });

  it('waits ten minutes at most', async () => expect((await poll('since=e1-1&wait=11m')).statusCode).toBe(400));

  it('is answered when the node stops', async () => {
    const answer = poll('since=e1-1&wait=10m');
    await settle();
    face.drain();
    expect((await answer).statusCode).toBe(200);
  });
});

describe('an answer that lies ready', () => {
  it('is bounded in all', async () => {
    face = new FedFace({ cacheBytesMax: 20_000 });
    for (let at = 0; at < 200; at++) {
      await ask(`/services/s${at}/instances`);
      expect(face.cache.bytes).toBeLessThanOrEqual(20_000);
    }
    expect(face.cache.size).toBeGreaterThan(5);
  });

  it('says how old it is while the log is away', async () => {
    await register({ id: 'a' });
    await ask(PAYMENTS);
    expect((await ask(PAYMENTS)).headers).not.toHaveProperty('rollcall-age');
    face.view.stale(face.clock.wallMs());
    await face.clock.advance(12_000);
    expect((await ask(PAYMENTS)).headers).toMatchObject({ 'rollcall-age': '12' });
    expect((await ask('/instances/a')).headers).toMatchObject({ 'rollcall-age': '12' });
    face.view.stale(null);
    expect((await ask(PAYMENTS)).headers).not.toHaveProperty('rollcall-age');
  });

  it('is no answer once the end has begun', async () => {
    await ask(PAYMENTS);
    face.drain();
    expect((await ask(PAYMENTS)).statusCode).toBe(503);
  });
});

it('a service that nobody knows has no instances, and somebody may come', async () => {
  expect(JSON.parse((await ask('/services/Nobody/instances')).body)).toEqual({ service: 'Nobody', revision: 1, instances: [] });
  expect((await face.ask({ method: 'HEAD', url: PAYMENTS })).headers['content-length']).toBe('51');
});
