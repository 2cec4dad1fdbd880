import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import { registryUrls } from './registry-url.js';
import { Ways } from './ways.js';

const urls = registryUrls({ urls: ['http://a', 'http://b', 'http://c'] });

function ways(inOrder = true, seed = 1): { readonly ways: Ways; readonly clock: SimulatedClock } {
  const clock = new SimulatedClock();
  return { clock, ways: new Ways(urls, { clock, random: new SeededRandom(seed), inOrder }) };
}

describe('the ways to a registry', () => {
  it('begin at the first, or at one by chance', () => {
    expect(ways().ways.current.shown).toBe('http://a');
    const begun = Array.from({ length: 50 }, (_, seed) => ways(false, seed + 1).ways.current.shown);
    expect(new Set(begun)).toEqual(new Set(['http://a', 'http://b', 'http://c']));
  });

  it('turn away from whoever does not answer, once for however many calls failed there', () => {
    const { ways: found } = ways();
    const [a] = urls;
    expect([found.left(a), found.left(a), found.left(a)]).toEqual([true, false, false]);
    expect(found.inOrder.map(({ shown }) => shown)).toEqual(['http://b', 'http://c', 'http://a']);
  });

  it('look at home later and later, each time once, and go back', async () => {
    const { ways: found, clock } = ways();
    expect(found.homeToLookAt()).toBeNull();
    found.left(urls[0]);
    expect(found.homeToLookAt()).toBeNull();
    await clock.advance(15_000);
    expect(found.homeToLookAt()?.shown).toBe('http://a');
    expect(found.homeToLookAt()).toBeNull();
    await clock.advance(15_000);
    expect(found.homeToLookAt()).toBeNull();
    await clock.advance(15_000);
    expect(found.homeToLookAt()?.shown).toBe('http://a');
    expect(found.home()).toBe(true);
    expect(found.current.shown).toBe('http://a');
    await clock.advance(3_600_000);
    expect(found.homeToLookAt()).toBeNull();
  });

  it('of which there is only one are not left', () => {
    const [only] = urls;
    const found = new Ways([only], { clock: new SimulatedClock(), random: new SeededRandom(1), inOrder: true });
    expect(found.left(only)).toBe(false);
    expect(found.current).toBe(only);
  });
});

describe('the addresses of a registry', () => {
  it('are named once each', () => {
    expect(registryUrls({ url: 'http://a/', urls: ['http://b', 'http://a', 'http://b/'] }).map(({ shown }) => shown)).toEqual([
      'http://a',
      'http://b',
    ]);
    expect(registryUrls({}).map(({ shown }) => shown)).toEqual(['http://localhost:8500']);
    expect(() => registryUrls({ urls: ['http://a', 'b'] })).toThrow(TypeError);
    expect(() => registryUrls({ urls: [] })).toThrow('urls is empty; name a registry, such as http://localhost:8500.');
  });
});
