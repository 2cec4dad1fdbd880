/** The laws of docs/internals/watching.md, as a reader on the other end of a connection sees them. */
import type { Health } from '@rollcall/core';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { FedFace, registration, tester } from './native.fixture.js';
import { settle, Stream, type Told } from './stream.fixture.js';

const PAYMENTS = '/services/payments/instances';
/** Longer than a burst is gathered. */
const A_WHILE_MS = 50;

let face: FedFace;
beforeEach(() => {
  face = new FedFace();
});

async function register(fields: Readonly<Record<string, unknown>>): Promise<void> {
  await face.register(registration(fields), tester);
  await face.clock.advance(A_WHILE_MS);
}

async function becomes(id: string, health: Health): Promise<void> {
  face.becomes(registration({ id }), health);
  await face.clock.advance(A_WHILE_MS);
}

async function leaves(fields: Readonly<Record<string, unknown>>): Promise<void> {
  await face.deregister(registration(fields), tester);
  await face.clock.advance(A_WHILE_MS);
}

describe('a watch', () => {
  it('begins with a snapshot, then tells every change', async () => {
    await register({ id: 'a' });
    const stream = await Stream.open(face, PAYMENTS);
    expect(stream.headers).toMatchObject({ 'content-type': 'text/event-stream', 'rollcall-revision': '2' });
    await register({ id: 'b', service: 'Payments' });
    await register({ id: 'c', service: 'orders' });
    await leaves({ id: 'a' });
    expect(await stream.told()).toMatchObject([
      { event: 'snapshot', id: 'e1-2', data: { service: 'payments', revision: 2, instances: [{ id: 'a' }] } },
      { event: 'change', id: 'e1-3', data: { revision: 3, upserts: [{ id: 'b' }], removes: [] } },
      {
        event: 'change',
        id: 'e1-5',
        data: { revision: 5, upserts: [], removes: [{ namespace: 'default', service: 'payments', id: 'a' }] },
      },
    ]);
    expect(stream.reader.retryMs).toBeGreaterThanOrEqual(500);
  });

  it('tells of leaving the rotation as of leaving, but to those who see everybody', async () => {
    await register({ id: 'a' });
    const [some, all] = [await Stream.open(face, PAYMENTS), await Stream.open(face, `${PAYMENTS}?health=any`)];
    for (const health of ['critical', 'critical', 'warning'] as const) await becomes('a', health);
    expect((await some.told()).slice(1)).toMatchObject([
      { data: { upserts: [], removes: [{ id: 'a' }] } },
      { data: { upserts: [{ health: 'warning' }] } },
    ]);
    expect((await all.told()).slice(1).length).toBe(3);
  });

  it('tells of one that no longer fits its filters as of one that left', async () => {
    await register({ id: 'a', version: '1' });
    const stream = await Stream.open(face, `${PAYMENTS}?version=1&tag=blue&meta.team=x`);
    await register({ id: 'b', version: '1', tags: ['blue'], metadata: { team: 'x' } });
    await register({ id: 'b', version: '2', tags: ['blue'], metadata: { team: 'x' } });
    expect(await stream.told()).toMatchObject([
      { event: 'snapshot', data: { instances: [] } },
      { event: 'change', data: { upserts: [{ id: 'b' }], removes: [] } },
      { event: 'change', data: { upserts: [], removes: [{ id: 'b' }] } },
    ]);
  });

  it('tells a burst as one, at the latest state, and what came and went in it not at all', async () => {
    const stream = await Stream.open(face, PAYMENTS);
    await face.register(registration({ id: 'first' }), tester);
    await settle();
    for (const version of ['1', '2', '3']) await face.register(registration({ id: 'a', version }), tester);
    await face.register(registration({ id: 'brief' }), tester);
    await face.deregister(registration({ id: 'brief' }), tester);
    await face.clock.advance(A_WHILE_MS);
    const [, ...changes] = await stream.told();
    expect(changes).toMatchObject([
      { id: 'e1-2', data: { upserts: [{ id: 'first' }] } },
      { id: 'e1-7', data: { revision: 7, upserts: [{ id: 'a', version: '3' }], removes: [] } },
    ]);
  });

  it('says in a panic whom one could try, and marks each of them, until it is over', async () => {
    for (let at = 0; at < 10; at++) await register({ id: `i${at}` });
    const stream = await Stream.open(face, PAYMENTS);
    for (let at = 0; at < 6; at++) await becomes(`i${at}`, 'critical');
    const told = await stream.told();
    expect(told.slice(1, 6).map(({ data }) => (data['removes'] as object[]).length)).toEqual([1, 1, 1, 1, 1]);
    expect(told[6]?.data['upserts']).toHaveLength(10);
    expect(marks(told[6]).every(Boolean)).toBe(true);
    await becomes('i0', 'passing');
    const [over] = await stream.told();
    expect(marks(over).some(Boolean)).toBe(false);
    expect([over?.data['upserts'], over?.data['removes']]).toMatchObject([{ length: 5 }, { length: 5 }]);
  });
});

