import { describe, expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.js';

const wallMs = Date.UTC(2030, 0, 1);

describe('Retry-After', () => {
  it.each([
    ['2', 2000],
    [' 0 ', 0],
    ['0.5', 500],
    ['999999', 30_000],
    ['Tue, 01 Jan 2030 00:00:05 GMT', 5000],
    ['Tue, 01 Jan 2029 00:00:05 GMT', 0],
    ['Wed, 01 Jan 2031 00:00:05 GMT', 30_000],
    ['-5', undefined],
    ['soon', undefined],
    ['Tuesday', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j ms', (header, expected) => {
    expect(retryAfterMs(header, wallMs)).toBe(expected);
  });
});
