import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressBytes, dashedOf, hexOf, readDashed, readHex, readReverse } from './addresses.js';

describe('an address', () => {
  it.each<readonly [string, string | null]>([
    ['10.0.0.5', '0a000005'],
    ['255.255.255.255', 'ffffffff'],
    ['256.0.0.1', null],
    ['1.2.3', null],
    ['1.2.3.4.5', null],
    ['1..2.3', null],
    ['', null],
    ['db.internal', null],
    ['::1', '00000000000000000000000000000001'],
    ['fd00::2', 'fd000000000000000000000000000002'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['::ffff:10.0.0.5', '00000000000000000000ffff0a000005'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['1::2::3', null],
    ['fe80::1%eth0', null],
    [':::', null],
    ['12345::', null],
  ])('%s is %s', (text, hex) => {
    const bytes = addressBytes(text);
    expect(bytes && hexOf(bytes)).toBe(hex);
  });

  const anyAddress = fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }));

  it('is the same in every spelling', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        expect(readHex(hexOf(address))).toEqual(address);
        expect(readDashed(dashedOf(address))).toEqual(address);
        const labels = address.length === 4 ? Array.from(address, String) : hexOf(address).split('');
        expect(readReverse(labels.toReversed(), address.length === 4 ? 4 : 6)).toEqual(address);
      }),
    );
  });
});
