import { allKeys, fromText, keysUnder, singleKey, toText, type KeyRange } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { WatchedRanges } from './watched.js';

const range = (from: string, to: string | null): KeyRange => ({ from: fromText(from), to: to === null ? null : fromText(to) });
const under = (prefix: string): KeyRange => keysUnder(fromText(prefix));

describe('the ranges that a store follows', () => {
  const watched = new WatchedRanges([under('/services/'), under('/rollcall/'), under('/rollcall/instances/'), range('/s', '/services/')]);

  it('are joined where they touch, whatever their order', () => {
    const { from, to } = watched.hull;
    expect([toText(from), to && toText(to)]).toEqual(['/rollcall/', '/services0']);
    expect(watched.covers(range('/s', '/services/x'))).toBe(true);
  });

  it.each([
    ['/rollcall/a', true],
    ['/rollcall', false],
    ['/rollcall0', false],
    ['/sa', true],
    ['/services/a', true],
    ['/services0', false],
  ])('%s is followed: %s', (key, expected) => {
    expect(watched.holds(fromText(key))).toBe(expected);
    expect(watched.covers(singleKey(fromText(key)))).toBe(expected);
  });

  it.each([
    ['beyond the end', range('/services/', null), false],
    ['over a gap', range('/rollcall/', '/services/'), false],
    ['within one', under('/services/web/'), true],
    ['everything', allKeys, false],
  ])('%s', (_name, asked, expected) => {
    expect(watched.covers(asked)).toBe(expected);
  });

  it('may be all there are', () => {
    const everything = new WatchedRanges([range('m', null), range('', 'm')]);
    expect(everything.covers(allKeys)).toBe(true);
    expect(everything.hull.to).toBeNull();
  });
});
