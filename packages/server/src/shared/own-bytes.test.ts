import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownBytes } from './own-bytes.js';

describe('bytes of one’s own', () => {
  it('are what they were copied from, whatever becomes of that and however many follow', () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.uint8Array({ minLength: 3_000, maxLength: 5_000, size: 'max' }));
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 60 }), (all) => {
        const expected = all.map((one) => Buffer.from(one).toString('hex'));
        const copies = all.map((one) => ownBytes(one));
        for (const one of all) one.fill(0);
        expect(copies.map((copy) => copy.toString('hex'))).toEqual(expected);
      }),
    );
  });

  it('are as many as the buffer says that it has', () => {
    const shorter = Object.defineProperty(Buffer.from('abcdef'), 'length', { value: 3 });
    expect(ownBytes(shorter).toString()).toBe('abc');
  });
});
