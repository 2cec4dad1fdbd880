import { describe, expect, it } from 'vitest';
import { readMachineWish, readModeChange, readPatch, readWord } from './read-changes.js';

const refused = (field: string): object => ({
  code: 'invalid-request',
  details: { problems: [expect.objectContaining({ field }) as object] },
});

describe('readModeChange', () => {
  it.each([
    [{ mode: 'in' }, { mode: 'in' }],
    [
      { mode: 'out', reason: 'a new disk' },
      { mode: 'out', reason: 'a new disk' },
    ],
    [
      { mode: 'draining', drainTime: '30s' },
      { mode: 'draining', drainTimeMs: 30_000 },
    ],
  ])('%j', (input, change) => {
    expect(readModeChange(input)).toEqual(change);
  });

  it.each([
    [{}, 'mode'],
    [{ mode: 'gone' }, 'mode'],
    [{ mode: 'out', drainTime: '30s' }, 'drainTime'],
    [{ mode: 'draining', drainTime: '2d' }, 'drainTime'],
    [{ mode: 'out', reason: 'two\nlines' }, 'reason'],
    [{ mode: 'in', owner: 'me' }, 'owner'],
  ])('refuses %j', (input, field) => {
    expect(() => readModeChange(input)).toThrow(expect.objectContaining(refused(field)));
  });
});

describe('readPatch', () => {
  it.each([
    { weight: 0 },
    { tags: null },
    { metadata: { colour: 'red', old: null } },
    { metadata: JSON.parse('{"__proto__":"x","constructor":null}') as object },
    { metadata: null, weight: null, tags: [] },
  ])('keeps %j as it is, and says nothing of the rest', (input) => {
    expect(readPatch(input)).toEqual(input);
  });

  it.each([
    [{}, 'body'],
    [{ weight: -1 }, 'weight'],
    [{ metadata: { colour: 1 } }, 'metadata.colour'],
    [{ tags: 'a' }, 'tags'],
    [{ host: 'elsewhere' }, 'host'],
    [JSON.parse('{"__proto__":{"weight":1}}') as object, '__proto__'],
  ])('refuses %j', (input, field) => {
    expect(() => readPatch(input)).toThrow(expect.objectContaining(refused(field)));
  });
});

describe('readWord', () => {
  it.each([{}, { status: 'warning' }, { status: 'critical', output: 'two\nlines' }])('reads %j', (input) => {
    expect(readWord(input)).toEqual(input);
  });

  it('refuses a health that there is not', () => {
    expect(() => readWord({ status: 'fine' })).toThrow(expect.objectContaining(refused('status')));
  });
});

describe('readMachineWish', () => {
  it('says what was not said', () => {
    expect(readMachineWish({})).toEqual({ addresses: null, checks: null, metadata: null, mode: null, reason: null });
    expect(readMachineWish({ addresses: { lan: '10.0.0.5' }, mode: 'out', reason: 'a new disk' })).toEqual({
      addresses: { lan: '10.0.0.5' },
      checks: null,
      metadata: null,
      mode: 'out',
      reason: 'a new disk',
    });
  });

  it.each([
    [{ addresses: { lan: 'a b' } }, 'addresses.lan'],
    [{ reason: 'none' }, 'reason'],
    [{ name: 'b' }, 'name'],
  ])('refuses %j', (input, field) => {
    expect(() => readMachineWish(input)).toThrow(expect.objectContaining(refused(field)));
  });
});
