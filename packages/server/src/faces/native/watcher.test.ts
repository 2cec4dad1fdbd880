/** What a reader hears while nothing happens, and how its stream ends: by the node, by itself, or because it does not keep up. */
import { beforeEach, describe, expect, it } from 'vitest';
import { FedFace, registration, tester } from './native.fixture.js';
import { settle, Stream } from './stream.fixture.js';

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

describe('signs of life', () => {
  it('move a reader’s place on while nothing happens to its service', async () => {
    const stream = await Stream.open(face, PAYMENTS);
    await register({ service: 'orders' });
    expect(stream.reader.lastEventId).toBe('e1-1');
    await face.clock.advance(15_000);
    await settle();
    expect(stream.reader.comments).toContain('pulse');
    expect(stream.reader.lastEventId).toBe('e1-2');
  });

  it('say how old the view is while the log is away', async () => {
    const stream = await Stream.open(face, PAYMENTS);
    face.view.stale(face.clock.wallMs());
    await face.clock.advance(15_000);
    await settle();
    expect(stream.reader.comments.at(-1)).toBe('pulse; the log is away, this is as of 15 s ago');
  });
});

describe('the end', () => {
  it('is told to whoever watches, after what was still to be told', async () => {
    const stream = await Stream.open(face, PAYMENTS);
    await face.register(registration({ id: 'a' }), tester);
    face.drain();
    expect((await stream.told()).map(({ event }) => event)).toEqual(['snapshot', 'change']);
    expect([stream.ended, stream.reader.comments.at(-1)]).toEqual(['ended', 'this node is stopping; reconnect to go on']);
  });

  it('comes alone to who does not read: the others go on', async () => {
    face = new FedFace({ watchersMax: 2 });
    const [idle, awake] = [await Stream.open(face, PAYMENTS), await Stream.open(face, PAYMENTS)];
    idle.pause();
    const filling = 'x'.repeat(3000);
    let told = 0;
    for (let at = 0; at < 500; at++) {
      await face.register(registration({ id: 'a', metadata: { filling, at: String(at) } }), tester);
      await face.clock.advance(A_WHILE_MS);
      told += (await awake.told()).length;
    }
    expect([told, idle.ended, awake.ended]).toEqual([501, 'broken', 'open']);
    // Its place is free again.
    await Stream.open(face, PAYMENTS);
  }, 60_000);

  it('comes to who takes nothing from one sign of life to the next', async () => {
    const stream = await Stream.open(face, PAYMENTS);
    stream.pause();
    // More than a connection takes in by itself: 16 KiB before Node 22, 64 KiB since.
    for (const id of Array.from({ length: 40 }, (_, at) => `i${at}`)) {
      await register({ id, metadata: Object.fromEntries(Array.from({ length: 16 }, (_, at) => [`k${at}`, 'x'.repeat(500)])) });
    }
    await face.clock.advance(15_000);
    await settle();
    expect(face.native.watchers).toBe(1);
    await face.clock.advance(15_000);
    await settle();
    expect([face.native.watchers, stream.ended]).toEqual([0, 'broken']);
  });

  it('is near for a node that has as many as it can take', async () => {
    face = new FedFace({ watchersMax: 1 });
    const first = await Stream.open(face, PAYMENTS);
    const refused = await face.ask({ url: PAYMENTS, headers: { accept: 'text/event-stream' } });
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    first.leave();
    await settle();
    await Stream.open(face, PAYMENTS);
  });
});
