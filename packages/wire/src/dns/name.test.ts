import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatName, labelsOf, nameEnd, nameOf, parseName, plainNameEnd, readName } from './name.js';

const anyLabel = fc.uint8Array({ minLength: 1, maxLength: 63 });
const anyName = fc
  .array(anyLabel, { maxLength: 12 })
  .map((labels) => nameOf(labels))
  .filter((name) => name !== undefined);

describe('a name', () => {
  it('as text is the same name again, whatever its bytes', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        expect(parseName(formatName(name))).toEqual(name);
      }),
    );
  });

  it('is read where it was written, and ends there', () => {
    fc.assert(
      fc.property(anyName, fc.uint8Array({ maxLength: 20 }), (name, before) => {
        const bytes = Uint8Array.of(...before, ...name, 9, 9);
        const end = before.length + name.length;
        expect(readName(bytes, before.length)).toEqual({ name, end });
        expect([plainNameEnd(bytes, before.length, bytes.length), nameEnd(bytes, before.length, bytes.length)]).toEqual([end, end]);
      }),
    );
  });

  it.each([
    ['.', [0]],
    ['', [0]],
    ['a.', [1, 0x61, 0]],
    ['a', [1, 0x61, 0]],
    ['a.b', [1, 0x61, 1, 0x62, 0]],
    ['a\\.b', [3, 0x61, 0x2e, 0x62, 0]],
    ['\\000\\255', [2, 0, 255, 0]],
  ])('%j is %j', (text, bytes) => {
    expect(parseName(text)).toEqual(Uint8Array.from(bytes));
  });

  it.each(['a..b', '.a', 'x'.repeat(64), '\\256', 'a\\', 'ü€', Array.from({ length: 128 }, () => 'a').join('.')])('%j is none', (text) => {
    expect(parseName(text)).toBeUndefined();
  });

  it('of 255 bytes is the longest', () => {
    const label = 'x'.repeat(63);
    expect(parseName([label, label, label, 'x'.repeat(61)].join('.'))?.length).toBe(255);
    expect(parseName([label, label, label, 'x'.repeat(62)].join('.'))).toBeUndefined();
  });
});

describe('pointers', () => {
  it('lead to the rest of a name', () => {
    const bytes = Uint8Array.of(1, 0x61, 0, 1, 0x62, 0xc0, 0);
    const read = readName(bytes, 3);
    expect(read && [labelsOf(read.name).map(([byte]) => byte), read.end]).toEqual([[0x62, 0x61], 7]);
  });

  it.each([
    ['to themselves', [0xc0, 0], 0],
    ['forward', [0xc0, 2, 1, 0x61, 0], 0],
    ['in a circle', [1, 0x61, 0xc0, 0], 0],
    ['cut in the middle', [0xc0], 0],
    ['of another kind', [0x40, 0x61, 0], 0],
    ['out of the message', [1], 0],
  ])('%s lead nowhere', (_what, bytes, at) => {
    expect(readName(Uint8Array.from(bytes), at)).toBeUndefined();
  });

  it('one behind the other keep nobody busy', () => {
    const chain = Uint8Array.from({ length: 4000 }, (_, at) => (at < 2 ? 0 : at % 2 === 0 ? 0xc0 + ((at - 2) >> 8) : (at - 3) & 0xff));
    expect(readName(chain, 3998)).toBeUndefined();
    expect(readName(chain, 100)?.name).toEqual(Uint8Array.of(0));
  });
});
