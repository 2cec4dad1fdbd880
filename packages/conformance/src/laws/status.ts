/** Status tells truly where the log stands. */
import { expect } from 'vitest';
import { law, type Law } from '../law.js';
import { put } from '../talk.js';

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
    expect((await store.status()).sizeBytes).toBeGreaterThanOrEqual(before + 1_000_000);
  },
});
