/** Status tells truly where the log stands. */
import { expect } from 'vitest';
import { law, type Law } from '../law.js';
import { put } from '../talk.js';
import { eventually } from '../wait.js';

export const status: Law = law('status', 'status tells truly where the log stands', {
  'of a log that nobody has written to': async ({ store }) => {
    const { engine, epoch, revision, compactedRevision, sizeBytes } = await store.status();
    expect(engine).not.toBe('');
    expect(epoch).not.toBe('');
    expect(revision).toBe(1);
    expect(compactedRevision).toBeLessThanOrEqual(1);
    expect(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0).toBe(true);
  },

  'the revision follows the commits, the epoch stays': async ({ store, write }) => {
    const { epoch, engine } = await store.status();
    const { revision } = await write(put('a', '1'));
    expect(await store.status()).toMatchObject({ epoch, engine, revision });
    await store.compact(revision);
    expect(await store.status()).toMatchObject({ epoch, revision, compactedRevision: revision });
  },

  'what is written takes room': async ({ store, write }) => {
    const before = (await store.status()).sizeBytes;
    for (const key of ['a', 'b', 'c', 'd']) await write(put(key, 'x'.repeat(500_000)));
    // An engine may count what it has put in its place, a moment after it was durable.
    await eventually(
      async () => (await store.status()).sizeBytes >= before + 1_000_000,
      () => 'for the size to follow',
    );
  },
});
