import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventSourceReader } from '../doors/http/event-source.fixture.js';
import { eventFrame } from './server-event.js';

const line = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[\r\n\0]/.test(text));
const name = fc.stringMatching(/^[a-z]{1,8}$/);

describe('eventFrame', () => {
  it('is read as what was meant, however it arrives', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ event: name, id: name, data: fc.jsonValue() }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 30 }),
        (events, step) => {
          const reader = new EventSourceReader();
          const text = events.map((one) => eventFrame({ ...one, data: JSON.stringify(one.data) }).plain.toString()).join('');
          for (let at = 0; at < text.length; at += step) reader.take(text.slice(at, at + step));
          expect(
            reader.events.map(({ event, lastEventId, data }) => ({ event, id: lastEventId, data: JSON.parse(data) as unknown })),
          ).toEqual(events.map((one) => ({ ...one, data: JSON.parse(JSON.stringify(one.data)) as unknown })));
        },
      ),
    );
  });

  it('moves a reader’s place on without an event', () => {
    const reader = new EventSourceReader();
    reader.take(eventFrame({ comment: 'pulse', id: 'e-5', retryMs: 700 }).plain.toString());
    expect([reader.events, reader.comments, reader.lastEventId, reader.retryMs]).toEqual([[], ['pulse'], 'e-5', 700]);
  });

  it('holds the same bytes with their length in front', () => {
    fc.assert(
      fc.property(line, (data) => {
        const { chunked, plain } = eventFrame({ event: 'change', data: [data, Buffer.from('é')] });
        expect(chunked.toString()).toBe(`${plain.length.toString(16)}\r\n${plain.toString()}\r\n`);
      }),
    );
  });
});
