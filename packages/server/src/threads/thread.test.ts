import { SeededRandom } from '@rollcall/conformance';
import { everything, noMeter, usualPanicRule } from '@rollcall/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../shared/system-clock.js';
import { SomeCatalog } from './some-catalog.fixture.js';
import { ReaderThread } from './thread.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const WITHIN = { timeout: 20_000 };

/** A reader that says which views it has seen, and dies when it is told to. */
const program = (dist: URL): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort, workerData } from 'node:worker_threads';
      import { Reader } from ${JSON.stringify(new URL('threads/reader.js', dist).href)};
      const say = (word) => parentPort.postMessage({ type: 'word', word });
      const order = (order) => {
        if (order === 'die') throw new Error('told so');
        if (order === 'look') say({ generation: workerData.face, services: reader.view?.services('default', reader.caller).length ?? null });
      };
      const reader = new Reader({ port: parentPort, settings: workerData, face: 'test', order });
    `)}`,
  );

interface Seen {
  readonly generation: number;
  readonly services: number | null;
}

describe('the thread of a reader', () => {
  it('that dies is replaced by one that has everything again', async () => {
    const complaints: unknown[] = [];
    const log = { info: () => undefined, warn: () => undefined, error: (text: string) => void complaints.push(text) };
    const catalog = new SomeCatalog();
    const seen: Seen[] = [];
    let generation = 0;
    const thread = new ReaderThread<number, string, Seen>({
      program: program(new URL('../../dist/', import.meta.url)),
      source: catalog,
      panicRule: usualPanicRule,
      rights: () => everything.read.words,
      face: () => ++generation,
      heard: (word) => void seen.push(word),
      failed: () => undefined,
      clock: systemClock,
      random: new SeededRandom(1),
      log,
      meter: noMeter,
    });
    ends.push(() => thread.close());
    thread.start();
    catalog.read(3);
    const sees = (wanted: Seen): Promise<unknown> =>
      vi.waitUntil(() => {
        thread.order('look');
        const last = seen.at(-1);
        return last?.generation === wanted.generation && last.services === wanted.services;
      }, WITHIN);
    await sees({ generation: 1, services: 3 });
    catalog.come(3);
    await sees({ generation: 1, services: 4 });
    thread.order('die');
    catalog.come(4);
    await sees({ generation: 2, services: 5 });
    catalog.come(5);
    await sees({ generation: 2, services: 6 });
    expect(complaints).toEqual([expect.stringContaining('another one takes its place')]);
  });
});
