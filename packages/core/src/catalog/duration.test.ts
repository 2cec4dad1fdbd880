import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationOrNoneKind, formatDuration, parseDuration } from './duration.js';

describe('parseDuration', () => {
  it.each([
    ['30s', 30_000],
    ['250ms', 250],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['0s', 0],
    ['7d', 604_800_000],
    [90_000, 90_000],
    [0, 0],
  ])('understands %j', (written, ms) => expect(parseDuration(written)).toBe(ms));

  it.each(['', '30', 's', '-1s', '1 s', '30S', '1e3s', '٣s', '9'.repeat(16), -1, 1.5, NaN, Infinity, 2 ** 53, null, true, {}, []])(
    'refuses %j',
    (value) => expect(parseDuration(value)).toBeUndefined(),
  );

  it('understands whatever formatDuration writes', () => {
    fc.assert(fc.property(fc.nat({ max: 1e12 }), (ms) => parseDuration(formatDuration(ms)) === ms));
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.anything(), (value) => void parseDuration(value)));
  });
});

describe('durationOrNoneKind', () => {
  const kind = durationOrNoneKind(200, 60_000);
  it.each([
    ['200ms', 200],
    ['1m', 60_000],
    ['none', null],
    ['199ms', undefined],
    ['61s', undefined],
    ['None', undefined],
  ])('reads %j as %j', (written, value) => expect(kind.parse(written)).toBe(value));

  it('says what is allowed as one would write it', () => {
    expect(kind.allowed).toBe('a duration such as "30s" or a number of milliseconds, from 200ms to 1m, or "none"');
  });
});
