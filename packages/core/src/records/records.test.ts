import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { healths, verdictReasons } from '../catalog/health.js';
import { anyRegistration, registration } from '../catalog/instance.fixture.js';
import { decodeHealthRecord, decodeInstanceRecord, encodeHealthRecord, encodeInstanceRecord, type InstanceRecord } from './records.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';

const anyUnknown = fc.dictionary(
  fc.constantFrom('future', '__proto__', 'x-note'),
  fc.json().map((text) => JSON.parse(text) as unknown),
);

function json(record: InstanceRecord): Record<string, unknown> {
  return JSON.parse(decodeUtf8(encodeInstanceRecord(record))) as Record<string, unknown>;
}

const plain: InstanceRecord = { ...registration(), incarnation: 1, registeredAtMs: 0, unknown: {} };

describe('an instance record', () => {
  it('is read as it was written, unknown fields included', () => {
    fc.assert(
      fc.property(anyRegistration, fc.nat(), anyUnknown, (one, incarnation, fields) => {
        // `null` and absent are the same in a record.
        const unknown = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
        const record = { ...one, incarnation, registeredAtMs: 5, unknown };
        expect(decodeInstanceRecord(encodeInstanceRecord(record))).toEqual(record);
      }),
    );
  });

  it('has the terms of its checks', () => {
    const [check] = plain.checks;
    const record = {
      ...plain,
      checks:
        check === undefined
          ? []
          : [
              { ...check, deregisterAfterMs: 60_000 },
              { ...check, id: 'b' },
            ],
    };
    expect(decodeInstanceRecord(encodeInstanceRecord(record))).toEqual(record);
    const fields = json(record) as { readonly checks: readonly object[] };
    const wrong = { ...fields, checks: [{ ...fields.checks[0], deregisterAfterMs: 'soon' }] };
    expect(decodeInstanceRecord(encodeUtf8(JSON.stringify(wrong)))).toBeNull();
  });

  it('is JSON with a format version', () => {
    expect(json(plain)).toMatchObject({ format: 1, service: 'payments', host: '10.0.0.5', checks: [{ type: 'heartbeat', ttlMs: 30_000 }] });
  });

  it.each<[string, (fields: Record<string, unknown>) => unknown]>([
    ['a newer format', (fields) => ({ ...fields, format: 2 })],
    ['no format', (fields) => ({ ...fields, format: undefined })],
    ['no service', (fields) => ({ ...fields, service: undefined })],
    ['half a character in the id', (fields) => ({ ...fields, id: '\ud83d' })],
    ['a port of text', (fields) => ({ ...fields, port: '80' })],
    ['tags of numbers', (fields) => ({ ...fields, tags: [1] })],
    ['an unknown type of check', (fields) => ({ ...fields, checks: [{ id: 'a', type: 'seance', ttlMs: 1 }] })],
    ['a time that no date can show', (fields) => ({ ...fields, registeredAtMs: 1e300 })],
    ['a list', () => []],
  ])('with %s cannot be read', (_what, change) => {
    expect(decodeInstanceRecord(encodeUtf8(JSON.stringify(change(json(plain)))))).toBeNull();
  });

  it('of any bytes is null at worst', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => decodeInstanceRecord(bytes) === null));
    fc.assert(fc.property(fc.json(), (text) => void decodeInstanceRecord(encodeUtf8(text))));
  });
});

describe('a health record', () => {
  const verdict = fc.record({
    status: fc.constantFrom(...healths),
    reason: fc.constantFrom(...verdictReasons),
    sinceMs: fc.integer(),
    output: fc.string({ unit: 'grapheme' }),
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('heartbeat', '__proto__', 'http'), verdict), (verdicts) => {
        const record = { verdicts, heldSinceMs: null, unknown: {} };
        expect(decodeHealthRecord(encodeHealthRecord(record))).toEqual(record);
      }),
    );
  });

  it('of any bytes is null at worst', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => decodeHealthRecord(bytes) === null));
  });
});
