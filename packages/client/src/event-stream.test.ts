import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventStreamReader, type EventBlock } from './event-stream.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (...pieces: string[]): readonly EventBlock[] => {
  const reader = new EventStreamReader();
  return pieces.flatMap((piece) => reader.push(bytes(piece)));
};

describe('a stream of events', () => {
  it.each<[string, string, object[]]>([
    ['an event', 'event: change\nid: e-1\ndata: {}\n\n', [{ event: 'change', id: 'e-1', data: '{}' }]],
    ['one without a name', 'data: x\n\n', [{ event: 'message', id: '', data: 'x' }]],
    ['several lines of data', 'data: a\ndata\ndata:b\n\n', [{ event: 'message', id: '', data: 'a\n\nb' }]],
    ['a pulse that moves the place on', 'id: 1\ndata: x\n\n: pulse\nid: 2\n\n', [{ id: '1' }, { data: null, id: '2' }]],
    ['a place that stays', 'id: 1\ndata: x\n\ndata: y\n\n', [{ id: '1' }, { data: 'y', id: '1' }]],
    ['when to come back', ': hello\nretry: 700\n\n', [{ data: null, retryMs: 700 }]],
    ['a nonsensical time', 'retry: soon\n\n', [{ data: null }]],
    ['a place with a zero in it', 'id: a\0b\ndata: x\n\n', [{ id: '' }]],
    ['a mark at its beginning', '\uFEFFdata: x\n\n', [{ data: 'x' }]],
    ['what nobody knows', 'colour: red\nno colon\ndata: x\n\n', [{ data: 'x' }]],
    ['what is not finished', 'data: x\n', []],
    ['nothing between two ends', '\n\n\r\n', []],
  ])('has %s', (_what, text, expected) => {
    expect(read(text)).toMatchObject(expected);
    expect(read(text)).toHaveLength(expected.length);
  });

  it('is the same in whatever pieces it comes, and however its lines end', () => {
    const line = fc.oneof(
      fc.constantFrom('', 'data: ü😀', 'data:', 'id: e-7', 'event: change', ': pulse', 'retry: 5', 'data: {"a":1}'),
      fc.string({ unit: 'grapheme', maxLength: 9 }).filter((text) => !/[\r\n\uFEFF]/.test(text)),
    );
    const lines = fc.array(fc.record({ line, end: fc.constantFrom('\n', '\r\n', '\r') }), { maxLength: 30 });
    fc.assert(
      fc.property(lines, fc.array(fc.nat({ max: 40 }), { maxLength: 30 }), (lines, sizes) => {
        const uniform = lines.map(({ line }) => `${line}\n`).join('');
        // An empty line that ends with a line feed, behind a carriage return, is no empty line.
        const text = lines.map(({ line, end }, at) => line + (lines[at + 1]?.line === '' && end === '\r' ? '\r\n' : end)).join('');
        const all = bytes(text);
        const reader = new EventStreamReader();
        let from = 0;
        const blocks = [...sizes, all.length].flatMap((size) => reader.push(all.subarray(from, (from += size))));
        expect(blocks).toEqual(read(uniform));
      }),
    );
  });

  it('is not believed without an end', () => {
    for (const text of [`data: ${'x'.repeat(100)}`, 'data: x\n'.repeat(20)]) {
      const reader = new EventStreamReader('', 50);
      expect(() => bytes(text).forEach((byte) => reader.push(Uint8Array.of(byte)))).toThrow(RangeError);
    }
    const reader = new EventStreamReader('', 50);
    for (let times = 0; times < 20; times++) expect(reader.push(bytes('data: x\n\n'))).toHaveLength(1);
  });

  it('knows where it was', () => {
    expect(new EventStreamReader('e-3').push(bytes('data: x\n\n'))).toMatchObject([{ id: 'e-3' }]);
  });
});
