import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyRange } from '../ports/store.js';
import { fromText, toText } from './bytes.js';
import { allKeys, isSingleKey, keysUnder, singleKey, textRangeHolds, toTextRange } from './key-range.js';

const text = fc.array(fc.constantFrom('\0', '\x01', 'a', 'b', '\xfe', '\xff'), { maxLength: 4 }).map((letters) => letters.join(''));

function holds(range: KeyRange, key: string): boolean {
  return textRangeHolds(toTextRange(range), key);
}

function span(from: string, to: string | null): KeyRange {
  return { from: fromText(from), to: to === null ? null : fromText(to) };
}

describe('a range', () => {
  it.each([
    { from: 'b', to: 'd', inside: ['b', 'b\0', 'c', 'c\xff'], outside: ['', 'a', 'a\xff', 'd', 'd\0'] },
    { from: 'b', to: null, inside: ['b', '\xff\xff\xff'], outside: ['', 'a'] },
    { from: '', to: null, inside: ['', '\0', 'z', '\xff'], outside: [] },
    { from: 'b', to: 'b', inside: [], outside: ['a', 'b', 'c'] },
    { from: 'd', to: 'b', inside: [], outside: ['a', 'b', 'c', 'd', 'e'] },
    { from: '', to: '', inside: [], outside: ['', 'a'] },
  ])('from $from to $to', ({ from, to, inside, outside }) => {
    const range = span(from, to);
    expect(inside.filter((key) => !holds(range, key))).toEqual([]);
    expect(outside.filter((key) => holds(range, key))).toEqual([]);
  });

  it('of all keys holds every key', () => {
    fc.assert(fc.property(text, (key) => holds(allKeys, key)));
  });
});

describe('a single key', () => {
  it('holds that key and no other', () => {
    fc.assert(fc.property(text, text, (key, other) => holds(singleKey(fromText(key)), other) === (key === other)));
  });

  it('is recognised as one', () => {
    fc.assert(fc.property(text, (key) => isSingleKey(singleKey(fromText(key)))));
  });

  it.each([
    ['a', 'b'],
    ['a', null],
    ['a', 'a'],
    ['a', 'b\0'],
    ['a', 'a\x01'],
    ['a', 'a\0\0'],
    ['', ''],
  ])('is not what lies between %j and %j', (from, to) => {
    expect(isSingleKey(span(from, to))).toBe(false);
  });
});

describe('the keys under a prefix', () => {
  it.each([
    ['a', 'b'],
    ['a\xfe', 'a\xff'],
    ['a\xff', 'b'],
    ['a\xff\xff', 'b'],
    ['\0', '\x01'],
    ['\xff', null],
    ['\xff\xff', null],
    ['', null],
  ])('under %j end before %j', (prefix, end) => {
    const { from, to } = keysUnder(fromText(prefix));
    expect(toText(from)).toBe(prefix);
    expect(to === null ? null : toText(to)).toBe(end);
  });

  it('are those that begin with it', () => {
    fc.assert(fc.property(text, text, (prefix, key) => holds(keysUnder(fromText(prefix)), key) === key.startsWith(prefix)));
  });

  it('leave the prefix as it was, whatever kind of bytes it is', () => {
    for (const prefix of [fromText('ab'), Buffer.from('ab'), Buffer.from('xabx').subarray(1, 3)]) {
      const { from, to } = keysUnder(prefix);
      expect([toText(prefix), toText(from), toText(to ?? prefix)]).toEqual(['ab', 'ab', 'ac']);
    }
  });
});
