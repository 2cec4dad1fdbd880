import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullness, shared, toReplace, type Streamed } from './feed-plan.js';

const name = fc.stringMatching(/^[a-z][a-z:.]{0,127}$/);

describe('sharing streams', () => {
  it('loses nobody, and fills none beyond what a registry takes', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 400 }), (names) => {
        const streams = shared(names, (one) => one);
        expect(streams.flat()).toEqual(names);
        for (const stream of streams) expect(fullness(stream)).toBeLessThanOrEqual(1);
        expect(streams.length).toBeLessThanOrEqual(Math.ceil(2 * fullness(names)));
      }),
    );
  });

  it('takes a thousand in ten', () => {
    const thousand = Array.from({ length: 1000 }, (_, at) => `service-${at}`);
    expect(shared(thousand, (one) => one)).toHaveLength(10);
  });

  it.each([1, 3, 50])('needs few connections, however they come: %i at a time', (atATime) => {
    let streams: Streamed[] = [];
    let told = 0;
    for (let at = 0; at < 1000; at += atATime) {
      const services = Array.from({ length: atATime }, (_, more) => `service-${at + more}`);
      streams.push({ asked: services, wanted: services });
      told += atATime;
      for (let replaced = toReplace(streams); replaced.length > 0; replaced = toReplace(streams)) {
        const names = replaced.flatMap(({ wanted }) => wanted);
        told += names.length;
        const instead = shared(names, (one) => one).map((wanted) => ({ asked: wanted, wanted }));
        streams = [...streams.filter((stream) => !replaced.includes(stream)), ...instead];
      }
      expect(streams.length).toBeLessThanOrEqual(9 + (at + atATime) / 64);
    }
    // Each service was told anew a few times, and not each time that another one came.
    expect(told / 1000).toBeLessThan(5);
  });

  it('comes to an end with long names too', () => {
    let streams: Streamed[] = Array.from({ length: 200 }, (_, at) => {
      const services = [`${at}-`.padEnd(128, 'x')];
      return { asked: services, wanted: services };
    });
    for (let replaced = toReplace(streams); replaced.length > 0; replaced = toReplace(streams)) {
      const names = replaced.flatMap(({ wanted }) => wanted);
      const instead = shared(names, (one) => one).map((wanted) => ({ asked: wanted, wanted }));
      streams = [...streams.filter((stream) => !replaced.includes(stream)), ...instead];
    }
    expect(streams.length).toBeLessThan(15);
  });

  it('does not let a stream tell of many that nobody wants', () => {
    const sparse = { asked: ['a', 'b', 'c', 'd', 'e'], wanted: ['a', 'e'] };
    expect(toReplace([{ asked: ['x'], wanted: ['x'] }, sparse])).toEqual([sparse]);
    expect(toReplace([{ asked: ['a', 'b'], wanted: ['a'] }])).toEqual([]);
  });
});
