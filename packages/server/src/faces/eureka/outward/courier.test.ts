import { describe, expect, it } from 'vitest';
import { LinkFailure } from './link.js';
import { CANCEL_MS_MAX } from './outbox.js';
import { Doubled, plain, refOf, spring } from './server.fixture.js';

const FLUSH_MS = 500;
const BEAT_MS = 30_000;

describe('a server that hears', () => {
  it('is told of an arrival, of its heartbeats, and of its goodbye', async () => {
    const server = new Doubled();
    server.put(refOf('a'), spring('a'));
    await server.clock.advance(FLUSH_MS);
    expect(server.told()).toEqual(['Register a UP']);
    await server.clock.advance(3 * BEAT_MS + 2000);
    expect(server.told()).toEqual(['Heartbeat a UP', 'Heartbeat a UP', 'Heartbeat a UP']);
    server.put(refOf('a'), null);
    await server.clock.advance(FLUSH_MS);
    expect(server.told()).toEqual(['Cancel a']);
    await server.clock.advance(2 * BEAT_MS);
    expect(server.told()).toEqual([]);
    expect(server.courier.outbox.size).toBe(0);
  });

  it('is not told that somebody is here who was not heard since that was said, and told at once when it is heard', async () => {
    const server = new Doubled();
    server.put(refOf('a'), spring('a'));
    server.put(plain('p', { ttl: '9s' }), plain('p', { ttl: '9s' }));
    await server.clock.advance(FLUSH_MS);
    server.told();
    server.ageMs = BEAT_MS + 5000;
    await server.clock.advance(BEAT_MS + 2000);
    // Of a lease that is short, the end is near anyhow.
    expect(new Set(server.told())).toEqual(new Set(['Heartbeat p UP']));
    server.put(refOf('a'), spring('a', { revision: 2, metadata: { colour: 'red' } }));
    await server.clock.advance(FLUSH_MS);
    expect(server.told()).toContain('Register a UP');
    await server.clock.advance(2 * BEAT_MS);
    expect(server.told()).not.toContain('Heartbeat a UP');
    server.ageMs = 0;
    await server.clock.advance(1500 + FLUSH_MS);
    expect(server.told()).toContain('Heartbeat a UP');
  });

  it('hears many at once, in batches, and each of them once', async () => {
    const server = new Doubled();
    for (let at = 0; at < 1100; at++) server.put(refOf(`i${at}`), spring(`i${at}`));
    await server.clock.advance(FLUSH_MS);
    expect(server.batches.map((batch) => batch.length)).toEqual([250, 250, 250, 250, 100]);
    expect(new Set(server.told()).size).toBe(1100);
  });

  it('hears of one that changes faster than it is told only what it is at last', async () => {
    const server = new Doubled();
    for (let at = 0; at < 50; at++) server.put(refOf('a'), spring('a', { revision: at + 1, metadata: { at: String(at) } }));
    await server.clock.advance(FLUSH_MS);
    expect(server.told()).toEqual(['Register a UP']);
    server.put(refOf('a'), null);
    server.put(refOf('a'), spring('a'));
    await server.clock.advance(FLUSH_MS);
    // A goodbye that nobody heard was none.
    expect(server.told()).toEqual(['Register a UP']);
    server.put(refOf('b'), spring('b'));
    server.put(refOf('b'), null);
    await server.clock.advance(FLUSH_MS);
    expect(server.told()).toEqual(['Cancel b']);
  });

  it('and does not know an instance is told all of it', async () => {
    const server = new Doubled();
    server.put(refOf('a'), spring('a'));
    await server.clock.advance(FLUSH_MS);
    server.answer = (batch) => batch.map(({ action }) => (action === 'Heartbeat' ? 404 : 200));
    await server.clock.advance(BEAT_MS + 2000);
    expect(server.told()).toEqual(['Register a UP', 'Heartbeat a UP', 'Register a UP']);
  });

  it('and was told a goodbye of it, is believed', async () => {
    const server = new Doubled();
    server.put(refOf('a'), spring('a', { revision: 7 }));
    server.put(refOf('b'), spring('b'));
    server.answer = (batch) => batch.map(({ id }) => (id === 'a' ? 410 : 200));
    await server.clock.advance(FLUSH_MS);
    expect(server.told()).toEqual(['Register a UP', 'Register b UP']);
    expect(server.gone).toEqual(['a 7']);
    server.answer = (batch) => batch.map(() => 200);
    server.put(refOf('a'), null);
    await server.clock.advance(FLUSH_MS);
    // All servers are told so: they may have been told the same as this one.
    expect(server.told()).toEqual(['Cancel a']);
  });

  it('and has a newer one is believed', async () => {
    const server = new Doubled();
    const responseEntity = { instanceId: 'a', app: 'ORDERS' };
    server.put(refOf('a'), spring('a'));
    await server.clock.advance(FLUSH_MS);
    server.answer = (batch) => batch.map(() => ({ statusCode: 409, responseEntity }));
    await server.clock.advance(BEAT_MS + 2000);
    expect(server.taken).toEqual([responseEntity]);
  });
});

