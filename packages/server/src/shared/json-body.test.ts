import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonBody } from './json-body.js';

describe('parseJsonBody', () => {
  it('reads what JSON reads, as long as it is not deep', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        expect(parseJsonBody(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['nothing', '', 'empty'],
    ['half an object', '{"a":', 'no JSON'],
    ['many brackets', '['.repeat(100_000), 'nested 100000 deep'],
    ['many objects', '{"a":'.repeat(17), 'nested 17 deep'],
  ])('refuses %s', (_what, text, came) => {
    expect(() => parseJsonBody(text)).toThrow(
      expect.objectContaining({ code: 'invalid-request', message: expect.stringContaining(came) as string }),
    );
  });

  it('does not count brackets in text', () => {
    expect(parseJsonBody(`["${'['.repeat(50)}\\"${'{'.repeat(50)}"]`)).toHaveLength(1);
  });
});
