import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRollcallError } from '../errors.js';
import type { FieldProblem } from '../catalog/value-kind.js';
import { anyFields } from '../catalog/instance.fixture.js';
import { readRegistration } from './read-registration.js';

const origin = { face: 'test' };

function problemsOf(input: unknown): readonly FieldProblem[] {
  try {
    readRegistration(input, origin);
  } catch (error) {
    if (isRollcallError(error, 'invalid-request')) return error.details['problems'] as readonly FieldProblem[];
    throw error;
  }
  return [];
}

describe('readRegistration', () => {
  it('fills in what is usual', () => {
    expect(readRegistration({ service: 'Payments', host: '10.0.0.5', port: 8080 }, origin)).toEqual({
      namespace: 'default',
      service: 'Payments',
      id: 'payments-10.0.0.5-8080',
      host: '10.0.0.5',
      port: 8080,
      ports: {},
      tags: [],
      metadata: {},
      weight: 1,
      zone: null,
      region: null,
      version: null,
      machine: null,
      checks: [{ id: 'heartbeat', type: 'heartbeat', ttlMs: 30_000, born: 'passing' }],
      deregisterAfterMs: 90_000,
      origin,
    });
  });

  it.each([
    ['a static instance never departs by itself', { ttl: 'none' }, { checks: [], deregisterAfterMs: null }],
    ['its own term counts nevertheless', { ttl: 'none', deregisterAfter: '1m' }, { checks: [], deregisterAfterMs: 60_000 }],
    ['a beating one may stay for ever', { deregisterAfter: 'none' }, { deregisterAfterMs: null }],
    ['or go at once', { deregisterAfter: 0 }, { deregisterAfterMs: 0 }],
    ['null is as good as absent', { ttl: null, id: null, zone: null }, { zone: null, deregisterAfterMs: 90_000 }],
    [
      'it may begin otherwise than passing',
      { status: 'starting' },
      { checks: [{ id: 'heartbeat', type: 'heartbeat', ttlMs: 30_000, born: 'starting' }] },
    ],
    ['without a port the id has none', { port: null }, { id: 'a-h' }],
  ])('%s', (_what, fields, expected) => {
    expect(readRegistration({ service: 'a', host: 'h', port: 1, ...fields }, origin)).toMatchObject(expected);
  });

  it.each<[string, unknown, string[]]>([
    ['no object', [], ['body']],
    ['nothing', undefined, ['body']],
    ['an empty object', {}, ['service']],
    ['no id, and nothing to derive it from', { service: 'a' }, ['id']],
    [
      'a name too long to derive an id from',
      { service: 'a'.repeat(128), host: `${'h'.repeat(63)}.${'h'.repeat(63)}.${'h'.repeat(63)}` },
      ['id'],
    ],
    [
      'everything wrong',
      { service: ' ', id: '..', host: '0.0.0.0', port: '80', weight: 0.5, ttl: 1 },
      ['service', 'id', 'host', 'port', 'weight', 'ttl'],
    ],
    [
      'parts that are wrong',
      { service: 'a', id: 'b', tags: ['x', 5], ports: { 'a b': 1, 'http': 0 }, metadata: { k: {} } },
      ['ports', 'ports.http', 'tags[1]', 'metadata.k'],
    ],
    ['a status that no heartbeat could change', { service: 'a', id: 'b', ttl: 'none', status: 'warning' }, ['status']],
    ['too many tags', { service: 'a', id: 'b', tags: Array.from({ length: 65 }, () => 'x') }, ['tags']],
    ['unknown fields', { service: 'a', id: 'b', colour: 'red', toString: 1 }, ['colour', 'toString']],
    ['a prototype', JSON.parse('{"service":"a","id":"b","__proto__":{"host":"evil"}}'), ['__proto__']],
  ])('names what is wrong with %s', (_what, input, fields) => {
    expect(problemsOf(input).map(({ field }) => field)).toEqual(fields);
  });

  it('says what came and what is allowed, and repeats nothing large', () => {
    expect(problemsOf({ service: 'a', id: 'b', port: 'x'.repeat(5000) })).toEqual([
      { field: 'port', came: expect.stringMatching(/^"x{79}… \(5002 characters\)$/) as string, allowed: 'a whole number from 1 to 65535' },
    ]);
  });

  it('keeps metadata of any name, and no prototype is touched', () => {
    const { metadata } = readRegistration(JSON.parse('{"service":"a","id":"b","metadata":{"__proto__":"x","constructor":"y"}}'), origin);
    expect(Object.entries(metadata)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
    expect('x' in {}).toBe(false);
  });

  it('reads or refuses whatever comes, and throws nothing else', () => {
    fc.assert(fc.property(fc.anything({ withNullPrototype: true, withSparseArray: true }), (input) => void problemsOf(input)));
    const mutation = fc.tuple(fc.constantFrom('service', 'id', 'host', 'port', 'ports', 'tags', 'metadata', 'ttl', 'zone'), fc.anything());
    fc.assert(fc.property(anyFields, mutation, (fields, [name, value]) => void problemsOf({ ...fields, [name]: value })));
  });
});
