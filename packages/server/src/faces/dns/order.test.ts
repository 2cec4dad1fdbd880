import { SeededRandom } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import { Order } from './order.js';

const ROUNDS = 20_000;

/** How often each place came first, and how often it was among the first `wanted`. */
function tally(order: Order, count: number, wanted: number): { readonly first: readonly number[]; readonly among: readonly number[] } {
  const [first, among] = [Array.from({ length: count }, () => 0), Array.from({ length: count }, () => 0)];
  for (let round = 0; round < ROUNDS; round++) {
    const places = order.first(wanted).slice(0, wanted);
    expect(new Set(places).size).toBe(wanted);
    first[places[0] as number] = (first[places[0] as number] as number) + 1 / ROUNDS;
    for (const place of places) among[place] = (among[place] as number) + 1 / ROUNDS;
  }
  return { first, among };
}

describe('an order', () => {
  it('gives everybody the same chance where nobody weighs more', () => {
    const { first, among } = tally(new Order({ count: 10, weights: null }, new SeededRandom(1)), 10, 3);
    for (const share of first) expect(share).toBeCloseTo(0.1, 1.5);
    for (const share of among) expect(share).toBeCloseTo(0.3, 1.5);
  });

  it('puts each one first as often as it weighs', () => {
    const { first, among } = tally(new Order({ count: 4, weights: [1, 2, 3, 4] }, new SeededRandom(2)), 4, 2);
    for (const [at, share] of first.entries()) expect(share).toBeCloseTo((at + 1) / 10, 1.5);
    expect(among.reduce((sum, share) => sum + share, 0)).toBeCloseTo(2);
  });

  it('comes to an end where one outweighs all others', () => {
    const { first } = tally(new Order({ count: 5, weights: [1_000_000, 1, 1, 1, 1] }, new SeededRandom(3)), 5, 5);
    expect(first[0]).toBeGreaterThan(0.999);
  });

  it('of nobody is empty', () => {
    expect(new Order({ count: 0, weights: null }, new SeededRandom(1)).first(3).length).toBe(0);
  });
});
