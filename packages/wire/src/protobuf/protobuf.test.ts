import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtoReader } from './reader.js';
import { ProtoWriter } from './writer.js';

const hex = (writer: ProtoWriter): string => Buffer.from(writer.finish()).toString('hex');

describe('ProtoWriter', () => {
  it.each<[string, (writer: ProtoWriter) => ProtoWriter, string]>([
    ['a small number', (writer) => writer.number(1, 150), '089601'],
    ['a number above 32 bits', (writer) => writer.number(3, 2 ** 40 + 5), '18858080808020'],
    ['the largest safe number', (writer) => writer.number(1, Number.MAX_SAFE_INTEGER), '08ffffffffffffff0f'],
    ['a negative number', (writer) => writer.number(1, -1), '08ffffffffffffffffff01'],
    ['zero, which is left out', (writer) => writer.number(1, 0), ''],
    ['zero that was chosen', (writer) => writer.chosenNumber(5, 0), '2800'],
    ['a 64-bit number', (writer) => writer.bigint(2, 2n ** 63n - 1n), '10ffffffffffffffff7f'],
    ['bytes', (writer) => writer.bytes(2, Uint8Array.of(1, 2)), '12020102'],
    ['text', (writer) => writer.text(2, 'testing'), '120774657374696e67'],
    ['a high field number', (writer) => writer.bytes(64, Uint8Array.of(7)), '82040107'],
    ['a truth', (writer) => writer.bool(4, true).bool(5, false), '2001'],
    ['an empty message', (writer) => writer.message(3, () => undefined), '1a00'],
    ['a message within a message', (writer) => writer.message(1, (one) => one.message(2, (two) => two.number(1, 1))), '0a0412020801'],
  ])('writes %s', (_name, write, expected) => {
    expect(hex(write(new ProtoWriter()))).toBe(expected);
  });
});

type Field = { readonly kind: 'number' | 'bigint' | 'bytes' | 'message'; readonly field: number; readonly value: unknown };

const field = fc.integer({ min: 1, max: 1000 });
const leaf: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ kind: fc.constant('number' as const), field, value: fc.maxSafeInteger() }),
  fc.record({ kind: fc.constant('bigint' as const), field, value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ kind: fc.constant('bytes' as const), field, value: fc.uint8Array({ maxLength: 300 }) }),
);
const anyField: fc.Arbitrary<Field> = fc.oneof(
  leaf,
  fc.record({ kind: fc.constant('message' as const), field, value: fc.array(leaf, { maxLength: 20 }) }),
);

function write(fields: readonly Field[], writer: ProtoWriter): void {
  for (const { kind, field: number, value } of fields) {
    if (kind === 'number') writer.chosenNumber(number, value as number);
    else if (kind === 'bigint') writer.chosenBigint(number, value as bigint);
    else if (kind === 'bytes') writer.chosenBytes(number, value as Uint8Array);
    else writer.message(number, (inner) => write(value as readonly Field[], inner));
  }
}

function read(like: readonly Field[], reader: ProtoReader): readonly Field[] {
  const found = like.map(({ kind, value }): Field => {
    const number = reader.next();
    if (kind === 'number') return { kind, field: number, value: reader.number() };
    if (kind === 'bigint') return { kind, field: number, value: reader.bigint() };
    if (kind === 'bytes') return { kind, field: number, value: Uint8Array.from(reader.bytes()) };
    return { kind, field: number, value: reader.message((inner) => read(value as readonly Field[], inner)) };
  });
  expect(reader.next()).toBe(0);
  return found;
}

describe('ProtoReader', () => {
  it('reads what was written', () => {
    fc.assert(
      fc.property(fc.array(anyField, { maxLength: 20 }), (fields) => {
        const writer = new ProtoWriter();
        write(fields, writer);
        expect(read(fields, new ProtoReader(writer.finish()))).toEqual(fields);
      }),
    );
  });

  it('skips what it is not asked for', () => {
    fc.assert(
      fc.property(fc.array(anyField, { maxLength: 20 }), (fields) => {
        const writer = new ProtoWriter();
        write(fields, writer);
        const reader = new ProtoReader(writer.finish());
        const seen: number[] = [];
        for (let next = reader.next(); next !== 0; next = reader.next()) {
          seen.push(next);
          reader.skip();
        }
        expect(seen).toEqual(fields.map(({ field: number }) => number));
      }),
    );
  });

  it('takes any bytes without harm: an answer, or a RangeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const reader = new ProtoReader(bytes);
        try {
          while (reader.next() !== 0) reader.skip();
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });

  it.each([
    ['a field that is cut off', [0x12, 5, 1]],
    ['a number that is cut off', [0x08, 0x80]],
    ['a number without end', [0x08, ...Array.from({ length: 11 }, () => 0xff)]],
    ['a field of number 0', [0x00, 1]],
    ['a group, which nobody writes any more', [0x0b]],
  ])('refuses %s', (_name, bytes) => {
    const reader = new ProtoReader(Uint8Array.from(bytes));
    expect(() => {
      reader.next();
      reader.skip();
    }).toThrow(RangeError);
  });
});
