import fc from 'fast-check';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Document, Said } from './document.js';
import { formFor } from './forms.js';
import { BEFORE_BYTES_MAX, gzipOf, gzipPiece, storedPiece } from './gzip-pieces.js';
import { readDocument } from './read-document.js';
import { anySaid } from './said.fixture.js';
import { escapedName, unescapedName } from './xml-names.js';
import { parseXml } from './xml-tree.js';

const times = { registeredAtMs: 1, lastRenewalMs: 2, serviceUpMs: 3, lastUpdatedMs: 4, leftAtMs: 0, actionType: 'ADDED' } as const;
const xml = formFor(undefined, undefined);
const json = formFor('application/json', undefined);

/** What XML has no way to say is another sign there. */
const sayable = ({ metadata, dataCenter }: Said): boolean =>
  ![...Object.values(metadata), ...Object.values(dataCenter.metadata)].some((text) => /[\p{Cc}\ufffe\uffff]/u.test(text));

describe('a document', () => {
  it('that was written as JSON is read as it was', () => {
    fc.assert(
      fc.property(anySaid, (said) => {
        const document: Document = { ...said, ...times };
        expect(readDocument(json.instance(document), 'application/json', 0)).toEqual(said);
      }),
    );
  });

  it('that was written as XML is read as it was', () => {
    fc.assert(
      fc.property(anySaid.filter(sayable), (said) => {
        // Alone, in XML, the first clients' three words stand for all five.
        const status = said.status === 'OUT_OF_SERVICE' || said.status === 'UNKNOWN' ? 'DOWN' : said.status;
        expect(readDocument(xml.instance({ ...said, ...times }), 'application/xml', 0)).toEqual({ ...said, status });
      }),
    );
  });

  it.each([
    ['application/json', undefined, 'json'],
    ['text/html, application/JSON;q=0.5', 'Compact', 'compact-json'],
    ['*/*', undefined, 'xml'],
    [undefined, 'compact', 'compact-xml'],
    [undefined, 'whatever', 'xml'],
  ])('asked for with %s and %s is %s', (accept, wish, name) => expect(formFor(accept, wish).name).toBe(name));
});

describe('what a client says', () => {
  const said = (fields: object, type = 'application/json'): Said =>
    readDocument(
      JSON.stringify({ instance: { app: 'a', hostName: 'h', ipAddr: '1.2.3.4', dataCenterInfo: { name: 'myown' }, ...fields } }),
      type,
      77,
    );

  it('is filled in where it says nothing', () => {
    expect(said({})).toMatchObject({
      app: 'A',
      instanceId: null,
      status: 'UP',
      overriddenStatus: 'UNKNOWN',
      port: { number: 7001, enabled: true },
      securePort: { number: 7002, enabled: false },
      countryId: 1,
      lease: { renewalSeconds: 30, durationSeconds: 90 },
      lastDirtyMs: 77,
      metadata: {},
    });
  });

  it('is taken as it is meant', () => {
    expect(
      said({ port: '80', status: 'up', metadata: { 'a': 1, 'b': true, 'c': null, 'd': {}, '@class': 'x' }, sid: 'na' }, 'text/plain'),
    ).toMatchObject({
      port: { number: 80, enabled: true },
      status: 'UNKNOWN',
      metadata: { a: '1', b: 'true' },
      sid: null,
    });
    expect(said({ leaseInfo: { durationInSecs: -1, renewalIntervalInSecs: '5' } }).lease).toEqual({
      renewalSeconds: 5,
      durationSeconds: 90,
    });
    expect(said({ instanceId: 'i-1', dataCenterInfo: { name: 'Amazon' } }).dataCenter).toEqual({
      name: 'Amazon',
      metadata: { 'instance-id': 'i-1' },
    });
    const { metadata } = said(JSON.parse('{"metadata":{"__proto__":"x"}}') as object);
    expect(Object.entries(metadata)).toEqual([['__proto__', 'x']]);
  });

  it.each([
    '',
    '{}',
    '[]',
    '{"instance":3}',
    '<instance>',
    '<nothing/>',
    '<!DOCTYPE a [<!ENTITY b "c">]><instance/>',
    'nonsense',
    '\u0000',
  ])('and is nothing (%j) is refused', (body) => {
    expect(() => readDocument(body, 'application/json', 0)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  });
});

describe('XML', () => {
  it('is read with all that may stand in it', () => {
    const source =
      '\uFEFF<?xml version="1.0"?><!-- a --><a b="1" c=\'&lt;2\'>x<!-- y --><d/>&amp;&#65;&#x42;<![CDATA[<&]]> <e> z </e></a>\n';
    const e = { name: 'e', attributes: {}, children: [], text: ' z ' };
    expect(parseXml(source)).toEqual({
      name: 'a',
      attributes: { b: '1', c: '<2' },
      children: [{ name: 'd', attributes: {}, children: [], text: '' }, e],
      text: 'x&AB<& ',
    });
  });

  it('that is none is nothing, and never more', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '/', 'a', '"', '=', '&', ';', ' ', '!', '-', '[', ']', '?') }),
        (text) => void parseXml(text),
      ),
    );
    expect(
      [`${'<a>'.repeat(40)}${'</a>'.repeat(40)}`, '<a></b>', '<a/><b/>', '<a>&nope;</a>', '<a b=1/>', '<a>&#x110000;</a>'].map(parseXml),
    ).toEqual(Array.from({ length: 6 }, () => null));
  });

  it('has a name for every name, and back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 8 }), (name) => {
        expect(unescapedName(escapedName(name))).toBe(name);
        expect(escapedName(name)).toMatch(/^[\p{L}_:\u037F-\u1FFF][\p{L}\p{N}\p{M}\p{S}\p{P}_:.\u00B7-\u{10FFFF}-]*$/u);
      }),
    );
    expect(['a_b', '$x', '1a', 'a b', 'e-f.g', ''].map(escapedName)).toEqual(['a__b', '_-x', '_.0031a', 'a_.0020b', 'e-f.g', '_.']);
  });
});

describe('gzip', () => {
  it('of pieces is one member, and all of them in a row', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.string(), fc.boolean()), { maxLength: 6 }), async (parts) => {
        const before = (at: number): Buffer =>
          Buffer.from(
            parts
              .slice(0, at)
              .map(([text]) => text)
              .join(''),
          ).subarray(-BEFORE_BYTES_MAX);
        const pieces = await Promise.all(
          parts.map(([text, stored], at) => (stored ? Promise.resolve(storedPiece(text)) : gzipPiece(text, before(at)))),
        );
        expect(gunzipSync(gzipOf(pieces)).toString()).toBe(parts.map(([text]) => text).join(''));
      }),
      { numRuns: 50 },
    );
  });
});
