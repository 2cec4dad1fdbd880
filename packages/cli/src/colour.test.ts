import { describe, expect, it } from 'vitest';
import { painter } from './colour.js';

describe('colours', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('on a terminal: %s, with %j: %s', (isTTY, environment, coloured) => {
    expect(painter({ isTTY }, environment)('red', 'x')).toBe(coloured ? '\u001b[31mx\u001b[39m' : 'x');
  });

  it('leave alone what has none', () => {
    const paint = painter({ isTTY: true }, {});
    expect([paint(undefined, 'x'), paint('red', '')]).toEqual(['x', '']);
  });
});
