/** A watch ends once: when it is cancelled, when the store closes, or with the reason why it can't go on. */
import { expect } from 'vitest';
import { law, type Law } from '../law.js';
import { restsAt, type Listener } from '../listener.js';
import { put, span } from '../talk.js';
import { turns } from '../wait.js';

export const watchEnd: Law = law('watch-end', 'a watch ends once, and says nothing afterwards', {
  'by cancel()': async ({ write, listen }) => {
    const listener = listen();
    const witness = listen();
    await write(put('a', '1'));
    await listener.reaches(2);
    listener.cancel();
    expect(await listener.ends()).toBeNull();
    await write(put('a', '2'));
    await witness.reaches(3);
    expect(listener.story).toEqual(['2: a=1']);
  },

  'by cancel() while more is on its way': async ({ write, listen }) => {
    const listener = listen();
    const witness = listen();
    const writes = ['1', '2', '3', '4'].map((value) => write(put('a', value)));
    await listener.hears(1);
    listener.cancel();
    await Promise.all(writes);
    await witness.reaches(5);
    expect(await listener.ends()).toBeNull();
  },

  'by cancel() from within its own sink': async ({ write, listen }) => {
    for (const value of ['1', '2', '3']) await write(put('a', value));
    const listener: Listener = listen({ fromRevision: 2 }, () => listener.cancel());
    expect(await listener.ends()).toBeNull();
    expect(listener.revisions).toEqual([2]);
  },

  'by cancel() before anything was told': async ({ write, listen }) => {
    await write(put('a', '1'));
    const listener = listen({ fromRevision: 2 });
    listener.cancel();
    expect(await listener.ends()).toBeNull();
    expect(listener.batches).toEqual([]);
  },

  'cancelling twice, or after the end, is nothing': async ({ listen }) => {
    const listener = listen();
    listener.cancel();
    listener.cancel();
    await listener.ends();
    listener.cancel();
    await turns(5);
    expect(listener.endings).toEqual([null]);
  },

  'by its signal': async ({ write, listen }) => {
    const stop = new AbortController();
    const listener = listen({ signal: stop.signal });
    const witness = listen();
    await write(put('a', '1'));
    await listener.reaches(2);
    stop.abort();
    expect(await listener.ends()).toBeNull();
    await write(put('a', '2'));
    await witness.reaches(3);
    expect(listener.story).toEqual(['2: a=1']);
  },

  'by a signal that was aborted before': async ({ write, listen }) => {
    await write(put('a', '1'));
    const listener = listen({ signal: AbortSignal.abort(), fromRevision: 2 });
    expect(await listener.ends()).toBeNull();
    expect(listener.batches).toEqual([]);
  },

  'by cancel() while its sink is busy': async ({ write, listen }) => {
    const rest = restsAt();
    const listener = listen({}, rest.pace);
    await write(put('a', '1'));
    await listener.hears(1);
    await write(put('a', '2'));
    listener.cancel();
    rest.wake();
    expect(await listener.ends()).toBeNull();
    await turns(5);
    expect(listener.revisions).toEqual([2]);
  },

  'by closing the store, all of them': async ({ store, write, listen }) => {
    const listeners = [listen(), listen({ fromRevision: 50 }), listen({ range: span('x') }), listen({ fromRevision: 1 })];
    await write(put('a', '1'));
    await store.close();
    for (const listener of listeners) expect(await listener.ends()).toBeNull();
  },

  'one end does not touch the others': async ({ write, listen }) => {
    const listeners = [listen(), listen(), listen()];
    listeners[1]?.cancel();
    await write(put('a', '1'));
    for (const at of [0, 2]) {
      await listeners[at]?.reaches(2);
      expect(listeners[at]?.story).toEqual(['2: a=1']);
    }
  },
});
