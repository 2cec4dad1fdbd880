/** What every answer carries beside what it says itself. */
import { describe, expect, it } from 'vitest';
import { withExtra } from './exchange.js';

const extra = ['access-control-allow-origin', 'https://console.example', 'vary', 'origin'];

describe('headers that stand before those of an answer', () => {
  it('give way where the answer says the same', () => {
    const own = ['Access-Control-Allow-Origin', '*'];
    expect(withExtra(extra, own)).toEqual(['vary', 'origin', ...own]);
  });

  it('say with the answer what it varies with: a cache must know of both', () => {
    const own = ['Vary', 'Accept-Encoding'];
    expect(withExtra(extra, own)).toEqual([...extra, ...own]);
  });

  it('leave an answer as it is where there are none', () => {
    const own = ['content-type', 'text/plain'];
    expect(withExtra([], own)).toBe(own);
  });
});
