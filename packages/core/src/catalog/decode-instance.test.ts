import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeInstanceRecords, type ReadInstance } from './decode-instance.js';
import { anyRegistration, registration } from './instance.fixture.js';
import { decodeInstanceRecord, encodeInstanceRecord, type InstanceRecord } from './records.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';

const record: InstanceRecord = { ...registration(), incarnation: 1, registeredAtMs: 0, unknown: {} };
const value = encodeInstanceRecord(record);

/** As the rules read it, whatever was left out. */
function filled(read: ReadInstance | null | undefined): object | null {
  if (read === null || read === undefined) return null;
  const { format: _, unknown: _unknown, ...fields } = read as ReadInstance & { format?: number; unknown?: object };
  const usual = { ports: {}, tags: [], metadata: {}, host: null, port: null, zone: null, region: null, version: null, machine: null };
  const checks = (read.checks ?? []).map((check) => ({ born: 'passing', ...check }));
  return { ...usual, deregisterAfterMs: null, ...fields, checks };
}

/** The slow way, without what nobody here understands. */
function byTheRules(bytes: Uint8Array): object | null {
  const read = decodeInstanceRecord(bytes);
  if (read === null) return null;
  const { unknown: _, ...fields } = read;
  return fields;
}

const anyRecord = fc
  .tuple(anyRegistration, fc.nat(), fc.nat())
  .map(([one, incarnation, registeredAtMs]) => encodeInstanceRecord({ ...one, incarnation, registeredAtMs, unknown: {} }));

/** Something else in one field of it, in the place of what was there or beside it. */
const anyMutant = fc
  .tuple(
    anyRecord,
    fc.constantFrom('format', 'service', 'host', 'port', 'ports', 'tags', 'metadata', 'checks', 'origin', 'weight', 'future'),
    fc.json(),
  )
  .map(([bytes, name, json]) =>
    encodeUtf8(JSON.stringify({ ...(JSON.parse(decodeUtf8(bytes)) as object), [name]: JSON.parse(json) as unknown })),
  );

describe('decodeInstanceRecords', () => {
  it('reads whatever comes just as the rules do, in every company', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anyRecord, anyMutant, fc.uint8Array()), { maxLength: 5 }), (values) => {
        expect(decodeInstanceRecords(values).map(filled)).toEqual(values.map(byTheRules));
      }),
    );
  });

  it.each([
    ['half of it stands in each of two', [value.subarray(0, 40), value.subarray(40), value]],
    ['one holds two', [encodeUtf8(`${decodeUtf8(value)},${decodeUtf8(value)}`), value]],
    ['a list runs through several', [encodeUtf8('['), value, encodeUtf8(']')]],
    ['one is empty', [new Uint8Array(), value]],
    ['one is no text', [Uint8Array.of(0xff), value]],
    ['one is a word', [encodeUtf8('null'), value]],
  ])('is not led astray when %s', (_what, values) => {
    expect(decodeInstanceRecords(values).map(filled)).toEqual(values.map(byTheRules));
  });

  it('reads what was written before empty fields were left out', () => {
    const whole = { format: 1, ...record, unknown: undefined };
    expect(filled(decodeInstanceRecords([encodeUtf8(JSON.stringify(whole))])[0])).toEqual(byTheRules(value));
  });

  it('of none is none', () => expect(decodeInstanceRecords([])).toEqual([]));
});
