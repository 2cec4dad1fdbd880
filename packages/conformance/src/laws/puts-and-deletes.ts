/** Puts can keep what is there, and writes answer what was there before. */
import { NO_LEASE } from '@rollcall/core';
import { expect } from 'vitest';
import { law, refused, type Law } from '../law.js';
import { plainCommit, plainRange } from '../plain.js';
import { one, put, putAgain, remove, removeSpan, span } from '../talk.js';

export const putsAndDeletes: Law = law('puts-and-deletes', 'puts can keep what is there, and writes answer what was there before', {
  'a put answers the entry that it replaces': async ({ write }) => {
    expect(plainCommit(await write(put('a', '1'))).results).toEqual([{ put: null }]);
    await write(put('a', '2'));
    const entry = { key: 'a', value: '2', create: 2, mod: 3, version: 2, lease: NO_LEASE };
    expect(plainCommit(await write(put('a', '3'))).results).toEqual([{ put: entry }]);
  },

  'a delete answers the entries that it removes, in order': async ({ write, pairs }) => {
    await write(put('c', '3'), put('a', '1'), put('b', '2'), put('d', '4'));
    const { results } = plainCommit(await write(removeSpan('a', 'd'), remove('missing')));
    expect(results).toMatchObject([{ delete: [{ key: 'a' }, { key: 'b', value: '2', mod: 2 }, { key: 'c' }] }, { delete: [] }]);
    expect(await pairs()).toEqual(['d=4']);
  },

  'deletes may overlap: the later one finds less': async ({ write, listen }) => {
    await write(put('a', '1'), put('b', '2'), put('c', '3'));
    const listener = listen();
    const { results } = plainCommit(await write(removeSpan('b', 'c'), removeSpan('a'), remove('b')));
    expect(results).toMatchObject([{ delete: [{ key: 'b' }] }, { delete: [{ key: 'a' }, { key: 'c' }] }, { delete: [] }]);
    await listener.reaches(3);
    expect(listener.story).toEqual(['3: -b -a -c']);
  },

  'empty and reversed ranges delete nothing': async ({ write, pairs }) => {
    await write(put('a', '1'), put('b', '2'));
    await write(removeSpan('b', 'a'), removeSpan('b', 'b'), removeSpan('a', 'a'));
    expect(await pairs()).toEqual(['a=1', 'b=2']);
  },

  'a delete to the end takes everything from there on': async ({ write, pairs }) => {
    await write(put('a', '1'), put('b', '2'), put('\xff\xff', '3'));
    await write(removeSpan('a\0'));
    expect(await pairs()).toEqual(['a=1']);
    await write(removeSpan(''));
    expect(await pairs()).toEqual([]);
  },

  'keeping the value writes it again': async ({ write, store }) => {
    await write(put('a', 'kept'));
    await write(putAgain('a'));
    const { entries } = plainRange(await store.range({ range: one('a') }));
    expect(entries).toEqual([{ key: 'a', value: 'kept', create: 2, mod: 3, version: 2, lease: NO_LEASE }]);
  },

  'a lease is kept only when that is said': async ({ write, store, grant }) => {
    const { id } = await grant();
    await write(put('a', '1', id), put('b', '1', id), put('c', '1', id));
    await write(put('a', '2', 'keep'), putAgain('b', 'keep'), putAgain('c'));
    const { entries } = plainRange(await store.range({ range: span('') }));
    expect(entries).toMatchObject([
      { value: '2', lease: id },
      { value: '1', lease: id },
      { value: '1', lease: NO_LEASE },
    ]);
  },

  'keeping the lease of a key without one keeps it without': async ({ write, store }) => {
    await write(put('a', '1'));
    await write(put('a', '2', 'keep'));
    expect(plainRange(await store.range({ range: one('a') })).entries).toMatchObject([{ value: '2', lease: NO_LEASE }]);
  },

  'there is nothing to keep of a missing key': async ({ write, head }) => {
    await refused(write(putAgain('a')), 'not-found');
    await refused(write(put('a', '1', 'keep')), 'not-found');
    await write(put('a', '1'));
    await write(remove('a'));
    await refused(write(putAgain('a', 'keep')), 'not-found');
    expect(await head()).toBe(3);
  },

  'values may be empty, and hold every byte': async ({ write, pairs }) => {
    const everyByte = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte));
    await write(put('empty', ''), put('every', everyByte));
    expect(await pairs()).toEqual(['empty=', `every=${everyByte}`]);
  },
});
