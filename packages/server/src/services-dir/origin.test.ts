import type { NodeName } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { markOf } from './origin.js';

const [one, other] = ['one' as NodeName, 'one.more' as NodeName];

describe('a mark', () => {
  it.each([
    ['alone', null, 'files:a.yaml'],
    ['in a cluster', one, 'files@one:a.yaml'],
  ])('%s', (_what, node, face) => {
    expect(markOf(node).originOf('a.yaml')).toEqual({ face });
    expect(markOf(node).fileOf({ face })).toBe('a.yaml');
  });

  it('is nobody else’s', () => {
    const theirs = ['native', 'files:a.yaml', 'files@one.more:a.yaml', 'files@on:a.yaml', 'files@one'];
    for (const face of theirs) expect(markOf(one).fileOf({ face })).toBeNull();
    expect(markOf(null).fileOf(markOf(other).originOf('a.yaml'))).toBeNull();
  });
});
