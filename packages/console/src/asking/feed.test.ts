import { SimulatedClock } from '@rollcall/conformance';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SomebodyLooking } from './attention.fixture.js';
import { follow } from './feed.js';
import { AskError } from './registry.js';

/** One stream that was opened: what is sent by it, and whether it is still wanted. */
interface Opened {
  readonly lastId: string;
  readonly signal: AbortSignal;
  send(text: string): void;
  end(): void;
}

let clock: SimulatedClock;
let somebody: SomebodyLooking;
let leave: AbortController;
let opened: Opened[];
let told: string[];
/** Instead of a stream. */
let refusal: AskError | null;

beforeEach(async () => {
  clock = new SimulatedClock();
  somebody = new SomebodyLooking();
  leave = new AbortController();
  opened = [];
  told = [];
  refusal = null;
  const listener = {
    snapshot: ({ instances }: { readonly instances: readonly unknown[] }) => void told.push(`snapshot of ${instances.length}`),
    change: ({ revision }: { readonly revision: number }) => void told.push(`change ${revision}`),
    stale: () => void told.push('stale'),
    live: (trouble: string | null) => void told.push(trouble === null ? 'live' : 'not live'),
    refused: (error: AskError) => void told.push(`refused: ${error.refusal}`),
  };
  void follow({ registry: { open }, path: 'x', listener, clock, attention: somebody, signal: leave.signal });
  await clock.advance(0);
});
afterEach(() => leave.abort());

async function open(_path: string, lastId: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  if (refusal !== null) throw refusal;
  return new ReadableStream({
    start: (controller) => {
      const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
      opened.push({ lastId, signal, send: (text) => controller.enqueue(bytes(text)), end: () => controller.close() });
      signal.addEventListener('abort', () => controller.error(new Error('nobody wants it any more')));
    },
  });
}

const last = (): Opened => opened.at(-1) as Opened;
const snapshot = 'event: snapshot\nid: e-1\ndata: {"instances":[{},{}]}\n\n';
const change = (revision: number): string => `event: change\nid: e-${revision}\ndata: {"revision":${revision}}\n\n`;

async function heard(text: string): Promise<void> {
  last().send(text);
  await clock.advance(0);
}

async function ended(): Promise<void> {
  last().end();
  await clock.advance(0);
}

describe('a feed', () => {
  it('tells a snapshot and what changes, in whatever pieces it comes', async () => {
    await heard(snapshot.slice(0, 20));
    await heard(snapshot.slice(20) + change(2));
    await heard('event: resync\ndata: {}\n\nevent: stale\ndata: {"stale":true}\n\n');
    expect(told).toEqual(['live', 'snapshot of 2', 'change 2', 'stale']);
  });

  it('goes on where it stopped', async () => {
    await heard(snapshot + change(7));
    await ended();
    await clock.advance(1000);
    expect(opened.map(({ lastId }) => lastId)).toEqual(['', 'e-7']);
    await heard(': rollcall\n\n');
    expect(told.slice(-2)).toEqual(['not live', 'live']);
  });

  it('tries less and less often', async () => {
    refusal = new AskError('lost', 'It does not answer.');
    await ended();
    await clock.advance(60_000);
    refusal = null;
    expect(told.filter((one) => one === 'not live').length).toBeLessThan(20);
    await clock.advance(5_000);
    expect(opened).toHaveLength(2);
  });

  it('does not believe who is silent', async () => {
    await heard(snapshot);
    for (let pulse = 0; pulse < 10; pulse++) {
      await clock.advance(15_000);
      await heard(': \n\n');
    }
    expect(opened).toHaveLength(1);
    await clock.advance(46_000);
    expect([opened.length, opened[0]?.signal.aborted, told.at(-1)]).toEqual([2, true, 'not live']);
  });

  it('is let go of while nobody looks, and goes on when somebody does', async () => {
    await heard(snapshot);
    somebody.look(false);
    await clock.advance(19_000);
    expect(last().signal.aborted).toBe(false);
    await clock.advance(2_000);
    expect(last().signal.aborted).toBe(true);
    await clock.advance(600_000);
    expect(opened).toHaveLength(1);
    somebody.look(true);
    await clock.advance(0);
    expect([last().lastId, told]).toEqual(['e-1', ['live', 'snapshot of 2']]);
  });

  it('stays with whoever only looks elsewhere for a moment', async () => {
    await heard(snapshot);
    somebody.look(false);
    await clock.advance(5_000);
    somebody.look(true);
    await clock.advance(30_000);
    expect(opened).toHaveLength(1);
  });

  it('ends where one may not', async () => {
    refusal = new AskError('forbidden', 'no');
    await ended();
    await clock.advance(60_000);
    expect(told).toEqual(['not live', 'refused: forbidden']);
  });

  it('ends with its page', async () => {
    await heard(snapshot);
    leave.abort();
    await clock.advance(60_000);
    expect([last().signal.aborted, opened.length, told, somebody.followers]).toEqual([true, 1, ['live', 'snapshot of 2'], 0]);
  });
});
