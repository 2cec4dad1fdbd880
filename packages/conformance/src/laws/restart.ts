/** What was acknowledged is there after a restart, and the log goes on where it stood. */
import { isRollcallError, toText } from '@rollcall/core';
import { expect } from 'vitest';
import { law, refused, type Law } from '../law.js';
import { plainRange } from '../plain.js';
import { numbered, one, put, remove, removeSpan, span } from '../talk.js';
import { eventually } from '../wait.js';

export const restart: Law = law('restart', 'what was acknowledged is there after a restart, and the log goes on', {
  'every entry with all its numbers': async (trial) => {
    const { write, reopen } = trial;
    await write(put('a', '1'), put('b', '1'), put('k'.repeat(5_000), 'long'));
    await write(put('a', '2'));
    await write(remove('b'));
    const before = plainRange(await trial.store.range({ range: span('') }));
    await reopen();
    expect(plainRange(await trial.store.range({ range: span('') }))).toEqual(before);
  },

  'the epoch stays, and revisions go on': async (trial) => {
    await trial.write(put('a', '1'));
    const before = await trial.store.status();
    await trial.reopen();
    const { epoch, engine, revision } = await trial.store.status();
    expect({ epoch, engine, revision }).toEqual({ epoch: before.epoch, engine: before.engine, revision: 2 });
    expect((await trial.write(put('a', '2'))).revision).toBe(3);
  },

  'an empty log is still empty': async ({ reopen, head, pairs }) => {
    await reopen();
    expect(await head()).toBe(1);
    expect(await pairs()).toEqual([]);
  },

  'the history can be read and watched': async (trial) => {
    const { write, reopen, pairs, listen } = trial;
    await write(put('a', '1'), put('b', '1'));
    await write(put('a', '2'));
    await reopen();
    await write(removeSpan(''));
    expect(await pairs(span(''), 2)).toEqual(['a=1', 'b=1']);
    const listener = listen({ fromRevision: 2, previous: true });
    await listener.reaches(4);
    expect(listener.story).toEqual(['2: a=1 b=1', '3: a=2', '4: -a -b']);
    expect(toText(listener.batches[1]?.changes[0]?.previous?.value ?? new Uint8Array())).toBe('1');
  },

  'a watch resumes behind its position': async ({ write, reopen, listen }) => {
    const before = listen();
    for (const key of numbered('k', 5)) await write(put(key, '1'));
    await before.reaches(6);
    await reopen();
    expect(await before.ends()).toBeNull();
    const after = listen({ fromRevision: before.watch.position + 1 });
    await write(put('z', '1'));
    await after.reaches(7);
    expect([...before.revisions, ...after.revisions]).toEqual([2, 3, 4, 5, 6, 7]);
  },

  'what was compacted stays forgotten': async (trial) => {
    for (const value of ['1', '2', '3']) await trial.write(put('a', value));
    await trial.store.compact(3);
    await trial.reopen();
    expect((await trial.store.status()).compactedRevision).toBe(3);
    expect(await trial.pairs(one('a'), 3)).toEqual(['a=2']);
    await refused(trial.store.range({ range: one('a'), revision: 2 }), 'revision-compacted');
    expect(isRollcallError(await trial.listen({ fromRevision: 2 }).ends(), 'revision-compacted')).toBe(true);
  },

  'what was on its way when the store closed is there if it was acknowledged': async ({ write, reopen, pairs }) => {
    const writes = numbered('k', 30).map(async (key) => (await write(put(key, '1'))).revision);
    await reopen();
    const acknowledged = (await Promise.allSettled(writes)).flatMap((answer, at) =>
      answer.status === 'fulfilled' ? [numbered('k', 30)[at]] : [],
    );
    expect(await pairs()).toEqual(acknowledged.map((key) => `${key}=1`));
  },

  'leases are there, with their keys and their full ttl': async (trial) => {
    const { id, ttlMs } = await trial.grant();
    await trial.write(put('a', '1', id), put('b', '1', id));
    await trial.advance(ttlMs * 0.8);
    await trial.reopen();
    expect(await trial.store.leases()).toEqual([id]);
    const lease = await trial.store.lease(id);
    expect(lease).toMatchObject({ id, ttlMs });
    expect(lease.keys.map(toText).sort()).toEqual(['a', 'b']);
    await trial.advance(ttlMs * 0.8);
    expect(await trial.pairs()).toEqual(['a=1', 'b=1']);
  },

  'leases expire after a restart, too': async (trial) => {
    const { id, ttlMs } = await trial.grant();
    await trial.write(put('a', '1', id), put('b', '1'));
    await trial.reopen();
    await trial.advance(ttlMs * 2);
    await eventually(
      async () => (await trial.store.leases()).length === 0,
      () => 'for a lease to expire after a restart',
    );
    expect(await trial.pairs()).toEqual(['b=1']);
  },

  'what was revoked or detached does not come back': async (trial) => {
    const [revoked, left] = [await trial.grant(), await trial.grant()];
    await trial.write(put('a', '1', revoked.id), put('b', '1', left.id), put('c', '1', left.id));
    await trial.write(put('b', '2'));
    await trial.store.revokeLease(revoked.id);
    await trial.reopen();
    expect(await trial.store.leases()).toEqual([left.id]);
    expect((await trial.store.lease(left.id)).keys.map(toText)).toEqual(['c']);
    expect(await trial.pairs()).toEqual(['b=2', 'c=1']);
  },

  'again and again': async (trial) => {
    for (let round = 0; round < 4; round++) {
      await trial.write(put('n', `${round}`), put(`k${round}`, '1'));
      await trial.reopen();
    }
    expect(plainRange(await trial.store.range({ range: one('n') })).entries).toMatchObject([{ value: '3', create: 2, mod: 5, version: 4 }]);
    expect(await trial.pairs(span('k', 'l'))).toEqual(['k0=1', 'k1=1', 'k2=1', 'k3=1']);
  },
});
