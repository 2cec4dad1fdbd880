import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rcodes, recordTypes } from './codes.js';
import { parseName, type WireName } from './name.js';
import { decodeQuery } from './query.js';
import { DnsWriter, type OptRecord } from './writer.js';

function query(edns: Partial<OptRecord> | null = null, flags = 0x0100): Uint8Array {
  const writer = new DnsWriter(new Uint8Array(512));
  writer.question(parseName('web.service.rollcall') as WireName, recordTypes.SRV);
  if (edns !== null) writer.opt({ udpBytes: 4096, ...edns });
  return writer.finish(0x1234, flags).slice();
}

function header(...words: readonly number[]): readonly number[] {
  return words.flatMap((word) => [word >> 8, word & 0xff]);
}

const QUESTION = [1, 0x61, 0, 0, 1, 0, 1];
const OPT = [0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0];

describe('a query', () => {
  it('is read without EDNS', () => {
    const bytes = query();
    expect(decodeQuery(bytes)).toEqual({
      bytes,
      id: 0x1234,
      flags: 0x0100,
      rcode: rcodes.NOERROR,
      questionEnd: bytes.length,
      type: recordTypes.SRV,
      class: 1,
      edns: null,
    });
  });

  it('is read with EDNS, and options that nobody knows are passed over', () => {
    const cookie = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const options = [
      { code: 65_001, data: Uint8Array.of(1, 2) },
      { code: 10, data: cookie },
    ];
    expect(decodeQuery(query({ dnssec: true, options }))?.edns).toEqual({ udpBytes: 4096, version: 0, dnssec: true, cookie });
  });

  it.each<readonly [string, readonly number[], number | undefined]>([
    ['nothing', [], undefined],
    ['half a header', [0, 1, 0, 0], undefined],
    ['an answer', [...header(1, 0x8000, 1, 0, 0, 0), ...QUESTION], undefined],
    ['a question', [...header(1, 0, 1, 0, 0, 0), ...QUESTION], rcodes.NOERROR],
    ['another operation', [...header(1, 0x2800, 1, 0, 0, 0), ...QUESTION], rcodes.NOTIMP],
    ['no question', header(1, 0, 0, 0, 0, 0), rcodes.FORMERR],
    [
      'no question, but a cookie',
      [...header(1, 0, 0, 0, 0, 1), 0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 12, 0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8],
      rcodes.NOERROR,
    ],
    ['no question, and no cookie', [...header(1, 0, 0, 0, 0, 1), ...OPT], rcodes.FORMERR],
    ['two questions', [...header(1, 0, 2, 0, 0, 0), ...QUESTION, ...QUESTION], rcodes.FORMERR],
    ['a question cut short', [...header(1, 0, 1, 0, 0, 0), 1, 0x61, 0, 0, 1], rcodes.FORMERR],
    ['a pointer in the question', [...header(1, 0, 1, 0, 0, 0), 0xc0, 12, 0, 1, 0, 1], rcodes.FORMERR],
    ['something behind it', [...header(1, 0, 1, 0, 0, 0), ...QUESTION, 0], rcodes.FORMERR],
    ['a record that is promised', [...header(1, 0, 1, 0, 0, 1), ...QUESTION], rcodes.FORMERR],
    ['EDNS', [...header(1, 0, 1, 0, 0, 1), ...QUESTION, ...OPT], rcodes.NOERROR],
    ['EDNS twice', [...header(1, 0, 1, 0, 0, 2), ...QUESTION, ...OPT, ...OPT], rcodes.FORMERR],
    ['EDNS among the answers', [...header(1, 0, 1, 1, 0, 0), ...QUESTION, ...OPT], rcodes.FORMERR],
    ['EDNS of a name', [...header(1, 0, 1, 0, 0, 1), ...QUESTION, 0xc0, 12, ...OPT.slice(1)], rcodes.FORMERR],
    ['EDNS of another version', [...header(1, 0, 1, 0, 0, 1), ...QUESTION, 0, 0, 41, 4, 0xd0, 0, 1, 0, 0, 0, 3, 9, 9, 9], rcodes.BADVERS],
    ['an option cut short', [...header(1, 0, 1, 0, 0, 1), ...QUESTION, ...OPT.slice(0, -1), 5, 0, 9, 0, 2, 1], rcodes.FORMERR],
    [
      'a cookie too short',
      [...header(1, 0, 1, 0, 0, 1), ...QUESTION, ...OPT.slice(0, -1), 11, 0, 10, 0, 7, 1, 2, 3, 4, 5, 6, 7],
      rcodes.FORMERR,
    ],
    ['records that nobody asked for', [...header(1, 0, 1, 0, 0, 1), ...QUESTION, 0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 0], rcodes.NOERROR],
  ])('%s', (_what, bytes, rcode) => {
    expect(decodeQuery(Uint8Array.from(bytes))?.rcode).toBe(rcode);
  });

  it('is never thrown at', () => {
    const valid = query({ options: [{ code: 10, data: new Uint8Array(8) }] });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: valid.length - 1 }), fc.nat({ max: 255 })), { maxLength: 6 }),
        fc.nat({ max: valid.length }),
        (edits, cut) => {
          const bytes = valid.slice(0, cut);
          for (const [at, byte] of edits) if (at < cut) bytes[at] = byte;
          const read = decodeQuery(bytes);
          if (read !== undefined) expect(read.questionEnd).toBeLessThanOrEqual(Math.max(12, bytes.length));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
