import { describe, expect, it } from 'vitest';
import type { NodeName } from '@rollcall/core';
import { nodeNameOf } from './node-options.js';

describe('nodeNameOf', () => {
  it.each([
    ['registry-1', 'registry-1'],
    ['registry-1.example', 'registry-1.example'],
    ['_odd name!', 'odd-name-'],
    ['x'.repeat(70), 'x'.repeat(63)],
    ['', 'node'],
    ['---', 'node'],
  ])('the host %j', (host, name) => expect(nodeNameOf({ node: null }, host)).toBe(name));

  it('is what was said, if it was', () => expect(nodeNameOf({ node: 'one' as NodeName }, 'host')).toBe('one'));
});
