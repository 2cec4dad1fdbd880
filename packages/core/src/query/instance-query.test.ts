import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optional } from '../catalog/fields.js';
import { isRollcallError } from '../errors.js';
import { Namespace } from '../catalog/names.js';
import { inRotationQuery, readInstanceQuery } from './instance-query.js';

const others = { namespace: optional(Namespace, Namespace.default) };
const read = (parameters: Readonly<Record<string, unknown>>): unknown => readInstanceQuery(parameters, others);

function refusedFields(parameters: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    read(parameters);
    return [];
  } catch (error) {
    if (!isRollcallError(error, 'invalid-request')) throw error;
    return (error.details['problems'] as readonly { readonly field: string }[]).map(({ field }) => field);
  }
}

describe('readInstanceQuery', () => {
  it('without parameters asks for whoever should be called', () => {
    expect(read({})).toEqual({ namespace: 'default', query: inRotationQuery });
  });

  it.each([
    ['health', { health: 'any' }, { health: 'any' }],
    ['one tag', { tag: 'a' }, { tags: ['a'] }],
    ['several tags', { tag: ['a', 'b'] }, { tags: ['a', 'b'] }],
    ['metadata', { 'meta.team': 'core' }, { metadata: { team: 'core' } }],
    ['version and zone', { version: '1.2', zone: 'a' }, { version: '1.2', zone: 'a' }],
    ['a place', { near: 'a' }, { near: { zone: 'a', region: null } }],
    ['a place in a region', { near: 'eu/a' }, { near: { zone: 'a', region: 'eu' } }],
    ['a limit', { limit: '3' }, { limit: 3 }],
  ])('understands %s', (_what, parameters, expected) => {
    expect(read(parameters)).toMatchObject({ query: expected });
  });

  it('takes metadata of any name', () => {
    expect(read({ 'meta.a.b': 'x', 'meta.__proto__': 'y' })).toMatchObject({
      query: {
        metadata: Object.fromEntries([
          ['a.b', 'x'],
          ['__proto__', 'y'],
        ]),
      },
    });
  });

  it.each([
    ['another health', { health: 'rotation' }, ['health']],
    ['an empty tag', { tag: '' }, ['tag']],
    ['a limit of nothing', { limit: '0' }, ['limit']],
    ['half a limit', { limit: '1.5' }, ['limit']],
    ['a place without a zone', { near: 'eu/' }, ['near']],
    ['metadata without a key', { 'meta.': 'x' }, ['meta.']],
    ['metadata twice', { 'meta.a': ['x', 'y'] }, ['meta.a']],
    ['too much metadata', Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`meta.k${at}`, 'v'])), ['meta.KEY']],
    ['what nobody knows', { colour: 'red' }, ['colour']],
    ['all that is wrong', { zone: '', limit: 'x' }, ['zone', 'limit']],
  ])('names what is wrong with %s', (_what, parameters, fields) => expect(refusedFields(parameters)).toEqual(fields));

  it('reads or refuses whatever comes', () => {
    const name = fc.constantFrom('health', 'tag', 'near', 'limit', 'zone', 'meta.a', 'meta.', 'x');
    fc.assert(fc.property(fc.dictionary(name, fc.anything()), (parameters) => void refusedFields(parameters)));
  });
});
