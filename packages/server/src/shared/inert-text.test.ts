import { describe, expect, it } from 'vitest';
import { inert } from './inert-text.js';

describe('text on its way to a log', () => {
  it.each([
    ['größer, 名前 😀', 'größer, 名前 😀'],
    ['one\n\ttwo', 'one\n\ttwo'],
    ['\u001b[31m\r\u0000', '\\u001b[31m\\u000d\\u0000'],
    ['\u009b31m\u0085\u007f', '\\u009b31m\\u0085\\u007f'],
    ['a\u2028b\u2029c\u202ed\u2066', 'a\\u2028b\\u2029c\\u202ed\\u2066'],
    ['\u{e0041}', '\\udb40\\udc41'],
  ])('%j does nothing', (text, shown) => expect(inert(text)).toBe(shown));

  it('stays the same JSON', () => {
    const value = { id: 'a\u2028\u009b\u{e0041}\u001b\n' };
    expect(JSON.parse(inert(JSON.stringify(value)))).toEqual(value);
  });
});
