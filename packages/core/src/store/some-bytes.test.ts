import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../records/utf8.js';
import { fromText, toText } from './bytes.js';
import { filledBytes, someBytes } from './some-bytes.js';

it('gives each its own, whatever their lengths', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5000), { maxLength: 30 }), (lengths) => {
      const all = lengths.map((length, at) => someBytes(length).fill(at));
      all.forEach((bytes, at) => expect([bytes.length, bytes.every((one) => one === at % 256)]).toEqual([lengths[at], true]));
    }),
  );
});

it('takes back what was not filled', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(4000), fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 30 }), (wishes) => {
      const all = wishes.map(([lengthMax, share], at) =>
        filledBytes(lengthMax, (room) => {
          const length = Math.floor(lengthMax * share);
          room.fill(at, 0, length);
          return length;
        }),
      );
      all.forEach((bytes, at) => expect(bytes.every((one) => one === at % 256)).toBe(true));
    }),
  );
});

it('keeps texts apart, in both codes', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 3000 }), { maxLength: 10 }), (texts) => {
      const [whole, plain] = [texts, texts.map((text) => toText(encodeUtf8(text)))];
      const [encoded, keys] = [whole.map(encodeUtf8), plain.map(fromText)];
      expect(encoded.map(decodeUtf8)).toEqual(whole);
      expect(keys.map(toText)).toEqual(plain);
    }),
  );
});
