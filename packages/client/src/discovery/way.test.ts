import { describe, expect, it } from 'vitest';
import { Way } from './way.js';

describe('by stream or by asking', () => {
  it('begins with streams, and gives them up after two that are mute', () => {
    const way = new Way();
    expect(way.isStream(0)).toBe(true);
    way.streamEnded(false, 0);
    way.streamEnded(true, 0);
    expect(way.isStream(0)).toBe(true);
    way.streamEnded(true, 0);
    expect(way.isStream(0)).toBe(false);
  });

  it('one that lets something through later than its beginning is sound', () => {
    const way = new Way();
    way.streamEnded(true, 0);
    way.connected(1000);
    way.heard(1000);
    way.heard(6000);
    way.streamEnded(true, 60_000);
    expect(way.isStream(60_000)).toBe(true);
    // What comes with the answer itself proves nothing.
    way.connected(61_000);
    way.heard(61_500);
    way.streamEnded(true, 110_000);
    expect(way.isStream(110_000)).toBe(false);
  });

  it('tries streams again after a while, with one chance', () => {
    const way = new Way();
    way.streamEnded(true, 0);
    way.streamEnded(true, 0);
    way.polled(true);
    expect([way.isStream(299_999), way.isStream(300_000)]).toEqual([false, true]);
    way.streamEnded(true, 310_000);
    expect([way.isStream(310_000), way.isStream(610_000)]).toEqual([false, true]);
  });

  it('does so at once where asking did not help either: it was the registry', () => {
    const way = new Way();
    way.streamEnded(true, 0);
    way.streamEnded(true, 0);
    way.polled(false);
    expect(way.isStream(1000)).toBe(false);
    way.polled(true);
    expect(way.isStream(1000)).toBe(true);
  });
});
