import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { address, addresses, ago, cut, oneLine, shortDuration, textColumns } from './shown.js';

describe('what others registered', () => {
  it('cannot move the cursor', () => {
    expect(oneLine('a\u001b[2Jb\nc\td\u202Ee')).toBe('a\uFFFD[2Jb c d\uFFFDe');
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/\p{Cc}/u.test(oneLine(text))));
  });
});

describe('a text', () => {
  it.each([
    ['', 0],
    ['payments', 8],
    ['grüße', 5],
    ['u\u0308', 1],
    ['支付', 4],
    ['🚀', 2],
  ])('%s takes so many columns: %d', (text, columns) => {
    expect(textColumns(text)).toBe(columns);
  });

  it('is cut to fit, and only then', () => {
    expect([cut('payments', 8), cut('payments', 7), cut('支付宝', 4), cut('支付宝', 6)]).toEqual(['payments', 'paymen…', '支…', '支付宝']);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, max) => textColumns(cut(text, max)) <= max),
    );
  });
});

describe('values', () => {
  it.each([
    [0, '0s'],
    [-5000, '0s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [7_199_999, '1h'],
    [10 * 86_400_000, '10d'],
  ])('%d ms is %s', (ms, text) => {
    expect(shortDuration(ms)).toBe(text);
  });

  it('have an age, if they have a time', () => {
    expect([ago(undefined, 0), ago('2026-01-31T12:00:00.000Z', Date.UTC(2026, 0, 31, 12, 3))]).toEqual(['', '3m']);
  });

  it.each([
    [{ host: '10.0.0.5', port: 80 }, '10.0.0.5:80'],
    [{ host: '::1', port: 80 }, '[::1]:80'],
    [{ host: '::1' }, '::1'],
    [{ port: 80 }, ':80'],
    [{}, ''],
  ])('%j is at %s', (instance, text) => {
    expect(address(instance)).toBe(text);
    expect(addresses({ ...instance, ports: { metrics: 9090 } })).toBe(`${text} metrics:9090`.trim());
  });
});
