/** Who was asleep itself does not blame others for their silence: leases are extended by what was missed. */
import { expect } from 'vitest';
import { law, type Law } from '../law.js';
import { put } from '../talk.js';
import { eventually, turns } from '../wait.js';

/** Many ttls: nobody could have kept a lease through such a gap. */
const LONG_SLEEP = 6;

export const leaseHumility: Law = law('lease-humility', 'after a sleep of its own, a store gives leases the time that it missed', {
  'a lease survives the sleep, and can be kept after it': async ({ store, write, grant, pairs, advance, sleep }) => {
    const { id, ttlMs } = await grant();
    await write(put('a', '1', id));
    await advance(ttlMs * 0.5);
    await sleep(ttlMs * LONG_SLEEP);
    await turns(10);
    expect(await pairs()).toEqual(['a=1']);
    expect(await store.keepLease(id)).toEqual({ ttlMs });
    await advance(ttlMs * 0.9);
    expect(await pairs()).toEqual(['a=1']);
  },

  'it is not expired by the first moments after waking': async ({ store, write, grant, pairs, advance, sleep }) => {
    const { id, ttlMs } = await grant();
    await write(put('a', '1', id));
    await sleep(ttlMs * LONG_SLEEP);
    await advance(ttlMs * 0.3);
    expect((await store.lease(id)).remainingMs).toBeGreaterThan(0);
    expect(await pairs()).toEqual(['a=1']);
  },

  'but nobody lives for ever on a sleep': async ({ store, write, grant, pairs, advance, sleep }) => {
    const { id, ttlMs } = await grant();
    await write(put('a', '1', id));
    await sleep(ttlMs * LONG_SLEEP);
    await advance(ttlMs * 2);
    await eventually(
      async () => !(await store.leases()).includes(id),
      () => 'for a lease to expire after the sleep',
    );
    expect(await pairs()).toEqual([]);
  },
});
