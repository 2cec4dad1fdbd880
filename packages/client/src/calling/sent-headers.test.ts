import { describe, expect, it } from 'vitest';
import { hasHeader, withHeader, withHeaders } from './sent-headers.js';

/** Whatever its shape, as undici reads it. */
const read = (headers: unknown): Record<string, unknown> => {
  if (!Array.isArray(headers)) return headers as Record<string, unknown>;
  const list: readonly string[] = headers;
  return Object.fromEntries(list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1]] as const] : [])));
};

describe('headers that are sent', () => {
  it.each([
    ['an object', { 'X-A': '1', 'Host': 'mine' }],
    ['a list', ['X-A', '1', 'Host', 'mine']],
    [
      'pairs',
      [
        ['X-A', '1'],
        ['Host', 'mine'],
      ],
    ],
    [
      'what gives pairs',
      new Map([
        ['X-A', '1'],
        ['Host', 'mine'],
      ]),
    ],
  ])('are found and added in %s', (_shape, headers) => {
    expect([hasHeader(headers, 'host'), hasHeader(headers, 'x-b'), hasHeader(headers, 'x-a')]).toEqual([true, false, true]);
    expect(read(withHeaders(headers, { 'host': 'payments', 'x-b': '2' }))).toEqual({ 'X-A': '1', 'host': 'payments', 'x-b': '2' });
    expect(read(withHeader(headers, 'x-c', '3'))).toEqual({ 'X-A': '1', 'Host': 'mine', 'x-c': '3' });
  });

  it('may be none, or several of a name', () => {
    for (const none of [undefined, null]) {
      expect(hasHeader(none, 'host')).toBe(false);
      expect(withHeader(none, 'host', 'payments')).toEqual(['host', 'payments']);
    }
    expect(withHeaders({ cookie: ['a', 'b'] }, { host: 'x' })).toEqual(['cookie', 'a', 'cookie', 'b', 'host', 'x']);
  });
});
