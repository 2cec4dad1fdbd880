import { entry, pairs, shown, stateOf } from '@rollcall/conformance';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toText } from './bytes.js';
import { emptyLayer, overlay, type Layer } from './overlay.js';
import type { Reader } from './reader.js';

/** `{ a: '1', b: null }`: `a` is 1, and there is no `b`. */
function layerOf(differences: Readonly<Record<string, string | null>>): Layer {
  const layer = emptyLayer();
  for (const [key, value] of Object.entries(differences)) layer.set(key, value === null ? null : entry(key, value));
  return layer;
}

const below = stateOf(entry('b', '1'), entry('d', '1'), entry('f', '1'));

describe('an overlay', () => {
  it.each([
    ['of nothing', {}, ['b=1', 'd=1', 'f=1']],
    ['replaces', { d: '2' }, ['b=1', 'd=2', 'f=1']],
    ['hides', { b: null, f: null }, ['d=1']],
    ['adds before, between and behind', { a: '2', c: '2', e: '2', g: '2' }, ['a=2', 'b=1', 'c=2', 'd=1', 'e=2', 'f=1', 'g=2']],
    ['hides what is not there', { a: null, g: null }, ['b=1', 'd=1', 'f=1']],
    ['hides everything', { b: null, d: null, f: null }, []],
  ])('%s', (_what, differences, wanted) => {
    expect(shown(overlay(layerOf(differences), below))).toEqual(wanted);
  });

  it('lies over an empty state', () => {
    expect(shown(overlay(layerOf({ a: '1', b: null }), stateOf()))).toEqual(['a=1']);
  });

  it('answers single keys', () => {
    const reader = overlay(layerOf({ b: null, c: '2', d: '2' }), below);
    expect(['a', 'b', 'c', 'd', 'f'].map((key) => reader.get(key)).map((one) => one && toText(one.value))).toEqual([
      undefined,
      undefined,
      '2',
      '2',
      '1',
    ]);
  });

  it.each([
    ['c', 'f', ['c=2', 'd=1']],
    ['b', 'c', []],
    ['e', null, ['f=1', 'g=2']],
    ['d', 'b', []],
  ])('walks from %j to %j', (from, to, wanted) => {
    const reader = overlay(layerOf({ b: null, c: '2', g: '2' }), below);
    expect(pairs([...reader.entries({ from, to })])).toEqual(wanted);
  });

  it('lies over overlays: the uppermost word counts', () => {
    const middle = overlay(layerOf({ b: null, c: '2', d: '2' }), below);
    expect(shown(overlay(layerOf({ b: '3', c: null }), middle))).toEqual(['b=3', 'd=2', 'f=1']);
  });

  it('is what a copy with these differences would be', () => {
    const key = fc.constantFrom('a', 'a\0', 'ab', 'b', '\xff');
    const state = fc.dictionary(key, fc.constantFrom('1', '2'));
    const differences = fc.dictionary(key, fc.option(fc.constantFrom('3', '4')));
    fc.assert(
      fc.property(state, differences, key, fc.option(key), (before, layer, from, to) => {
        const after = Object.fromEntries(Object.entries({ ...before, ...layer }).filter(([, value]) => value !== null));
        const reader = overlay(layerOf(layer), stateFrom(before));
        const copy = stateFrom(after as Record<string, string>);
        expect(pairs([...reader.entries({ from, to })])).toEqual(pairs([...copy.entries({ from, to })]));
        expect(reader.get(from)).toEqual(copy.get(from));
      }),
    );
  });
});

function stateFrom(values: Readonly<Record<string, string>>): Reader {
  return stateOf(...Object.entries(values).map(([key, value]) => entry(key, value)));
}
