import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordTypes } from './codes.js';
import { decodeMessage } from './message.js';
import { nameOf, parseName, type WireName } from './name.js';
import { DnsWriter, type Section } from './writer.js';

const name = (text: string): WireName => parseName(text) as WireName;

const anyName = fc
  .array(
    fc.constantFrom('a', 'b', 'WWW', 'service', 'rollcall').map((label) => new TextEncoder().encode(label)),
    { maxLength: 6 },
  )
  .map((labels) => nameOf(labels) as WireName);
const anyNumber = fc.nat({ max: 0xffff });
const anyRecord = fc.record({
  section: fc.constantFrom<Section>('answer', 'authority', 'additional'),
  owner: anyName,
  type: fc.constantFrom(recordTypes.A, recordTypes.TXT, recordTypes.PTR, recordTypes.SRV),
  ttl: fc.nat({ max: 0x7fffffff }),
  target: anyName,
  data: fc.uint8Array({ maxLength: 30 }),
});

describe('a message', () => {
  it('is read as it was written, however its names are compressed', () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, anyName, anyNumber, fc.array(anyRecord, { maxLength: 12 }), (id, flags, asked, type, records) => {
        const order: Section[] = ['answer', 'authority', 'additional'];
        const sorted = records.toSorted((one, other) => order.indexOf(one.section) - order.indexOf(other.section));
        const writer = new DnsWriter(new Uint8Array(4096));
        expect(writer.question(asked, type)).toBe(true);
        for (const { section, owner, type: kind, ttl, target, data } of sorted) {
          expect(
            writer.record(section, { name: owner, type: kind, ttl }, (into) => {
              if (kind === recordTypes.PTR) into.name(target);
              else if (kind === recordTypes.SRV) {
                into.bytes(Uint8Array.of(0, 1, 0, 2, 0, 3));
                into.plainName(target);
              } else into.bytes(data);
            }),
          ).toBe(true);
        }
        const message = decodeMessage(writer.finish(id, flags));
        expect(message).toMatchObject({ id, flags, questions: [{ name: asked, type, class: 1 }] });
        const read = [...(message?.answers ?? []), ...(message?.authorities ?? []), ...(message?.additionals ?? [])];
        expect(read.map((one) => [one.name, one.type, one.ttl])).toEqual(sorted.map((one) => [one.owner, one.type, one.ttl]));
        for (const [at, one] of read.entries()) {
          const { type: kind, target, data } = sorted[at] as (typeof sorted)[number];
          if (kind === recordTypes.PTR || kind === recordTypes.SRV) expect(one.target).toEqual(target);
          else expect(one.data).toEqual(data);
        }
      }),
    );
  });

  it('names what it has named before in two bytes', () => {
    const writer = new DnsWriter(new Uint8Array(512));
    writer.question(name('web.service.rollcall'), recordTypes.PTR);
    writer.record('answer', { name: name('web.service.rollcall'), type: recordTypes.PTR, ttl: 5 }, (into) => into.name(name('a.rollcall')));
    expect(writer.finish(0, 0).length).toBe(12 + 22 + 4 + 2 + 10 + 4);
  });

  it('keeps every spelling: only what is the same byte for byte is compressed', () => {
    const writer = new DnsWriter(new Uint8Array(512));
    writer.question(name('Web.rollcall'), recordTypes.A);
    writer.record('answer', { name: name('web.rollcall'), type: recordTypes.A, ttl: 5 }, (into) => into.u32(0));
    expect(decodeMessage(writer.finish(0, 0))?.answers[0]?.name).toEqual(name('web.rollcall'));
  });

  it('leaves out whole what does not fit, and takes what does afterwards', () => {
    const writer = new DnsWriter(new Uint8Array(512), 60);
    writer.question(name('a.b'), recordTypes.TXT);
    const put = (bytes: number): boolean =>
      writer.record('answer', { name: name('c.d'), type: recordTypes.TXT, ttl: 5 }, (into) => into.bytes(new Uint8Array(bytes)));
    expect([put(100), put(10), put(100), put(1)]).toEqual([false, true, false, true]);
    const message = decodeMessage(writer.finish(0, 0));
    expect(message?.answers.map(({ name: owner, data }) => [owner, data.length])).toEqual([
      [name('c.d'), 10],
      [name('c.d'), 1],
    ]);
  });

  it('that is none is none: nothing is thrown, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void decodeMessage(bytes)));
  });
});
