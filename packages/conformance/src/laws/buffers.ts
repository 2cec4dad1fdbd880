/** Bytes belong to their owner: an engine never changes what it was given, and keeps no share in it. */
import { fromText, toText, type Bytes, type PutOperation } from '@rollcall/core';
import { expect } from 'vitest';
import { law, type Law } from '../law.js';
import { one, put, span, value } from '../talk.js';

function putBytes(key: Bytes, content: Bytes): PutOperation {
  return { type: 'put', key, value: content };
}

export const buffers: Law = law('buffers', 'an engine never changes what it was given, and keeps no share in it', {
  'changing the buffers after the answer changes nothing': async ({ write, pairs, store }) => {
    const [key, content] = [fromText('key'), fromText('value')];
    await write(putBytes(key, content));
    key.fill(0x78);
    content.fill(0x78);
    expect(await pairs()).toEqual(['key=value']);
    await write(put('other', '1'));
    expect(await pairs(span(''), 2)).toEqual(['key=value']);
    await store.compact(3);
    expect(await pairs()).toEqual(['key=value', 'other=1']);
  },

  'nor does changing them right after the call': async ({ write, pairs }) => {
    const [key, content] = [fromText('key'), fromText('value')];
    const writing = write(putBytes(key, content));
    key.fill(0x78);
    content.fill(0x78);
    await writing;
    expect(await pairs()).toEqual(['key=value']);
  },

  'watchers and previous values do not see it either': async ({ write, listen }) => {
    const [key, content] = [fromText('key'), fromText('one')];
    const early = listen({ previous: true });
    const writing = write(putBytes(key, content));
    content.fill(0x78);
    await writing;
    const late = listen({ fromRevision: 2, previous: true });
    await write(put('key', 'two'));
    for (const listener of [early, late]) {
      await listener.reaches(3);
      expect(listener.story).toEqual(['2: key=one', '3: key=two']);
      expect(toText(listener.batches[1]?.changes[0]?.previous?.value ?? key)).toBe('one');
    }
  },

  'the ends of a watch are not shared either': async ({ write, listen }) => {
    const [from, to] = [fromText('b'), fromText('c')];
    const listener = listen({ range: { from, to } });
    from.fill(0x61);
    to.fill(0x7a);
    await write(put('a', '1'), put('b', '1'), put('c', '1'));
    await listener.reaches(2);
    expect(listener.story).toEqual(['2: b=1']);
  },

  'what was given is as it was': async ({ store }) => {
    const [key, content] = [fromText('key'), fromText('value')];
    await store.commit({ when: [value(one('key'), '!=', 'x')], then: [], else: [putBytes(key, content)] });
    await store.commit({ then: [{ type: 'delete', range: { from: key, to: null } }] });
    expect([toText(key), toText(content)]).toEqual(['key', 'value']);
  },

  'parts of larger buffers are only those parts': async ({ write, pairs }) => {
    const large = Buffer.from('xxkeyxxvaluexx', 'latin1');
    await write(putBytes(large.subarray(2, 5), large.subarray(7, 12)));
    large.fill(0x78);
    expect(await pairs(one('key'))).toEqual(['key=value']);
  },

  'what was handed out does not change': async ({ write, store }) => {
    await write(put('a', 'old'));
    const { entries } = await store.range({ range: one('a') });
    const { results } = await write(put('a', 'new'));
    await write({ type: 'delete', range: one('a') });
    await store.compact(4);
    expect(toText(entries[0]?.value ?? new Uint8Array())).toBe('old');
    expect(entries[0]).toMatchObject({ modRevision: 2, version: 1 });
    expect(results[0]).toMatchObject({ previous: { modRevision: 2 } });
  },
});
