import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asUint64, bigJson, parseBigJson } from '../big-json.js';
import { eventId } from '../events/log.js';
import { byteText, parseShelfKey, plainText, shelfKey, shelves } from './keys.js';
import { decodeKv, decodeSession, encodeJson, encodeKv } from './records.js';

describe('records', () => {
  it('bring back keys as they were, to the last bit', () => {
    const record = fc.record({
      value: fc.uint8Array(),
      flags: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      lockIndex: fc.nat(),
      session: fc.option(fc.uuid()),
    });
    fc.assert(
      fc.property(record, (one) => {
        const read = decodeKv(encodeKv(one));
        expect({ ...read, value: Uint8Array.from(read?.value ?? []) }).toEqual(one);
      }),
    );
  });

  it('are skipped where they cannot be read', () => {
    for (const text of ['', '{}', '{"format":2}\n', '{"format":1', 'x\n']) expect(decodeKv(Buffer.from(text))).toBeNull();
    expect(decodeSession(encodeJson({ node: 'n' }))).toBeNull();
  });

  it('lie under keys that say their own bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...shelves), fc.string({ unit: 'grapheme' }), (shelf, name) => {
        expect(plainText(byteText(name))).toBe(name);
        expect(parseShelfKey(shelfKey(shelf, byteText(name)))).toEqual({ shelf, name: byteText(name) });
      }),
    );
  });
});

describe('numbers of 64 bits', () => {
  it('pass through JSON', () => {
    const text = '{"Flags":16241312312312312313,"a":[1,1.5,1e300,-7,"16241312312312312313","x\\"9999999999999999999"]}';
    const read = parseBigJson(text) as { readonly Flags: unknown; readonly a: readonly unknown[] };
    expect(asUint64(read.Flags)).toBe(16241312312312312313n);
    expect(read.a).toEqual([1, 1.5, 1e300, -7, '16241312312312312313', 'x"9999999999999999999']);
    expect(bigJson({ Flags: 2n ** 64n - 1n, none: undefined, list: [] })).toBe('{"Flags":18446744073709551615,"list":[]}');
  });

  it('are laid out as JSON is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        expect(bigJson(plain)).toBe(JSON.stringify(plain));
        expect(bigJson(plain, true)).toBe(`${JSON.stringify(plain, null, 4)}\n`);
      }),
    );
  });

  it.each([[-1], [1.5], ['-1'], ['18446744073709551616'], [null], [2 ** 53]])('%j is none', (value) => {
    expect(asUint64(value)).toBeUndefined();
  });
});

describe('the id of an event', () => {
  it('says its place, as clients compute it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.nat(), (chance, sequence) => {
        const id = eventId(chance, sequence);
        const half = (from: number, to: number): bigint => BigInt(`0x${id.slice(from, to).replaceAll('-', '')}`);
        expect(half(0, 18) ^ half(19, 36)).toBe(BigInt(sequence));
      }),
    );
  });
});
