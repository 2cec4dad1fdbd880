import { emptyLayer, fromText, NO_LEASE, type Entry, type Layer, type Reader } from '@rollcall/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LatestPasses } from './latest-passes.js';

const keys = ['a', 'b', 'c', 'd'];
const anyPass = fc.dictionary(fc.constantFrom(...keys), fc.option(fc.nat({ max: 99 })));

function layerOf(pass: Readonly<Record<string, number | null>>): Layer {
  const layer = emptyLayer();
  for (const [key, modRevision] of Object.entries(pass)) layer.set(key, modRevision === null ? null : entryOf(key, modRevision));
  return layer;
}

function entryOf(key: string, modRevision: number): Entry {
  return { key: fromText(key), value: fromText(''), createRevision: 1, modRevision, version: 1, lease: NO_LEASE };
}

it('answers what the tables would, after any passes', () => {
  fc.assert(
    fc.property(fc.array(anyPass, { maxLength: 6 }), (passes) => {
      const tables = new Map<string, Entry>();
      const reader: Reader = { get: (key) => tables.get(key), entries: () => tables.values() };
      const latest = new LatestPasses(reader);
      for (const pass of passes) {
        const layer = layerOf(pass);
        for (const key of Object.keys(pass)) {
          const entry = layer.get(key);
          if (entry) tables.set(key, entry);
          else tables.delete(key);
        }
        latest.add(layer);
        for (const key of keys) expect(latest.reader.get(key)).toEqual(tables.get(key));
      }
    }),
  );
});

it('asks the tables for what was not carried there lately', () => {
  const asked: string[] = [];
  const latest = new LatestPasses({ get: (key) => void asked.push(key), entries: () => [] });
  for (const key of keys) latest.add(layerOf({ [key]: 1 }));
  for (const key of keys) latest.reader.get(key);
  expect(asked).toEqual(['a', 'b']);
});
