import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bornCircumstances, instanceOf } from '../catalog/instance.js';
import { anyRegistration, registration } from '../catalog/instance.fixture.js';
import { decodeInstanceRecord, encodeInstanceRecord, type InstanceRecord } from './records.js';
import { RegistrationReader, type PresentRecord } from './registration-reader.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';

const record: InstanceRecord = { ...registration(), incarnation: 1, registeredAtMs: 0, unknown: {} };
const value = encodeInstanceRecord(record);

/** As a store hands them over. */
function read(values: readonly Uint8Array[]): readonly (object | null)[] {
  const reader = new RegistrationReader();
  const once = reader.read(values.map(asRecord));
  // What is remembered of the first reading changes nothing.
  expect(reader.read(values.map(asRecord))).toEqual(once);
  return once;
}

function asRecord(bytes: Uint8Array): PresentRecord {
  return { key: new Uint8Array(), value: bytes, createRevision: 3, revision: 4 };
}

/** The slow way. What holds something that nobody here understands is not read in company. */
function byTheRules(bytes: Uint8Array): object | null {
  const found = decodeInstanceRecord(bytes);
  return found === null || Object.keys(found.unknown).length > 0 ? null : born(found);
}

function born(record: InstanceRecord): object {
  return instanceOf({ ...record, incarnation: record.incarnation || 3, createRevision: 3, revision: 4 }, bornCircumstances);
}

const anyRecord = fc
  .tuple(anyRegistration, fc.nat(), fc.nat())
  .map(([one, incarnation, registeredAtMs]) => encodeInstanceRecord({ ...one, incarnation, registeredAtMs, unknown: {} }));

/** Instances of one service, as they lie in the log: what they have in common stands behind what is each one's own. */
const anyNeighbours = fc
  .tuple(anyRegistration, fc.array(fc.tuple(anyRegistration, fc.boolean()), { maxLength: 4 }))
  .map(([one, others]) => [
    one,
    ...others.map(([other, isNeighbour]) => (isNeighbour ? { ...one, id: other.id, metadata: other.metadata } : other)),
  ])
  .map((all) => all.map((each, at) => encodeInstanceRecord({ ...each, incarnation: at, registeredAtMs: at, unknown: {} })));

/** Something else in one field of it, in the place of what was there or beside it. */
const anyMutant = fc
  .tuple(
    anyRecord,
    fc.constantFrom('format', 'service', 'host', 'port', 'ports', 'tags', 'metadata', 'checks', 'origin', 'kept', 'weight', 'future'),
    fc.json(),
  )
  .map(([bytes, name, json]) =>
    encodeUtf8(JSON.stringify({ ...(JSON.parse(decodeUtf8(bytes)) as object), [name]: JSON.parse(json) as unknown })),
  );

function withMetadata(text: string): Uint8Array {
  return encodeUtf8(decodeUtf8(encodeInstanceRecord({ ...record, metadata: { a: 'b' } })).replace('{"a":"b"}', text));
}

describe('reading registrations', () => {
  it('reads whatever comes just as the rules do, in every company', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anyRecord, anyMutant, fc.uint8Array()), { maxLength: 5 }), (values) => {
        expect(read(values)).toEqual(values.map(byTheRules));
      }),
    );
  });

  it('reads neighbours just as the rules do', () => {
    fc.assert(
      fc.property(anyNeighbours, fc.option(anyMutant), fc.nat(5), (records, stranger, at) => {
        const values = stranger === null ? records : records.toSpliced(at, 0, stranger);
        expect(read(values)).toEqual(values.map(byTheRules));
      }),
    );
  });

  it('reads one by itself as far as it is understood, and says whether that is all', () => {
    fc.assert(
      fc.property(fc.oneof(anyRecord, anyMutant), (bytes) => {
        const found = decodeInstanceRecord(bytes);
        const wanted = found && { born: born(found), isWhole: Object.keys(found.unknown).length === 0 };
        expect(new RegistrationReader().readOne(asRecord(bytes))).toEqual(wanted);
      }),
    );
  });

  it.each([
    ['half of it stands in each of two', [value.subarray(0, 40), value.subarray(40), value]],
    ['one holds two', [encodeUtf8(`${decodeUtf8(value)},${decodeUtf8(value)}`), value]],
    ['a list runs through several', [encodeUtf8('['), value, encodeUtf8(']')]],
    ['one is empty', [new Uint8Array(), value]],
    ['the metadata of one are broken', [withMetadata('{"a":"b",}'), value, withMetadata('{"a":"b"],["c":"d"}')]],
    ['the metadata of two are broken alike', [withMetadata('{"a":1}'), withMetadata('{"a":1}'), value]],
    ['the metadata of one are of no letters', [withMetadata('{"a":"\u0000"}'), value]],
    ['the metadata of one bear a name of objects', [withMetadata('{"__proto__":"a"}'), withMetadata('{"__proto__":"a"}'), value]],
    ['one ends with its own part', [encodeUtf8(decodeUtf8(value).replace(/,"weight".*/, '')), value]],
    ['one ends with its own part and is closed', [encodeUtf8(decodeUtf8(value).replace(/,"weight".*/, '}')), value]],
    ['one is no text', [Uint8Array.of(0xff), value]],
    ['one is a word', [encodeUtf8('null'), value]],
    [
      'one is only what its neighbour has in common',
      [value, encodeUtf8(decodeUtf8(value).slice(decodeUtf8(value).indexOf(',"weight":'))), value],
    ],
    [
      'one has twice what its neighbour has in common',
      [value, encodeUtf8(`${decodeUtf8(value).slice(0, -1)}${decodeUtf8(value).slice(decodeUtf8(value).indexOf(',"weight":'))}`)],
    ],
    ['one holds it within something unknown', [value, encodeUtf8(decodeUtf8(value).replace('"format"', '"future":{"format"').concat('}'))]],
  ])('is not led astray when %s', (_what, values) => {
    expect(read(values)).toEqual(values.map(byTheRules));
  });

  it('reads what was written before empty fields were left out', () => {
    const whole = { format: 1, ...record, unknown: undefined };
    expect(read([encodeUtf8(JSON.stringify(whole))])).toEqual([byTheRules(value)]);
  });

  it('is not misled by metadata with the names of fields', () => {
    const metadata = { a: '1', weight: '5', namespace: 'x', id: ',"weight":7' };
    const misleading = encodeInstanceRecord({ ...record, metadata });
    expect(read([misleading, value])).toEqual([byTheRules(misleading), byTheRules(value)]);
  });

  it('of none is none', () => expect(read([])).toEqual([]));
});