describe('whoever comes back', () => {
  beforeEach(async () => {
    await register({ id: 'a' });
    await register({ id: 'b' });
  });

  it('goes on where it stopped', async () => {
    const resumed = await Stream.open(face, PAYMENTS, { 'last-event-id': 'e1-2' });
    expect(await resumed.told()).toMatchObject([{ event: 'change', id: 'e1-3', data: { upserts: [{ id: 'b' }] } }]);
    expect(await (await Stream.open(face, `${PAYMENTS}?since=e1-3`)).told()).toEqual([]);
    expect((await (await Stream.open(face, `${PAYMENTS}?since=e1-3`, { 'last-event-id': 'e1-2' })).told()).length).toBe(1);
  });

  it('has missed nothing where nothing happened, however long it was away', async () => {
    const since = 'e1-3';
    for (let at = 0; at < 9000; at++) await face.register(registration({ id: 'x', service: 'busy', version: String(at) }), tester);
    expect(await (await Stream.open(face, PAYMENTS, { 'last-event-id': since })).told()).toEqual([]);
    await register({ id: 'c' });
    // Now something did, and the log of what it was is gone.
    const late = await Stream.open(face, PAYMENTS, { 'last-event-id': since });
    expect((await late.told()).map(({ event }) => event)).toEqual(['resync', 'snapshot']);
  });

  it.each(['e0-2', 'e1-9', 'e1', 'nonsense', 'e1--1', 'e1-2x', '"'])(
    'from %s is told that this is not known, and begins anew',
    async (since) => {
      const stream = await Stream.open(face, PAYMENTS, { 'last-event-id': since });
      expect(await stream.told()).toMatchObject([{ event: 'resync' }, { event: 'snapshot', id: 'e1-3' }]);
    },
  );
});

it('everybody begins anew when the log is another one', async () => {
  const stream = await Stream.open(face, PAYMENTS);
  const many = await Stream.open(face, '/watch');
  face.view.load({ epoch: 'e2', revision: 77, instances: [] });
  expect((await stream.told()).slice(1)).toMatchObject([{ event: 'resync' }, { event: 'snapshot', id: 'e2-77' }]);
  expect((await many.told()).slice(1)).toMatchObject([{ event: 'resync' }, { event: 'snapshot', id: 'e2-77' }]);
});

