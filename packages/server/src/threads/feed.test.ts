import { MessageChannel } from 'node:worker_threads';
import { SimulatedClock } from '@rollcall/conformance';
import { everything, Namespace, Scope, ServiceName, usualPanicRule, type ServicePattern } from '@rollcall/core';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { BACKLOG_BYTES_MAX, Feed, type FillReason } from './feed.js';
import type { FeedMessage, FromReader, ToReader } from './messages.js';
import { Reader } from './reader.js';
import { shownBy, SomeCatalog } from './some-catalog.fixture.js';

const WAITING = { interval: 1, timeout: 15_000 };

/** A catalog, and a reader that is fed across a real channel: nothing but copies arrives. */
class House {
  readonly clock = new SimulatedClock();
  readonly catalog = new SomeCatalog();
  readonly fills: FillReason[] = [];
  readonly lateMs: number[] = [];
  readonly reader: Reader<string>;
  readonly sent: FeedMessage[] = [];
  readonly #port;
  readonly #changesSent = new Int32Array(new SharedArrayBuffer(4));
  #feed: Feed | null = null;
  #deaf = false;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    onTestFinished(() => port1.close());
    port1.on('message', (message: FromReader<never>) => {
      if (message.type === 'took' && !this.#deaf) this.#feed?.took(message.number);
    });
    this.reader = new Reader({
      port: port2,
      settings: { panicRule: usualPanicRule, changesSent: this.#changesSent.buffer },
      face: 'test',
      order: () => undefined,
    });
    this.allow(everything.read);
  }

  get feed(): Feed {
    return this.#feed as Feed;
  }

  begin(): void {
    this.#feed = new Feed({
      source: this.catalog,
      clock: this.clock,
      post: (message) => {
        this.sent.push({ ...message });
        const transfer = 'bytes' in message ? [message.bytes.buffer as ArrayBuffer] : [];
        this.#port.postMessage(message, transfer);
        if (message.type === 'changes') Atomics.add(this.#changesSent, 0, 1);
      },
      stale: (sinceMs) => this.#send({ type: 'stale', sinceMs }),
      filling: (reason) => void this.fills.push(reason),
      late: (lateMs) => void this.lateMs.push(lateMs),
    });
  }

  allow(read: Scope): void {
    this.#send({ type: 'rights', read: read.words });
  }

  /** The reader takes messages, and what it says of that is not heard. */
  deaf(deaf: boolean): void {
    this.#deaf = deaf;
  }

  /** Until nothing is on its way, with as much time as that takes. */
  async settle(): Promise<void> {
    await vi.waitUntil(async () => {
      await this.clock.advance(10);
      return this.feed.isLive && this.feed.backlogBytes === 0 && this.reader.view?.revision === this.catalog.view.revision;
    }, WAITING);
  }

  #send(message: ToReader<string>): void {
    this.#port.postMessage(message);
  }
}

const step = fc.record({ act: fc.constantFrom('come', 'leave', 'ill', 'well', 'read', 'rest'), at: fc.nat({ max: 30 }) });

async function take(house: House, { act, at }: { readonly act: string; readonly at: number }): Promise<void> {
  const { catalog, clock } = house;
  const acts: Readonly<Record<string, () => unknown>> = {
    come: () => catalog.come(at),
    leave: () => catalog.leave(at),
    ill: () => catalog.turn(at, 'critical'),
    well: () => catalog.turn(at, 'passing'),
    read: () => catalog.read(at, `e${at}`),
    rest: () => clock.advance(10),
  };
  await acts[act]?.();
}

describe('a reader', () => {
  it('shows what the catalog shows, whenever it began and whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.array(step, { maxLength: 12 }),
        fc.boolean(),
        async (before, during, early) => {
          const house = new House();
          if (early) house.begin();
          house.catalog.read(20);
          for (const one of before) await take(house, one);
          if (!early) house.begin();
          for (const one of during) await take(house, one);
          await house.settle();
          expect(shownBy(house.reader.view ?? house.catalog.view)).toEqual(shownBy(house.catalog.view));
          house.feed.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('shows nothing before it has everything', async () => {
    const house = new House();
    house.begin();
    house.catalog.readPart(0, 50);
    await new Promise((soon) => setTimeout(soon, 20));
    expect(house.reader.view).toBeUndefined();
    house.catalog.readPart(50, 80);
    house.catalog.readEnd();
    await house.settle();
    expect(house.fills).toEqual([]);
    expect(shownBy(house.reader.view ?? house.catalog.view)).toEqual(shownBy(house.catalog.view));
  });

  it('that is asked shows what was told before it was asked', async () => {
    const house = new House();
    house.begin();
    house.catalog.read(3);
    await house.settle();
    house.catalog.come(100);
    // What somebody is told who waits for this revision comes behind what has been queued so far.
    await Promise.resolve();
    const { caller, view } = house.reader;
    const ask = (): number | undefined => view?.instances(Namespace.default, ServiceName.parse('service-2') as ServiceName, caller).length;
    expect(ask()).toBe(1);
    house.reader.catchUp();
    expect(ask()).toBe(2);
    await house.settle();
    expect(house.lateMs).toHaveLength(1);
  });

  it('that does not keep up gets no more before it has taken what it has, shows itself stale, and is filled anew', async () => {
    const house = new House();
    house.begin();
    house.catalog.read(1000);
    await house.settle();
    house.deaf(true);
    const longName = 'x'.repeat(60_000);
    for (let at = 0; at < BACKLOG_BYTES_MAX / 60_000 + 10; at++) house.catalog.come(at % 10, { note: longName });
    expect(house.feed.isLive).toBe(false);
    const sent = house.sent.length;
    house.catalog.come(1);
    await vi.waitUntil(() => house.reader.view?.staleSinceMs !== null, WAITING);
    expect(house.sent).toHaveLength(sent);
    expect(house.feed.backlogBytes).toBeLessThan(BACKLOG_BYTES_MAX * 1.1);
    house.deaf(false);
    house.catalog.come(2);
    house.feed.took(Infinity);
    await house.settle();
    expect(house.fills).toEqual(['behind']);
    expect(house.reader.view?.staleSinceMs).toBeNull();
    expect(shownBy(house.reader.view ?? house.catalog.view)).toEqual(shownBy(house.catalog.view));
  });

  it('is told how old the view is, and what everybody may see', async () => {
    const house = new House();
    house.begin();
    house.catalog.read(14);
    house.allow(new Scope({ namespaces: [Namespace.default], services: ['service-3' as ServicePattern] }));
    house.catalog.stale(5);
    await house.settle();
    const { view, caller } = house.reader;
    expect(view?.services(Namespace.default, caller).map(({ service }) => service)).toEqual(['service-3']);
    await vi.waitUntil(() => view?.staleSinceMs === 5, WAITING);
  });
});
