/** A closed store refuses everything, and who gives up waiting is let go. */
import { isRollcallError, type Store } from '@rollcall/core';
import { expect } from 'vitest';
import { law, refused, type Law } from '../law.js';
import { numbered, one, put, span } from '../talk.js';
import { turns } from '../wait.js';

const calls: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  range: (store) => store.range({ range: one('a') }),
  commit: (store) => store.commit({ then: [put('a', '2')] }),
  compact: (store) => store.compact(2),
  grantLease: (store) => store.grantLease({ ttlMs: 10_000 }),
  keepLease: (store) => store.keepLease(1n),
  revokeLease: (store) => store.revokeLease(1n),
  lease: (store) => store.lease(1n),
  leases: (store) => store.leases(),
  status: (store) => store.status(),
};

export const misuse: Law = law('misuse', 'a closed store refuses everything, and who gives up waiting is let go', {
  'a closed store refuses every call': async ({ store, write }) => {
    await write(put('a', '1'));
    await store.close();
    for (const call of Object.values(calls)) await refused(call(store), 'store-closed');
  },

  'calls after close() are refused, though it is not done': async ({ store, write }) => {
    await write(put('a', '1'));
    const closing = store.close();
    for (const call of Object.values(calls)) await refused(call(store), 'store-closed');
    await closing;
  },

  'a closed store cannot be watched': async ({ store }) => {
    await store.close();
    expect(closedAnswer(() => store.watch({ range: span('') }, { next: () => expect.fail('told something'), ended: () => {} }))).toBe(
      'store-closed',
    );
  },

  'closing finishes what was accepted': async ({ store, write }) => {
    const writes = numbered('k', 20).map((key) => write(put(key, '1')));
    await store.close();
    const revisions = (await Promise.all(writes)).map((result) => result.revision);
    expect(revisions.toSorted((left, right) => left - right)).toEqual(revisions.map((_, index) => index + 2));
  },

  'closing twice waits for the first': async ({ store, write, listen }) => {
    const listener = listen();
    const writing = write(put('a', '1'));
    let closed = false;
    const first = store.close().then(() => (closed = true));
    await store.close();
    await turns();
    expect(closed).toBe(true);
    await Promise.all([first, writing]);
    await store.close();
    expect(await listener.ends()).toBeNull();
  },

  'a signal that was aborted before refuses the call, and nothing happens': async ({ store, write, pairs, head }) => {
    await write(put('a', '1'));
    const signal = AbortSignal.abort();
    await refused(store.commit({ then: [put('a', '2')] }, { signal }), 'aborted');
    await refused(store.range({ range: one('a') }, { signal }), 'aborted');
    expect(await pairs()).toEqual(['a=1']);
    expect(await head()).toBe(2);
  },

  'a commit that is given up on the way happens whole or not at all': async ({ store, write, pairs, head }) => {
    for (let round = 0; round < 10; round++) {
      await write(put('a', '0'), put('b', '0'));
      const before = await head();
      const stop = new AbortController();
      const commit = store.commit({ then: [put('a', '1'), put('b', '1')] }, { signal: stop.signal });
      stop.abort();
      const answered = await commit.then(
        () => true,
        () => refused(commit, 'aborted').then(() => false),
      );
      await write(put('fence', `${round}`));
      const happened = (await head()) - before === 2;
      expect(await pairs(span('a', 'c'))).toEqual(happened ? ['a=1', 'b=1'] : ['a=0', 'b=0']);
      if (answered) expect(happened).toBe(true);
    }
  },

  'a range that is given up on the way answers or is refused': async ({ store, write }) => {
    await write(put('a', '1'));
    const stop = new AbortController();
    const range = store.range({ range: span('') }, { signal: stop.signal });
    stop.abort();
    await range.then(
      (result) => expect(result.entries.length).toBe(1),
      () => refused(range, 'aborted'),
    );
  },

  'a signal is let go of with the call': async ({ store, listen }) => {
    const signal = new CountingSignal();
    await store.commit({ then: [put('a', '1')] }, { signal });
    await store.range({ range: span('') }, { signal });
    await refused(store.range({ range: span(''), revision: 99 }, { signal }), 'revision-in-future');
    const watch = store.watch({ range: span(''), signal }, { next: () => {}, ended: () => {} });
    const witness = listen();
    watch.cancel();
    witness.cancel();
    await witness.ends();
    expect(signal.listeners.size).toBe(0);
  },
});

/** Watching is not a promise: a closed store says so at once. */
function closedAnswer(watch: () => unknown): unknown {
  try {
    return watch();
  } catch (error) {
    return isRollcallError(error) ? error.code : error;
  }
}

/** A signal that is never aborted and knows who listens. */
class CountingSignal {
  readonly aborted = false;
  readonly reason = undefined;
  readonly listeners = new Set<() => void>();

  addEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.delete(listener);
  }
}
