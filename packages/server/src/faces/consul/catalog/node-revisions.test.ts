/** What is said of a node never is below when it last moved, and is that itself as long as few others have moved since. */
import type { MachineName } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { NodeRevisions } from './node-revisions.js';

const node = (at: number): MachineName => `n${at}` as MachineName;

describe('when a node moved', () => {
  it('is known of the latest, and not below the truth of the others', () => {
    const nodes = new NodeRevisions();
    nodes.reset(7);
    for (let at = 1; at <= 20_000; at++) nodes.moved(node(at), 100 + at);
    for (let at = 15_001; at <= 20_000; at++) expect(nodes.of(node(at))).toBe(100 + at);
    expect(nodes.of(node(1))).toBeGreaterThanOrEqual(101);
    expect(nodes.of(node(20_001))).toBe(nodes.of(node(1)));
    expect(nodes.of(node(20_001))).toBeLessThan(100 + 15_001);
  });

  it('is the later time of one that moved in both generations', () => {
    const nodes = new NodeRevisions();
    for (let at = 1; at <= 5_001; at++) nodes.moved(node(at), at);
    nodes.moved(node(1), 6_000);
    expect([nodes.of(node(1)), nodes.of(node(2))]).toEqual([6_000, 2]);
  });

  it('is forgotten when everything is read anew', () => {
    const nodes = new NodeRevisions();
    nodes.moved(node(1), 3);
    nodes.reset(9);
    expect([nodes.of(node(1)), nodes.of(node(2))]).toEqual([9, 9]);
  });
});
