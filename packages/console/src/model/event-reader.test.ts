import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventReader } from './event-reader.js';

const stream = [
  ': rollcall',
  'retry: 1000',
  '',
  'event: snapshot',
  'id: e-1',
  'data: {"instances":[]}',
  '',
  ': a sign of life',
  'id: e-7',
  '',
  'event: change',
  'data: one',
  'data:two',
  'id: e-8',
  '',
  'data',
  '',
  'event: nothing',
  '',
  '',
].join('\n');

const events = [
  { event: 'snapshot', data: '{"instances":[]}' },
  { event: 'change', data: 'one\ntwo' },
  { event: 'message', data: '' },
];

describe('a reader of events', () => {
  it('reads them, whatever the pieces in which they come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: stream.length })), (cuts) => {
        const places = [0, ...cuts.toSorted((one, other) => one - other), stream.length];
        const reader = new EventReader();
        const read = places.slice(1).flatMap((to, at) => reader.read(stream.slice(places[at], to)));
        expect(read).toEqual(events);
        expect(reader.lastId).toBe('e-8');
      }),
    );
  });

  it('knows where it is before anything came', () => {
    expect(new EventReader('e-5').lastId).toBe('e-5');
  });

  it('is never further than the last event that came whole', () => {
    const placeAfter = ['e-0', 'e-0', 'e-1', 'e-7', 'e-8', 'e-8', 'e-8'];
    for (let cut = 0; cut <= stream.length; cut++) {
      const reader = new EventReader('e-0');
      const came = stream.slice(0, cut);
      reader.read(came);
      expect(reader.lastId).toBe(placeAfter[came.split('\n\n').length - 1]);
    }
  });

  it('refuses what has no end', () => {
    const reader = new EventReader('', 100);
    expect(() => Array.from({ length: 20 }, () => reader.read('data: 0123456789'))).toThrow(RangeError);
  });

  it('does not add up what has ended', () => {
    const reader = new EventReader('', 100);
    const read = Array.from({ length: 20 }, () => reader.read('data: 0123456789\n\n')).flat();
    expect(read).toHaveLength(20);
  });
});
