import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes, compareToText, fromText, toText } from './bytes.js';

const anyBytes = fc.uint8Array({ maxLength: 40 });

/** Often equal, often one the beginning of the other. */
const fewBytes = fc.array(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), { maxLength: 4 }).map((bytes) => Uint8Array.from(bytes));

describe('bytes as text', () => {
  it.each([
    [[], ''],
    [[0], '\0'],
    [[97, 98], 'ab'],
    [[0x7f, 0x80, 0xff], '\x7f\x80\xff'],
  ])('writes %j as %j', (bytes, text) => {
    expect(toText(Uint8Array.from(bytes))).toBe(text);
    expect(fromText(text)).toEqual(Uint8Array.from(bytes));
  });

  it('is compared with bytes as they are with one another', () => {
    fc.assert(
      fc.property(fewBytes, fewBytes, (bytes, others) => {
        expect(Math.sign(compareToText(bytes, toText(others)))).toBe(Math.sign(compareBytes(bytes, others)));
      }),
    );
  });

  it('comes back as the same bytes', () => {
    fc.assert(fc.property(anyBytes, (bytes) => compareBytes(fromText(toText(bytes)), bytes) === 0));
  });

  it('has one character per byte, also where it is put together from chunks', () => {
    for (const length of [8_191, 8_192, 8_193, 100_000]) {
      const bytes = Uint8Array.from({ length }, (_, at) => at % 251);
      const text = toText(bytes);
      expect(text.length).toBe(length);
      expect(fromText(text)).toEqual(bytes);
    }
  });

  it('takes a view for the bytes that it shows', () => {
    const whole = Uint8Array.from([1, 2, 3, 4]);
    expect(toText(whole.subarray(1, 3))).toBe('\x02\x03');
    expect(toText(Buffer.from(whole).subarray(2))).toBe('\x03\x04');
  });

  it('compares as the bytes do', () => {
    fc.assert(
      fc.property(fewBytes, fewBytes, (left, right) => {
        const [leftText, rightText] = [toText(left), toText(right)];
        expect(Math.sign(compareBytes(left, right))).toBe(leftText < rightText ? -1 : leftText > rightText ? 1 : 0);
      }),
    );
  });
});

describe('comparing bytes', () => {
  it.each([
    ['', '', 0],
    ['', '\0', -1],
    ['a', 'a\0', -1],
    ['a\xff', 'b', -1],
    ['\x7f', '\x80', -1],
    ['ab', 'ab', 0],
    ['\xff', '\xfe\xff', 1],
  ])('puts %j and %j in order', (left, right, order) => {
    expect(Math.sign(compareBytes(fromText(left), fromText(right)))).toBe(order);
    expect(Math.sign(compareBytes(fromText(right), fromText(left)))).toBe(order === 0 ? 0 : -order);
  });

  it('agrees with Node', () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (left, right) => {
        expect(Math.sign(compareBytes(left, right))).toBe(Buffer.compare(left, right));
      }),
    );
  });
});
