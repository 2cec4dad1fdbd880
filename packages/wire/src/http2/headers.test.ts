import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeaderReader } from './header-reader.js';
import { writeHeaders } from './header-writer.js';

const hex = (text: string): Uint8Array => Uint8Array.from(text.replaceAll(' ', '').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

/** RFC 7541, C.3, C.4 and C.6, each after those before it on the same connection. */
const examples: readonly (readonly [name: string, size: number, blocks: readonly (readonly [block: string, ...headers: string[]])[]])[] = [
  [
    'as they are',
    4096,
    [
      ['828684410f7777772e6578616d706c652e636f6d', ':method', 'GET', ':scheme', 'http', ':path', '/', ':authority', 'www.example.com'],
      [
        '828684be58086e6f2d6361636865',
        ':method',
        'GET',
        ':scheme',
        'http',
        ':path',
        '/',
        ':authority',
        'www.example.com',
        'cache-control',
        'no-cache',
      ],
      [
        '828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565',
        ':method',
        'GET',
        ':scheme',
        'https',
        ':path',
        '/index.html',
        ':authority',
        'www.example.com',
        'custom-key',
        'custom-value',
      ],
    ],
  ],
  [
    'in Huffman’s code',
    4096,
    [
      ['828684418cf1e3c2e5f23a6ba0ab90f4ff', ':method', 'GET', ':scheme', 'http', ':path', '/', ':authority', 'www.example.com'],
      [
        '828684be5886a8eb10649cbf',
        ':method',
        'GET',
        ':scheme',
        'http',
        ':path',
        '/',
        ':authority',
        'www.example.com',
        'cache-control',
        'no-cache',
      ],
      [
        '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf',
        ':method',
        'GET',
        ':scheme',
        'https',
        ':path',
        '/index.html',
        ':authority',
        'www.example.com',
        'custom-key',
        'custom-value',
      ],
    ],
  ],
  [
    'from a small table that forgets',
    256,
    [
      [
        '3fe101 488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3',
        ':status',
        '302',
        'cache-control',
        'private',
        'date',
        'Mon, 21 Oct 2013 20:13:21 GMT',
        'location',
        'https://www.example.com',
      ],
      [
        '4883640effc1c0bf',
        ':status',
        '307',
        'cache-control',
        'private',
        'date',
        'Mon, 21 Oct 2013 20:13:21 GMT',
        'location',
        'https://www.example.com',
      ],
    ],
  ],
];

describe('HeaderReader', () => {
  it.each(examples)('reads headers %s', (_name, _size, blocks) => {
    const reader = new HeaderReader(10_000);
    for (const [block, ...headers] of blocks) expect(reader.read(hex(block))).toEqual(headers);
  });

  it('reads the same block again as it was, and anew once the table has changed', () => {
    const reader = new HeaderReader(10_000);
    reader.read(hex('400161 0131')); // a: 1 gets the number 62
    const again = reader.read(hex('be'));
    expect(again).toEqual(['a', '1']);
    expect(reader.read(hex('be'))).toBe(again);
    reader.read(hex('400162 0132')); // b: 2 is 62 now, and a: 1 is 63
    expect(reader.read(hex('be'))).toEqual(['b', '2']);
    expect(reader.read(hex('bf'))).toEqual(['a', '1']);
  });

  it('says of headers that are too large that they are, and goes on', () => {
    const reader = new HeaderReader(100);
    expect(reader.read(writeHeaders([['a', 'x'.repeat(80)]]))).toBeNull();
    expect(reader.read(hex('400161 0131'))).toEqual(['a', '1']);
    expect(reader.read(hex('bebebebe'))).toBeNull();
    expect(reader.read(hex('be'))).toEqual(['a', '1']);
  });

  it.each([
    ['80', 'a header with the number 0'],
    ['be', 'one that is not there'],
    ['41', 'no value'],
    ['4105 61', 'a text that is cut off'],
    ['ffffffffffffff', 'a number without end'],
    ['3fe2ff03', 'a table that was not offered'],
    ['82 20', 'a table that changes behind a header'],
    ['418161', 'half a character'],
    ['4184ffffffff', 'the mark of the end'],
    ['4182ffff', 'padding of more than a byte'],
    ['418100', 'padding of noughts'],
  ])('throws for %s: %s', (block) => {
    expect(() => new HeaderReader(10_000).read(hex(block))).toThrow(RangeError);
  });

  it('reads what was written, and throws nothing but a RangeError whatever comes', () => {
    const name = fc.stringMatching(/^[a-z-]{1,40}$/);
    const value = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 300 });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (headers) => {
        expect(new HeaderReader(1_000_000).read(writeHeaders(headers))).toEqual(headers.flat());
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 10 }), (blocks) => {
        const reader = new HeaderReader(500);
        try {
          for (const block of blocks) reader.read(block);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
