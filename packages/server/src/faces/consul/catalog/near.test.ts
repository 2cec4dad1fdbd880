import { everything, type Host } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ConsulScene, instanceFrom } from '../consul.fixture.js';
import { Distances, roundTrip } from '../coordinates/distances.js';
import type { CoordinateRecord } from '../keyspace/records.js';
import { nearFirst, nearTo } from './near.js';

const at = (x: number, height = 0, adjustment = 0): CoordinateRecord => ({
  node: '',
  segment: '',
  vec: [x, 0, 0, 0, 0, 0, 0, 0],
  error: 1,
  adjustment,
  height,
});

/** `web` on nodes that are called as its instances are, each at its place. */
function sceneOf(places: Readonly<Record<string, number | null>>): ConsulScene {
  const scene = new ConsulScene();
  for (const [name, place] of Object.entries(places)) {
    scene.show(instanceFrom({ id: `web-${name}`, machine: name }));
    if (place !== null) scene.coordinates.set(name, at(place));
  }
  return scene;
}

const nodesOf = (rows: unknown): readonly string[] =>
  (rows as readonly { readonly Node: string | { readonly Node: string } }[]).map(({ Node }) =>
    typeof Node === 'string' ? Node : Node.Node,
  );

describe('the way between two nodes', () => {
  it.each([
    ['is the distance of their places', at(0), at(0.03), 0.03],
    ['has the heights in it', at(0, 0.001), at(0.03, 0.002), 0.033],
    ['is corrected', at(0, 0.001, -0.01), at(0.03, 0.002, 0.002), 0.025],
    ['is not corrected to nothing', at(0, 0.001, -0.04), at(0.03, 0.002), 0.033],
    ['of other dimensions is unknown', at(0), { ...at(0), vec: [0, 1] }, Infinity],
  ])('%s', (_what, one, other, seconds) => {
    expect(roundTrip(one, other)).toBeCloseTo(seconds, 10);
  });

  it('is the same both ways, and never below nothing', () => {
    const number = fc.double({ min: -10, max: 10, noNaN: true });
    const place = fc.record({ vec: fc.array(number, { minLength: 8, maxLength: 8 }), height: number, adjustment: number });
    fc.assert(
      fc.property(place, place, (one, other) => {
        expect(roundTrip(one, other)).toBe(roundTrip(other, one));
        expect(roundTrip(one, other)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('rows near a node', () => {
  const known = new Map([
    ['a', at(0)],
    ['b', at(3)],
    ['c', at(1)],
  ]);
  const far = new Distances({ coordinates: () => known, moved: () => 1 });
  const near = (name: string): Parameters<typeof nearFirst>[1] => ({ name, key: name, farOf: far.from(name) });

  it.each<[string, readonly string[], readonly string[]]>([
    ['a', ['x', 'b', 'y', 'c', 'a'], ['a', 'c', 'b', 'x', 'y']],
    ['b', ['a', 'b', 'c'], ['b', 'c', 'a']],
    ['x', ['b', 'x', 'a'], ['x', 'b', 'a']],
    ['nobody', ['b', 'a'], ['b', 'a']],
  ])('%s', (name, rows, sorted) => {
    expect(nearFirst(rows, near(name), (row) => row)).toEqual(sorted);
  });
});

describe('?near', () => {
  it.each(['/catalog/service/web', '/health/service/web', '/health/checks/web', '/health/state/any'])('sorts %s', async (path) => {
    const scene = sceneOf({ a: 0, b: 5, c: 1, d: null });
    const found = async (near: string): Promise<readonly string[]> =>
      nodesOf(await scene.json(`${path}?near=${near}`)).filter((name) => name !== 'self');
    expect(await found('a')).toEqual(['a', 'c', 'b', 'd']);
    expect(await found('b')).toEqual(['b', 'c', 'a', 'd']);
    // Whoever moves is found elsewhere in the next answer.
    scene.coordinates.set('b', at(0.5)).set('another', at(0));
    expect(await found('a')).toEqual(['a', 'b', 'c', 'd']);
  });

  it('of the node that calls, by its own name or by its address', () => {
    const scene = new ConsulScene();
    scene.machine('b', { addresses: { host: '10.0.0.8' as Host } });
    const whom = (said: string, from: string): string | undefined =>
      nearTo(said, scene.context, { identity: '', may: everything, from, face: 'consul' })?.name;
    expect([whom('_agent', '10.0.0.8'), whom('_agent', '127.0.0.1')]).toEqual(['10.0.0.8', 'self']);
    expect([whom('_ip', '10.0.0.8'), whom('_ip', '10.9.9.9'), whom('_ip', '10.0.0.7'), whom('_ip', '::1')]).toEqual([
      'b',
      'self',
      '10.0.0.7',
      'self',
    ]);
    expect(whom('', '10.0.0.8')).toBeUndefined();
  });
});
