import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goJsonFault } from './go-json-fault.js';

describe('what is wrong with a text', () => {
  it.each<[string, string | null]>([
    ['', 'EOF'],
    ['[{"KV":', 'unexpected EOF'],
    ['nonsense', "invalid character 'o' in literal null (expecting 'u')"],
    ['x', "invalid character 'x' looking for beginning of value"],
    ['{x', "invalid character 'x' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
    ['[1 2]', "invalid character '2' after array element"],
    ['[] x', "invalid character 'x' after top-level value"],
    ['"a\nb"', String.raw`invalid character '\n' in string literal`],
    [String.raw`"\x"`, "invalid character 'x' in string escape code"],
    ['[1.]', "invalid character ']' after decimal point in numeric literal"],
    ['-', 'unexpected EOF'],
    ['[1, -2.5e+3, "ü", {"a": [true, false, null]}]', null],
  ])('%j: %s', (text, fault) => expect(goJsonFault(text)).toBe(fault));

  it('is nothing exactly where it is JSON', () => {
    const isJson = (text: string): boolean => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const nearly = fc.json().chain((text) => fc.nat(text.length).map((at) => text.slice(0, at) + text.slice(at + 1)));
    fc.assert(
      fc.property(fc.oneof(fc.json(), nearly, fc.string()), (text) => {
        expect(goJsonFault(text) === null).toBe(isJson(text));
      }),
    );
  });
});
