import { emptyLayer, fromText, NO_LEASE, type Entry, type Layer } from '@rollcall/core';
import { expect, it } from 'vitest';
import { Gathered } from './gathered.js';
import { Recent } from './recent.js';

function entryOf(key: string, modRevision: number): Entry {
  return { key: fromText(key), value: fromText(''), createRevision: 1, modRevision, version: 1, lease: NO_LEASE };
}

/** In no order. */
function keysOf(count: number): string[] {
  return Array.from({ length: count }, (_, at) => String((at * 7_919) % count).padStart(6, '0'));
}

function layerOf(keys: readonly string[], modRevision: number): Layer {
  const layer = emptyLayer();
  for (const key of keys) layer.set(key, entryOf(key, modRevision));
  return layer;
}

function shown(gathered: Gathered): readonly string[] {
  return [...gathered.sorted()].map(({ key, entry }) => `${key}=${entry?.modRevision}`);
}

it.each([0, 1, 100, 4_096, 4_097, 20_000])('gives %i keys out in their order, each once', (count) => {
  const gathered = new Gathered(0, new Recent());
  const keys = keysOf(count);
  for (let from = 0; from < count; from += 64) gathered.add(1, null, layerOf(keys.slice(from, from + 64), 1), []);
  gathered.add(2, null, layerOf(keys.slice(0, 10), 2), []);
  const again = new Set(keys.slice(0, 10));
  const sorted = keys.toSorted();
  expect(shown(gathered)).toEqual(sorted.map((key) => `${key}=${again.has(key) ? 2 : 1}`));
  expect([...gathered.keys({ from: '', to: null })]).toEqual(sorted);
});

it('takes over what came while its pass failed', () => {
  const recent = new Recent();
  const settling = new Gathered(0, recent);
  settling.add(1, null, layerOf(keysOf(9_000), 1), []);
  const later = new Gathered(0, recent);
  recent.beginPass(false);
  later.add(2, null, layerOf(['000001', 'new'], 2), []);
  settling.absorb(later);
  const sorted = keysOf(9_000).toSorted();
  expect(shown(settling)).toEqual([...sorted.map((key) => `${key}=${key === '000001' ? 2 : 1}`), 'new=2']);
});
