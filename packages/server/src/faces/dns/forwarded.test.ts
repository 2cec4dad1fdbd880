import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import {
  decodeMessage,
  decodeQuery,
  DnsWriter,
  formatName,
  parseName,
  rcodes,
  recordTypes,
  type DnsQuery,
  type WireName,
} from '@rollcall/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { question } from './dns.fixture.js';
import { ForwardCache } from './forward-cache.js';
import { answerFor, failure, keyOf, questionFor, readAnswer, readWholeAnswer, type Remembered } from './forwarded.js';

const asked = (fields: Partial<Parameters<typeof question>[0]> = {}): DnsQuery =>
  decodeQuery(question({ name: 'WWW.example.com', type: 'A', id: 99, flags: 0x100, ...fields })) as DnsQuery;

const wire = (text: string): WireName => parseName(text) as WireName;

interface Said {
  readonly addresses?: readonly string[];
  readonly ttl?: number;
  readonly rcode?: number;
  readonly soa?: { readonly ttl: number; readonly minimum: number };
  readonly flags?: number;
}

/** What another server says to a question. */
function answerTo(bytes: Uint8Array, { addresses = [], ttl = 300, rcode = 0, soa, flags = 0 }: Said): Uint8Array {
  const { id, questionEnd, type } = decodeQuery(bytes) as DnsQuery;
  const name = bytes.slice(12, questionEnd - 4);
  const writer = new DnsWriter(new Uint8Array(65_535));
  writer.question(name, type);
  for (const address of addresses)
    writer.record('answer', { name, type: recordTypes.A, ttl }, (out) => out.bytes(Uint8Array.from(address.split('.').map(Number))));
  if (soa !== undefined) {
    writer.record('authority', { name: wire('example.com'), type: recordTypes.SOA, ttl: soa.ttl }, (out) => {
      out.name(wire('ns.example.com'));
      out.name(wire('root.example.com'));
      for (const number of [1, 2, 3, 4, soa.minimum]) out.u32(number);
    });
  }
  writer.opt({ udpBytes: 4096, options: [{ code: 10, data: new Uint8Array(24) }] });
  return writer.finish(id, 0x8180 | flags | rcode).slice();
}

const isRemembered = (read: Remembered | string): Remembered => {
  if (typeof read === 'string') throw new Error(read);
  return read;
};

describe('a question that is passed on', () => {
  it('is the same, with another number, other letters, and no word of who asks', () => {
    const query = asked({ edns: { dnssec: true, options: [{ code: 10, data: new Uint8Array(8) }] } });
    const random = new SeededRandom(3);
    const [one, other] = [questionFor(query, random), questionFor(query, random)];
    const message = decodeMessage(one);
    expect(formatName(message?.questions[0]?.name as WireName).toLowerCase()).toBe('www.example.com.');
    expect(one).not.toEqual(other);
    expect(message?.id).not.toBe(99);
    expect(message?.additionals[0]?.data).toHaveLength(0);
    expect((message?.additionals[0]?.ttl ?? 0) & 0x8000).toBe(0x8000);
  });

  it('has one key for all spellings, and another for another type, or where signatures are wanted', () => {
    const key = keyOf(asked());
    expect(keyOf(asked({ name: 'www.EXAMPLE.com', id: 1 }))).toBe(key);
    for (const other of [asked({ type: 'AAAA' }), asked({ edns: { dnssec: true } }), asked({ name: 'ww.example.com' })])
      expect(keyOf(other)).not.toBe(key);
  });
});

