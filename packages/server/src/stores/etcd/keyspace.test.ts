import { allKeys, catalogRange, fromText, keysUnder, singleKey, toText, type KeyRange } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { Keyspace } from './keyspace.js';

const range = (prefix: string, asked: KeyRange): readonly string[] => {
  const { key, rangeEnd } = new Keyspace(fromText(prefix)).range(asked);
  return [toText(key), toText(rangeEnd)];
};

describe('Keyspace', () => {
  it.each([
    ['one key', '', singleKey(fromText('a')), ['a', 'a\0']],
    ['one key behind a prefix', 'p/', singleKey(fromText('a')), ['p/a', 'p/a\0']],
    ['everything', '', allKeys, ['\0', '\0']],
    ['everything behind a prefix', 'p/', allKeys, ['p/', 'p0']],
    ['from a key to the end', 'p/', { from: fromText('m'), to: null }, ['p/m', 'p0']],
    ['what begins alike', '', keysUnder(fromText('/rollcall/')), ['/rollcall/', '/rollcall0']],
    ['nothing, where it ends before it begins', 'p/', { from: fromText('b'), to: fromText('a') }, ['\u{2}', '\u{1}']],
    ['nothing, where it ends where it begins', '', { from: fromText('b'), to: fromText('b') }, ['\u{2}', '\u{1}']],
  ])('says %s as etcd does', (_name, prefix, asked, expected) => {
    expect(range(prefix, asked)).toEqual(expected);
  });

  it('knows its own keys, and the key that stands before them', () => {
    const keyspace = new Keyspace(fromText('p/'));
    expect(toText(keyspace.inner(keyspace.outer(fromText('a'))))).toBe('a');
    expect(keyspace.holds(fromText('p/a'))).toBe(true);
    expect(keyspace.holds(fromText('p'))).toBe(false);
    expect(toText(keyspace.markBefore(allKeys))).toBe('p');
    expect(toText(new Keyspace(fromText('')).markBefore(catalogRange))).toBe('/rollcall');
  });
});
