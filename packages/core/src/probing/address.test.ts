import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIn, readAddress, readAddressRange } from './address.js';

const bytesOf = (value: number): readonly number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];

/** Every way in which people and attackers write one number. */
const spelledNumber = (number: number): fc.Arbitrary<string> =>
  fc.constantFrom(
    String(number),
    `0x${number.toString(16)}`,
    `0X00${number.toString(16)}`,
    `0${number.toString(8)}`,
    `000${number.toString(8)}`,
  );

const spelledIpv4 = (value: number): fc.Arbitrary<string> => {
  const [a = 0, b = 0, c = 0, d = 0] = bytesOf(value);
  const forms = [[a, b, c, d], [a, b, c * 256 + d], [a, (b * 256 + c) * 256 + d], [value]];
  return fc.constantFrom(...forms).chain((parts) => fc.tuple(...parts.map(spelledNumber)).map((texts) => texts.join('.')));
};

const dotted = (value: number): string => bytesOf(value).join('.');

describe('an address', () => {
  it('is the same in every spelling', () => {
    const spelled = fc.integer({ min: 0, max: 0xffff_ffff }).chain((value) => spelledIpv4(value).map((text) => [value, text] as const));
    fc.assert(
      fc.property(spelled, ([value, text]) => {
        expect(readAddress(text)).toEqual({ family: 4, value: BigInt(value) });
      }),
    );
  });

  it('is found within those that stand for it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0x1_0000, max: 0xffff_ffff }), (value) => {
        const [high, low] = [(value >>> 16).toString(16), (value & 0xffff).toString(16)];
        for (const text of [
          `::ffff:${dotted(value)}`,
          `::FFFF:${high}:${low}`,
          `64:ff9b::${high}:${low}`,
          `::${dotted(value)}`,
          `2002:${high}:${low}::1`,
        ])
          expect(readAddress(text), text).toEqual({ family: 4, value: BigInt(value) });
      }),
    );
  });

  it.each([
    ['::1', 1n],
    ['::', 0n],
    ['[fe80::1%eth0]', 0xfe80n * 2n ** 112n + 1n],
    ['1:2:3:4:5:6:7:8', 0x0001_0002_0003_0004_0005_0006_0007_0008n],
  ])('%s is one of IPv6', (text, value) => {
    expect(readAddress(text)).toEqual({ family: 6, value });
  });

  it.each([
    '',
    'web',
    '1.2.3.4.5',
    '256.1.1.1',
    '1.2.65536',
    '4294967296',
    '08.1.1.1',
    '0x7g.1',
    '1::2::3',
    ':::',
    '1:2:3:4:5:6:7',
    '12345::',
    'a.b.c.d',
    '1..2',
  ])('%j is none', (text) => expect(readAddress(text)).toBeNull());
});

describe('a range of addresses', () => {
  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.1.2.3/16', '10.1.0.0', true],
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', 'fe80::1', false],
    ['fd00::/8', 'fdff::1', true],
    ['::ffff:0:0/96', '1.2.3.4', false],
  ])('%s and %s', (range, address, inside) => {
    const [one, all] = [readAddress(address), readAddressRange(range)];
    expect(one !== null && all !== null && isIn(one, all)).toBe(inside);
  });

  it.each(['', '10.0.0.0/33', '10.0.0/8', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1', 'fd00::/129', 'web/8'])('%j is none', (text) => {
    expect(readAddressRange(text)).toBeNull();
  });
});
