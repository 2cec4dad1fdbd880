import { SimulatedClock } from '@rollcall/conformance';
import type { Store } from '@rollcall/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { pairs, put } from './brief-requests.fixture.js';
import { decodeFrame, sealFrame } from './frame.js';
import { openStore } from './open-store.fixture.js';
import { countOf } from './stretch.js';
import { temporaryDirectory } from './temporary-directory.fixture.js';
import { WriteAheadLog } from './write-ahead-log.js';

/** Far more than are sent off at once. */
const BURST = 100;
/** After so many syncs the store knows its disk. */
const SYNCS = 30;

/** What happens, in order: how many revisions a group has that is sent to the disk. */
async function openWatched(clock = new SimulatedClock()): Promise<{ readonly store: Store; readonly events: string[] }> {
  const events: string[] = [];
  const { append } = WriteAheadLog.prototype;
  const spy = vi.spyOn(WriteAheadLog.prototype, 'append').mockImplementation(function (this: WriteAheadLog, frame) {
    const segment = { number: 1, salt: 1 };
    const stretch = decodeFrame(segment, sealFrame(frame, segment, 1), 0)?.stretch;
    events.push(`sent ${stretch ? countOf(stretch) : 0}`);
    return append.call(this, frame);
  });
  const store = await openStore(await temporaryDirectory(), clock);
  onTestFinished(async () => {
    await store.close();
    spy.mockRestore();
  });
  return { store, events };
}

describe('commits of one moment', () => {
  it.each([
    ['a disk that is quick', 0, ['sent 32', 'sent 68']],
    ['a disk that is slow', 5, ['sent 100']],
  ])('share a sync; on %s', async (_, syncMs, expected) => {
    const clock = new SimulatedClock();
    const { store, events } = await openWatched(clock);
    for (let at = 0; at < SYNCS; at++) {
      const written = store.commit({ then: [put('before', 'x')] });
      while (events.length === 0) await Promise.resolve();
      await clock.advance(syncMs);
      await written;
      events.length = 0;
    }
    const written = Array.from({ length: BURST }, (_, at) => store.commit({ then: [put(`${at}`, 'x')] }));
    // The first of them are on their way before all are judged, or none is.
    expect(events).toEqual(expected.slice(0, -1));
    await Promise.all(written);
    expect(events).toEqual(expected);
    expect(await pairs(store)).toHaveLength(BURST + 1);
  });

  it('are handed to the disk before those before them are answered', async () => {
    const { store, events } = await openWatched();
    const first = store.commit({ then: [put('first', 'x')] }).then(() => events.push('first answered'));
    // Sent by the end of this turn: the disk needs longer.
    while (events.length === 0) await Promise.resolve();
    const second = store.commit({ then: [put('second', 'x')] }).then(() => events.push('second answered'));
    await Promise.all([first, second]);
    expect(events).toEqual(['sent 1', 'sent 1', 'first answered', 'second answered']);
  });
});