describe('many services in one stream', () => {
  beforeEach(async () => {
    for (const service of ['payments', 'paygate', 'orders']) await register({ service, id: service });
  });

  it.each([
    ['/watch', ['orders', 'paygate', 'payments']],
    ['/watch?prefix=Pay', ['paygate', 'payments']],
    ['/watch?service=orders&service=Payments&service=orders', ['orders', 'payments']],
    ['/watch?service=nobody', ['nobody']],
    ['/watch?service=orders&prefix=pay', ['orders', 'paygate', 'payments']],
  ])('%s', async (url, expected) => {
    const stream = await Stream.open(face, url);
    const [snapshot] = await stream.told();
    expect(snapshot).toMatchObject({ event: 'snapshot', id: 'e1-4', data: { revision: 4 } });
    expect(listed(snapshot, 'services')).toEqual(expected);
    for (const service of ['payments', 'paygate', 'orders', 'nobody']) await face.register(registration({ service, id: 'new' }), tester);
    await face.clock.advance(A_WHILE_MS);
    const changes = await stream.told();
    const upserts = changes.flatMap(({ data }) => data['upserts'] as { service: string }[]);
    const all = expected.length === 3 && url === '/watch' ? [...expected, 'nobody'] : expected;
    expect(upserts.map(({ service }) => service).sort()).toEqual([...all].sort());
    expect(changes.at(-1)?.id).toBe('e1-8');
    stream.leave();
    const back = await Stream.open(face, url, { 'last-event-id': 'e1-4' });
    expect((await back.told()).flatMap(({ data }) => data['upserts'] as object[]).length).toBe(all.length);
  });

  it('begins in parts where there is much to tell, and the place to resume from comes with the last', async () => {
    const filling = 'x'.repeat(1000);
    for (let at = 0; at < 900; at++)
      await face.register(registration({ service: `s${at % 300}`, id: `i${at}`, metadata: { filling } }), tester);
    const stream = await Stream.open(face, '/watch');
    while (!stream.reader.lastEventId.endsWith('-904')) await settle();
    const told = await stream.told();
    expect(told.length).toBeGreaterThan(2);
    expect(told.map(({ data }) => data['more'] === true)).toEqual([...told.slice(1).map(() => true), false]);
    expect(told.slice(0, -1).map(({ id }) => id)).toEqual(told.slice(1).map(() => ''));
    const services = told.flatMap(({ data }) => data['services'] as { instances: object[] }[]);
    expect([services.length, services.flatMap(({ instances }) => instances).length]).toEqual([303, 903]);
  });
});

it('at every event a reader knows exactly what a query would answer, over any break', async () => {
  const step = fc.record({
    act: fc.constantFrom('register', 'deregister', 'critical', 'passing', 'break', 'pulse', 'burst'),
    id: fc.constantFrom('a', 'b', 'c'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), fc.constantFrom('', '?health=any', '?health=critical'), async (steps, query) => {
      face = new FedFace();
      const url = `${PAYMENTS}${query}`;
      const known = new Map<string, unknown>();
      let stream = await Stream.open(face, url);
      for (const { act, id } of steps) {
        const one = registration({ id });
        const present = face.view.instance(one, tester) !== undefined;
        if (act === 'register') await register({ id });
        else if (act === 'burst') await face.register(one, tester);
        else if (act === 'pulse') await face.clock.advance(15_000);
        else if (act === 'break') {
          follow(known, await stream.told());
          const since = stream.reader.lastEventId;
          stream.leave();
          stream = await Stream.open(face, url, { 'last-event-id': since });
          stream.reader.lastEventId ||= since;
        } else if (present && act === 'deregister') await leaves({ id });
        else if (present && act !== 'deregister') await becomes(id, act);
      }
      await face.clock.advance(A_WHILE_MS);
      follow(known, await stream.told());
      const answer = await face.ask({ url });
      const { instances } = JSON.parse(answer.body) as { instances: { id: string }[] };
      expect(Object.fromEntries(known)).toEqual(Object.fromEntries(instances.map((one) => [one.id, one])));
      stream.leave();
    }),
    { numRuns: 30 },
  );
}, 60_000);

function marks(told: Told | undefined): readonly unknown[] {
  return ((told?.data['upserts'] ?? []) as { panic?: boolean }[]).map(({ panic }) => panic);
}

function listed(told: Told | undefined, name: string): readonly string[] {
  return ((told?.data[name] ?? []) as { service: string }[]).map(({ service }) => service);
}

interface Data {
  readonly instances?: readonly { readonly id: string }[];
  readonly upserts?: readonly { readonly id: string }[];
  readonly removes?: readonly { readonly id: string }[];
}

/** What a reader does with the events. */
function follow(known: Map<string, unknown>, told: readonly Told[]): void {
  for (const { event, data } of told) {
    const { instances = [], upserts = [], removes = [] } = data as Data;
    if (event === 'snapshot') known.clear();
    for (const one of [...instances, ...upserts]) known.set(one.id, one);
    for (const one of removes) known.delete(one.id);
  }
}