describe('a server that does not hear', () => {
  it('is tried less and less, and told everything when it is back', async () => {
    const server = new Doubled();
    server.answer = () => new LinkFailure('away', 'connect ECONNREFUSED');
    server.put(refOf('a'), spring('a'));
    server.put(refOf('b'), spring('b'));
    await server.clock.advance(60_000);
    expect(server.batches.length).toBeLessThan(16);
    expect(server.courier.trouble).toMatchObject({ reason: 'connect ECONNREFUSED' });
    expect(server.logged).toEqual(['a Eureka server does not hear']);
    server.put(refOf('c'), spring('c'));
    server.put(refOf('a'), null);
    server.batches.length = 0;
    server.answer = (batch) => batch.map(() => 200);
    await server.clock.advance(BEAT_MS);
    expect(new Set(server.told())).toEqual(new Set(['Register b UP', 'Register c UP', 'Cancel a']));
    expect(server.logged.at(-1)).toBe('a Eureka server hears again');
    expect(server.reached.at(-1)).toBeGreaterThan(60_000 - FLUSH_MS - 1);
  });

  it('is found out to be back also where there is nothing to tell it', async () => {
    const server = new Doubled();
    server.put(refOf('a'), spring('a'));
    await server.clock.advance(FLUSH_MS);
    server.answer = () => new LinkFailure('away', 'connect ECONNREFUSED');
    server.put(refOf('a'), null);
    await server.clock.advance(CANCEL_MS_MAX + 60_000);
    expect(server.courier.outbox.waiting).toBe(0);
    expect(server.courier.trouble).not.toBeNull();
    server.answer = (batch) => batch.map(() => 200);
    await server.clock.advance(60_000);
    expect(server.courier.trouble).toBeNull();
    expect(server.logged.at(-1)).toBe('a Eureka server hears again');
  });

  it('is not told a goodbye that has become old', async () => {
    const server = new Doubled();
    server.put(refOf('a'), spring('a'));
    await server.clock.advance(FLUSH_MS);
    server.answer = () => new LinkFailure('busy', 'it answers 503');
    server.put(refOf('a'), null);
    await server.clock.advance(CANCEL_MS_MAX + 2000);
    server.batches.length = 0;
    server.answer = (batch) => batch.map(() => 200);
    await server.clock.advance(BEAT_MS);
    expect(server.told()).toEqual([]);
    expect(server.courier.outbox.size).toBe(0);
  });

  it('keeps no more of those who left than is worth it', async () => {
    const server = new Doubled();
    server.answer = () => new LinkFailure('away', 'gone');
    for (let at = 0; at < 10_100; at++) {
      server.put(refOf(`i${at}`), spring(`i${at}`));
      server.put(refOf(`i${at}`), null);
    }
    expect(server.courier.outbox.size).toBe(10_000);
  });

  it.each<readonly [string, string]>([
    ['HTML', '<html><body>Please log in</body></html>'],
    ['nothing', ''],
    ['too few answers', '{"responseList":[]}'],
    ['something else', '[1,2,3]'],
  ])('but answers %s, is in trouble, and what it was to be told stays', async (_, text) => {
    const server = new Doubled();
    server.answer = () => text;
    for (let at = 0; at < 3; at++) server.put(refOf(`i${at}`), spring(`i${at}`));
    await server.clock.advance(FLUSH_MS);
    expect(server.courier.trouble?.reason).toContain('not as a Eureka server');
    server.answer = (batch) => batch.map(() => 200);
    server.batches.length = 0;
    await server.clock.advance(BEAT_MS);
    expect(new Set(server.told())).toEqual(new Set(['Register i0 UP', 'Register i1 UP', 'Register i2 UP']));
  });

  it('because of one instance, is told the others', async () => {
    const server = new Doubled();
    const poison = 'i77';
    server.answer = (batch) =>
      batch.some(({ id }) => id === poison) ? new LinkFailure('refused', 'it answers 500', 500) : batch.map(() => 200);
    for (let at = 0; at < 100; at++) server.put(refOf(`i${at}`), spring(`i${at}`));
    const heard = new Set<string>();
    const { answer } = server;
    server.answer = async (batch) => {
      const answered = await answer(batch);
      if (Array.isArray(answered)) for (const { id } of batch) heard.add(id);
      return answered;
    };
    await server.clock.advance(120_000);
    expect(heard.size).toBe(99);
    expect(heard.has(poison)).toBe(false);
  });

  it('that is this registry itself, is left alone', async () => {
    const server = new Doubled();
    server.answer = () => new LinkFailure('self', 'it answers 421', 421);
    server.put(refOf('a'), spring('a'));
    await server.clock.advance(10 * BEAT_MS);
    expect(server.batches.length).toBe(1);
    expect(server.courier.isSelf).toBe(true);
  });

  it('takes its time, and gets nothing of the same instance meanwhile', async () => {
    const server = new Doubled();
    const late: (() => void)[] = [];
    server.put(refOf('a'), spring('a'));
    await server.clock.advance(FLUSH_MS);
    server.told();
    server.answer = (batch) =>
      new Promise((resolve) => {
        late.push(() => resolve(batch.map(() => 200)));
      });
    server.put(refOf('a'), spring('a', { revision: 2, metadata: { colour: 'red' } }));
    await server.clock.advance(FLUSH_MS);
    server.put(refOf('a'), spring('a', { revision: 3, metadata: { colour: 'blue' } }));
    server.put(refOf('b'), spring('b'));
    await server.clock.advance(5000);
    expect(server.told()).toEqual(['Register a UP', 'Register b UP']);
    server.put(refOf('a'), null);
    for (const answer of late) answer();
    server.answer = (batch) => batch.map(() => 200);
    await server.clock.advance(FLUSH_MS);
    expect(server.told()).toEqual(['Cancel a']);
  });
});

describe('a refusal', () => {
  it('of an instance is not repeated for ever', async () => {
    const server = new Doubled();
    server.answer = (batch) => batch.map(() => 500);
    server.put(refOf('a'), spring('a'));
    await server.clock.advance(BEAT_MS - 1000);
    expect(server.told().length).toBeLessThanOrEqual(5);
    await server.clock.advance(BEAT_MS * 2);
    // It is vouched for all the same, and the server may say that it does not know it.
    expect(server.told()).toContain('Heartbeat a UP');
  });
});
