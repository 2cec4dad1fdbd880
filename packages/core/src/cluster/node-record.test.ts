import { describe, expect, it } from 'vitest';
import { fromText, toText } from '../store/bytes.js';
import { aboutNode } from './member.fixture.js';
import { decodeNodeRecord, encodeNodeRecord, type NodeRecord } from './node-record.js';
import { formatFor } from './record-formats.js';

const record: NodeRecord = { ...aboutNode('node-1', { id: 'f00d' }), leaving: false, handedOver: false, unknown: {} };

describe('the record of a node', () => {
  it('can be read by people', () => {
    expect(toText(encodeNodeRecord(record))).toBe(
      '{"format":1,"name":"node-1","id":"f00d","peer":"node-1:8510","http":"http://node-1:8500","version":"1.0.0",' +
        '"protocol":{"min":1,"max":1},"records":{"min":1,"max":1},"startedMs":0,"leaving":false,"handedOver":false}',
    );
  });

  it.each([
    ['as usual', record],
    ['without doors, on its way out', { ...record, peer: null, http: null, leaving: true, handedOver: true }],
    ['with what a newer program said', { ...record, unknown: { mood: 'fine' } }],
  ])('comes back %s', (_, one) => expect(decodeNodeRecord(encodeNodeRecord(one))).toEqual(one));

  it.each([
    ['no JSON', 'hello'],
    ['no object', '[]'],
    ['no format', '{}'],
    ['a newer format', toText(encodeNodeRecord(record)).replace('"format":1', '"format":2')],
    ['no id', toText(encodeNodeRecord(record)).replace('"id"', '"di"')],
    ['a name that is none', toText(encodeNodeRecord(record)).replace('"node-1"', '"node 1"')],
  ])('is not read from %s', (_, text) => expect(decodeNodeRecord(fromText(text))).toBeNull());

  it('that leaves out what may be left out means the usual', () => {
    const { leaving, handedOver, peer, http, unknown, ...needed } = record;
    const read = decodeNodeRecord(fromText(JSON.stringify({ format: 1, ...needed })));
    expect(read).toEqual({ ...needed, leaving, handedOver, unknown, peer: null, http: null });
    expect([peer, http]).not.toContain(null);
  });
});

describe('formatFor', () => {
  const reading = (min: number, max: number): { record: NodeRecord } => ({ record: { ...record, records: { min, max } } });

  it.each([
    ['nobody else', [], { min: 1, max: 2 }, 2],
    ['nodes of its own age', [reading(1, 2), reading(1, 2)], { min: 1, max: 2 }, 2],
    ['one that is older', [reading(1, 2), reading(1, 1)], { min: 1, max: 2 }, 1],
    ['newer ones', [reading(1, 3), reading(2, 4)], { min: 1, max: 2 }, 2],
    ['one that cannot be read', [reading(1, 2), { record: null }], { min: 1, max: 2 }, 1],
    ['one that is older than what it still reads', [reading(1, 1)], { min: 2, max: 3 }, 2],
  ])('beside %s', (_, nodes, own, format) => expect(formatFor(nodes, own)).toBe(format));
});