describe('an answer that is passed back', () => {
  const query = asked();
  const sent = questionFor(query, new SeededRandom(1));

  it('is under the number and in the spelling of who asked, as old as it is, and without what was said to us', () => {
    const read = isRemembered(readAnswer(sent, answerTo(sent, { addresses: ['192.0.2.1'] })));
    expect(read).toMatchObject({ ttlSeconds: 300, rcode: 0 });
    const message = decodeMessage(answerFor(query, read, 100, 'udp'));
    expect(message).toMatchObject({ id: 99, flags: 0x8180, additionals: [], answers: [{ ttl: 200 }] });
    expect(formatName(message?.questions[0]?.name as WireName)).toBe('WWW.example.com.');
    expect(formatName(message?.answers[0]?.name as WireName)).toBe('WWW.example.com.');
    const withEdns = asked({ edns: { udpBytes: 4096 } });
    expect(decodeMessage(answerFor(withEdns, read, 1000, 'udp'))).toMatchObject({
      answers: [{ ttl: 0 }],
      additionals: [{ type: recordTypes.OPT, class: 1232, data: new Uint8Array(0) }],
    });
  });

  it('is no larger than who asked can take', () => {
    const addresses = Array.from({ length: 60 }, (_, at) => `10.0.0.${at}`);
    const read = isRemembered(readAnswer(sent, answerTo(sent, { addresses })));
    const cut = answerFor(query, read, 0, 'udp');
    expect(decodeMessage(cut)).toMatchObject({ flags: 0x8380, answers: [], additionals: [] });
    expect(decodeMessage(answerFor(asked({ edns: { udpBytes: 4096 } }), read, 0, 'udp'))?.answers).toHaveLength(60);
    expect(decodeMessage(answerFor(query, read, 0, 'tcp'))?.answers).toHaveLength(60);
  });

  it('is taken from who was asked alone: its number, its question, and the case of every letter', () => {
    const right = answerTo(sent, { addresses: ['192.0.2.1'] });
    const change = (at: number, by: number): Uint8Array => right.with(at, (right[at] as number) ^ by);
    expect(readAnswer(sent, change(0, 1))).toBe('wrong');
    expect(readAnswer(sent, change(2, 0x80))).toBe('wrong');
    expect(readAnswer(sent, change(14, 1))).toBe('wrong');
    expect(readAnswer(sent, change(13, 0x20))).toBe('cut');
    expect(readWholeAnswer(sent, change(13, 0x20))).toMatchObject({ rcode: 0 });
    expect(readAnswer(sent, change(2, 0x02))).toBe('cut');
    expect(readAnswer(sent, sent)).toBe('wrong');
  });

  it('is kept for as long as it says, and a "no" as its zone says', () => {
    const ttlOf = (said: Said): number => isRemembered(readAnswer(sent, answerTo(sent, said))).ttlSeconds;
    expect(ttlOf({ addresses: ['192.0.2.1', '192.0.2.2'], ttl: 30 })).toBe(30);
    expect(ttlOf({ rcode: rcodes.NXDOMAIN, soa: { ttl: 60, minimum: 20 } })).toBe(20);
    expect(ttlOf({ soa: { ttl: 10, minimum: 20 } })).toBe(10);
    expect(ttlOf({ rcode: rcodes.NXDOMAIN })).toBe(0);
    expect(ttlOf({ rcode: rcodes.SERVFAIL, soa: { ttl: 60, minimum: 20 } })).toBe(0);
    expect(ttlOf({ addresses: ['192.0.2.1'], ttl: 0xffff_ffff })).toBe(0);
  });

  it('never throws, whatever comes', () => {
    const right = answerTo(sent, { addresses: ['192.0.2.1'], soa: { ttl: 1, minimum: 1 } });
    const broken = fc
      .record({ at: fc.nat({ max: right.length - 1 }), byte: fc.nat({ max: 255 }), length: fc.nat({ max: right.length }) })
      .map(({ at, byte, length }) => right.with(at, byte).subarray(0, length));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), broken), (bytes) => {
        const read = readWholeAnswer(sent, bytes);
        if (typeof read !== 'string') expect(answerFor(query, read, 5, 'udp').length).toBeLessThanOrEqual(512);
      }),
      { numRuns: 2000 },
    );
  });

  it('says SERVFAIL where there is none', () => {
    expect(decodeMessage(answerFor(query, failure(query), 0, 'udp'))).toMatchObject({ id: 99, rcode: rcodes.SERVFAIL, answers: [] });
  });
});

describe('what is remembered of answers', () => {
  const remembered = (bytes: number, ttlSeconds = 300, rcode = 0): Remembered => ({
    bytes: new Uint8Array(bytes),
    ttlPlaces: [],
    ttlSeconds,
    rcode,
  });

  it('ends with its time, and a "no" after five minutes at the latest', async () => {
    const clock = new SimulatedClock();
    const cache = new ForwardCache(clock);
    cache.put('a', remembered(100, 30));
    cache.put('b', remembered(100, 86_400));
    cache.put('no', remembered(100, 86_400, rcodes.NXDOMAIN));
    cache.put('never', remembered(100, 0));
    await clock.advance(29_000);
    expect([cache.get('a')?.ageSeconds, cache.get('never')]).toEqual([29, undefined]);
    await clock.advance(1000);
    expect(cache.get('a')).toBeUndefined();
    await clock.advance(300_000);
    expect([cache.get('no'), cache.get('b')?.ageSeconds]).toEqual([undefined, 330]);
  });

  it('is bounded by number and by size, and keeps what is asked for', () => {
    const cache = new ForwardCache(new SimulatedClock());
    for (let at = 0; at < 12_000; at++) {
      cache.put(`${at}`, remembered(100));
      cache.get('0');
    }
    expect(cache.size).toBe(10_000);
    expect(cache.get('0')).toBeDefined();
    for (let at = 0; at < 3000; at++) cache.put(`large ${at}`, remembered(15_000));
    expect(cache.size).toBeLessThan(1200);
    cache.put('too large', remembered(20_000));
    expect(cache.get('too large')).toBeUndefined();
  });
});
