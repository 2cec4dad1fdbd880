/** While the log is away, everything that is answered says how old it is; and nobody is told an absence as if it were the truth. */
import { beforeEach, describe, expect, it } from 'vitest';
import { FedFace, registration, tester } from './native.fixture.js';
import { settle, Stream } from './stream.fixture.js';

const PAYMENTS = '/services/payments/instances';
const AGE_MS = 12_000;

let face: FedFace;
beforeEach(async () => {
  face = new FedFace();
  await face.register(registration({ id: 'a' }), tester);
});

function goAway(): void {
  face.view.stale(face.clock.wallMs() - AGE_MS);
}

describe('an answer while the log is away', () => {
  const reads: readonly (readonly [url: string, status: number])[] = [
    ['/services', 200],
    [PAYMENTS, 200],
    [`${PAYMENTS}?health=any&tag=blue`, 200],
    [`${PAYMENTS}?since=e1-1`, 200],
    [`${PAYMENTS}?since=e1-2&wait=0`, 200],
    ['/instances/a', 200],
    ['/instances/nobody', 404],
    ['/machines', 200],
    ['/machines/m', 404],
    ['/services/payments/panic', 200],
    ['/guard', 200],
    ['/status', 200],
    ['/readyz', 200],
  ];

  it.each(reads)('of %s says how old it is, also where it lies ready, and not any more when it is back', async (url, status) => {
    const age = async (headers: Readonly<Record<string, string>> = {}) => {
      const answered = await face.ask({ url, headers });
      return [answered.statusCode, answered.headers['rollcall-age']];
    };
    for (let time = 0; time < 3; time++) expect(await age()).toEqual([status, undefined]);
    const { etag } = (await face.ask({ url })).headers;
    goAway();
    for (let time = 0; time < 3; time++) expect(await age()).toEqual([status, '12']);
    // Who waits for a change asks by its cursor.
    if (etag !== undefined && !url.includes('since')) expect(await age({ 'if-none-match': etag })).toEqual([304, '12']);
    face.view.stale(null);
    expect(await age()).toEqual([status, undefined]);
  });

  it('is still that the node is ready, with the age in words', async () => {
    goAway();
    const { statusCode, body } = await face.ask({ url: '/readyz' });
    expect([statusCode, JSON.parse(body)]).toEqual([200, { status: 'ready', revision: 2, stale: true, ageSeconds: 12 }]);
  });

  it('is how old a long poll’s answer is when it comes', async () => {
    const polled = face.ask({ url: `${PAYMENTS}?since=e1-2&wait=10s` });
    await settle();
    face.view.stale(face.clock.wallMs());
    await face.clock.advance(10_000);
    expect((await polled).headers['rollcall-age']).toMatch(/^(9|10)$/);
  });
});

describe('a write to somebody who is not in a stale view', () => {
  const writes = [
    ['DELETE', '/instances/nobody', undefined],
    ['DELETE', '/deregister/nobody?service=payments', undefined],
    ['PUT', '/instances/nobody/mode', '{"mode":"out"}'],
    ['PATCH', '/instances/nobody', '{"weight":2}'],
    ['PUT', '/instances/nobody/health', '{"health":"warning","reason":"x"}'],
    ['DELETE', '/instances/nobody/health', undefined],
    ['DELETE', '/machines/nobody', undefined],
  ] as const;

  it.each(writes)('%s %s is to be sent again, and not told that nobody is there', async (method, url, body) => {
    const asked = { method, url, ...(body === undefined ? {} : { payload: body, headers: { 'content-type': 'application/json' } }) };
    expect((await face.ask(asked)).statusCode).toBe(404);
    goAway();
    const answered = await face.ask(asked);
    expect(answered.statusCode).toBe(503);
    expect(answered.headers['retry-after']).toMatch(/^[1-3]$/);
    expect(JSON.parse(answered.body)).toMatchObject({ type: expect.stringContaining('store-unavailable') as string, retryable: true });
  });
});

describe('a stream', () => {
  it('is told that the log is away, if that lasts, and when it is back', async () => {
    const stream = await Stream.open(face, PAYMENTS);
    await stream.told();
    face.view.stale(face.clock.wallMs());
    await face.clock.advance(1_000);
    face.view.stale(null);
    await face.clock.advance(5_000);
    expect(await stream.told()).toEqual([]);

    const since = face.clock.wallMs();
    face.view.stale(since);
    await face.clock.advance(3_000);
    const asOf = new Date(since).toISOString();
    expect(await stream.told()).toMatchObject([{ event: 'stale', data: { stale: true, ageSeconds: 2, asOf } }]);
    const late = await Stream.open(face, PAYMENTS, { 'last-event-id': 'e1-2' });
    expect(late.headers['rollcall-age']).toBe('3');
    expect(await late.told()).toMatchObject([{ event: 'stale', data: { stale: true, ageSeconds: 3, asOf } }]);
    face.view.stale(null);
    await face.clock.advance(100);
    for (const one of [stream, late]) expect(await one.told()).toMatchObject([{ event: 'stale', data: { stale: false, ageSeconds: 0 } }]);
  });

  it('goes on with what happens, and its place is not moved by such words', async () => {
    const stream = await Stream.open(face, PAYMENTS);
    await stream.told();
    face.view.stale(face.clock.wallMs());
    await face.clock.advance(3_000);
    await face.register(registration({ id: 'b' }), tester);
    await face.clock.advance(50);
    expect((await stream.told()).map(({ event, id }) => [event, id])).toEqual([
      ['stale', 'e1-2'],
      ['change', 'e1-3'],
    ]);
  });
});

describe('whoever comes from a node that was further', () => {
  /** The face is at revision 2. */
  const AHEAD = 'e1-3';

  it.each([PAYMENTS, '/watch'])('at %s is waited for, and misses nothing', async (url) => {
    let reach: (reached: boolean) => void = () => undefined;
    face.reached = () => new Promise<boolean>((resolve) => (reach = resolve));
    const opening = Stream.open(face, url, { 'last-event-id': AHEAD });
    await settle();
    await face.register(registration({ id: 'b' }), tester);
    reach(true);
    const stream = await opening;
    expect(await stream.told()).toEqual([]);
    await face.register(registration({ id: 'c' }), tester);
    expect(await stream.told()).toMatchObject([{ event: 'change', id: 'e1-4' }]);
  });

  it.each([PAYMENTS, '/watch'])('at %s is not led back by a node that cannot get there', async (url) => {
    goAway();
    const { statusCode } = await face.ask({ url, headers: { 'accept': 'text/event-stream', 'last-event-id': AHEAD } });
    expect(statusCode).toBe(409);
  });

  it('is not answered a poll from the past either', async () => {
    goAway();
    expect((await face.ask({ url: `${PAYMENTS}?since=${AHEAD}&wait=1s` })).statusCode).toBe(409);
  });

  it('begins anew where the log goes on without that place', async () => {
    const stream = await Stream.open(face, PAYMENTS, { 'last-event-id': 'e1-99' });
    expect((await stream.told()).map(({ event }) => event)).toEqual(['resync', 'snapshot']);
  });
});
