import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { registration } from '../catalog/instance.fixture.js';
import { SharedNames } from '../view/shared-names.js';
import { OwnScanner } from './own-scanner.js';
import { encodeInstanceRecord } from './records.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';

const id = fc.stringMatching(/^[ !#-[\]-~]{1,40}$/);
const texts = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });
const number = fc.nat({ max: 999_999_999_999_999 });

const own = fc.record(
  { id, incarnation: number, registeredAtMs: number, host: id, port: fc.nat(65_535), machine: id, metadata: texts, kept: texts },
  { requiredKeys: ['id', 'incarnation', 'registeredAtMs'] },
);

function recordOf({ kept, ...fields }: Record<string, unknown>): Uint8Array {
  const origin = { face: 'native', ...(kept === undefined ? {} : { kept }) };
  const none = { host: null, port: null, machine: null, metadata: {} };
  return encodeInstanceRecord({ ...registration(), ...none, unknown: {}, ...fields, origin } as Parameters<typeof encodeInstanceRecord>[0]);
}

describe('the scanner of what is an instance’s own', () => {
  it('finds all of it as it is written here', () => {
    fc.assert(
      fc.property(fc.array(own, { maxLength: 6 }), (all) => {
        const scanner = new OwnScanner(new SharedNames());
        const scanned = all.map((one) => scanner.scan(recordOf(one)));
        const gathered = [...(scanner.gathered() ?? [])];
        let metadata: unknown = {};
        const found = scanned.map((one) => {
          const found = { id: gathered.shift(), host: one?.hasHost === true ? gathered.shift() : undefined };
          if (one?.metadata === 'gathered') metadata = gathered.shift();
          const kept = one?.isKept === true ? gathered.shift() : undefined;
          const { port, machine, incarnation, registeredAtMs } = one ?? {};
          return { ...found, port, machine, metadata: one?.metadata === 'none' ? {} : metadata, kept, incarnation, registeredAtMs };
        });
        const usual = { host: undefined, port: null, machine: null, metadata: {}, kept: undefined };
        expect(found.map(plain)).toEqual(all.map((one) => plain({ ...usual, ...one })));
        expect(gathered).toEqual([]);
      }),
    );
  });

  it('ends where the common part begins', () => {
    const record = recordOf({ id: 'a', incarnation: 1, registeredAtMs: 2 });
    const { end } = new OwnScanner(new SharedNames()).scan(record) ?? { end: 0 };
    expect(decodeUtf8(record.subarray(end))).toMatch(/^,"weight":1,/);
  });

  it.each([
    ['a sign', '"incarnation":1', '"incarnation":-1'],
    ['a fraction', '"incarnation":1', '"incarnation":1.5'],
    ['more digits than are exact', '"incarnation":1', '"incarnation":12345678901234567'],
    ['a zero in front', '"incarnation":1', '"incarnation":01'],
    ['a letter that stands for another', '"id":"a"', '"id":"\\u0061"'],
    ['a letter of another script', '"id":"a"', '"id":"ä"'],
    ['no letter at all', '"id":"a"', '"id":"\n"'],
    ['another format', '"format":1', '"format":2'],
    ['a table in a table', '"incarnation"', '"metadata":{"a":{}},"incarnation"'],
    ['no table', '"incarnation"', '"metadata":null,"incarnation"'],
    ['a field that nobody knows', '"incarnation"', '"future":1,"incarnation"'],
    ['another order', '"id":"a","incarnation":1', '"incarnation":1,"id":"a"'],
  ])('leaves %s to others, and gathers nothing of it', (_what, usual, otherwise) => {
    const scanner = new OwnScanner(new SharedNames());
    const record = encodeUtf8(decodeUtf8(recordOf({ id: 'a', incarnation: 1, registeredAtMs: 2 })).replace(usual, otherwise));
    expect(scanner.scan(record)).toBeNull();
    expect(scanner.gathered()).toEqual([]);
  });

  it('gathers however much there is, page after page', () => {
    const scanner = new OwnScanner(new SharedNames());
    for (const letters of [10, 60_000, 10, 200_000, 10]) {
      const all = Array.from({ length: 12 }, (_, at) => ({ a: `${at}`.padEnd(letters, '.') }));
      for (const metadata of all) scanner.scan(recordOf({ id: 'a', metadata, incarnation: 1, registeredAtMs: 2 }));
      expect(scanner.gathered()).toEqual(all.flatMap((metadata) => ['a', metadata]));
    }
  });

  it('is not led astray by a record that ends anywhere', () => {
    const record = recordOf({ id: 'a', host: 'h', port: 1, machine: 'm', metadata: { a: '"}' }, incarnation: 1, registeredAtMs: 2 });
    const scanner = new OwnScanner(new SharedNames());
    const end = scanner.scan(record)?.end ?? 0;
    for (let length = 0; length < end - 1; length++) expect(scanner.scan(record.subarray(0, length))).toBeNull();
    expect(scanner.gathered()).toEqual(['a', 'h', { a: '"}' }]);
  });
});

/** Tables that came by different ways. */
function plain(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}
