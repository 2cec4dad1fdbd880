import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instanceId, serviceName } from '../catalog/instance.fixture.js';
import { Namespace } from '../catalog/names.js';
import { decodeUtf8, encodeUtf8 } from '../records/utf8.js';
import { addressText, parseAddress, parseDocument } from './endpoint-document.js';
import { cannotExpress, documentOf, registrationOf } from './endpoint-lens.js';

const ref = { namespace: Namespace.default, service: serviceName('payments'), id: instanceId('a') };

describe('an address', () => {
  it.each([
    ['1.2.3.4', { host: '1.2.3.4', port: null }],
    ['1.2.3.4:80', { host: '1.2.3.4', port: 80 }],
    ['db.internal:65535', { host: 'db.internal', port: 65_535 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['[::1]', { host: '::1', port: null }],
    ['::1', { host: '::1', port: null }],
    ['2001:db8::1', { host: '2001:db8::1', port: null }],
    ['unix:/tmp/a.sock', { path: '/tmp/a.sock' }],
    ['unix:a', { path: 'a' }],
    ['', null],
    [':80', null],
    ['1.2.3.4:', null],
    ['1.2.3.4:0', null],
    ['1.2.3.4:65536', null],
    ['1.2.3.4:http', null],
    ['0.0.0.0:80', null],
    ['[1.2.3.4]:80', null],
    ['unix:', null],
    ['dns:///payments:80', null],
    ['http://1.2.3.4:80', null],
    ['a b:80', null],
    ['1.2.3.4:80:90', null],
  ])('%s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
    if (address !== null) expect(parseAddress(addressText(parseAddress(text) as never))).toEqual(address);
  });
});

describe('a document', () => {
  const parse = (text: string): unknown => parseDocument(encodeUtf8(text));

  it.each(['', 'hello', '"text"', '[]', 'null', '{', '{}', '{"Addr":1}', '{"Addr":"x y"}', '{"addr":{}}', '\u0000'])(
    '%j is none',
    (text) => {
      expect(parse(text)).toBeNull();
    },
  );

  it('is told from bytes that are no text, and from what is too large', () => {
    expect(parseDocument(Uint8Array.of(0x7b, 0xff))).toBeNull();
    expect(parse(JSON.stringify({ Addr: '1.2.3.4', Metadata: 'x'.repeat(40_000) }))).toBeNull();
  });

  it.each(['Metadata', 'Extra'])('is none if its %s is nested so deeply that it could not be written anew', (name) => {
    const nested = (levels: number): Uint8Array => encodeUtf8(`{"Addr":"1.2.3.4:80","${name}":${'['.repeat(levels)}${']'.repeat(levels)}}`);
    expect(parseDocument(nested(99))).not.toBeNull();
    for (const levels of [100, 8000, 16_000]) expect(parseDocument(nested(levels))).toBeNull();
  });

  it('is read with names in any case, as Go reads it', () => {
    expect(parse(' {"addr":"1.2.3.4:80","METADATA":1}')).toMatchObject({ address: { host: '1.2.3.4', port: 80 }, metadata: 1 });
    expect(parse('{"addr":"1.1.1.1","Addr":"2.2.2.2"}')).toMatchObject({ address: { host: '2.2.2.2' } });
  });

  it.each([
    [
      { zone: 'a', n: 1, deep: { x: [true] } },
      { zone: 'a', n: '1', deep: '{"x":[true]}' },
    ],
    ['text', { metadata: 'text' }],
    ['{"zone":"a","n":1}', { zone: 'a', n: '1' }],
    ['{"zone"', { metadata: '{"zone"' }],
    [null, {}],
    [7, { metadata: '7' }],
    [['a'], { metadata: '["a"]' }],
  ])('with metadata %j shows %j', (metadata, shown) => {
    const document = parseDocument(encodeUtf8(JSON.stringify({ Addr: '1.2.3.4:80', Metadata: metadata })));
    expect(document && registrationOf(ref, document)).toMatchObject({ ...ref, host: '1.2.3.4', port: 80, metadata: shown, checks: [] });
  });

  it.each([
    ['a name of metadata that is none', { '': 'x' }],
    ['too much of it', Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`k${at}`, 'x']))],
    ['a value that is too long', { a: 'x'.repeat(5000) }],
  ])('is no registration with %s', (_, metadata) => {
    const document = parseDocument(encodeUtf8(JSON.stringify({ Addr: '1.2.3.4', Metadata: metadata })));
    expect(document).not.toBeNull();
    expect(document && registrationOf(ref, document)).toBeNull();
  });
});

it('what the layout has no place for stands in the data', () => {
  expect(cannotExpress.map(({ feature }) => feature)).toEqual([
    'tags, weight, zone, region, version, machine and further ports',
    'instances without a host',
    'namespaces other than default',
    'names of services without regard to case',
    'when a document was put',
  ]);
});

describe('the law of the lens', () => {
  const text = fc.stringMatching(/^[ -~]{0,12}$/);
  const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_-]{0,8}$/);
  const json = fc.jsonValue({ maxDepth: 3 });
  const metadata = fc.oneof(fc.dictionary(name, fc.oneof(text, json), { maxKeys: 5 }), text, fc.integer(), fc.constant(null));
  const addr = fc.constantFrom('1.2.3.4', '1.2.3.4:80', '[::1]:80', 'host:1', 'unix:/a/b');
  const any = fc.record({
    addr,
    metadata,
    strange: fc.dictionary(fc.constantFrom('Extra', 'Weight', 'op', 'Zone'), json, { maxKeys: 2 }),
    spelling: fc.constantFrom('Addr', 'addr', 'ADDR'),
  });

  it('what takes a document over is shown with all that stood in it', () => {
    fc.assert(
      fc.property(any, ({ addr: said, metadata: meta, strange, spelling }) => {
        const before = JSON.parse(JSON.stringify({ ...strange, [spelling]: said, Metadata: meta })) as Record<string, unknown>;
        const read = parseDocument(encodeUtf8(JSON.stringify(before)));
        const registration = read && registrationOf(ref, read);
        if (registration === null) return;
        const rendered = documentOf(registration);
        const after = rendered && (JSON.parse(decodeUtf8(rendered)) as Record<string, unknown>);
        const { Rollcall: by, Op: _, ...rest } = after ?? {};
        const { Op: _op, ...asked } = before;
        expect(by).toBe('etcd');
        expect(parseAddress(String(rest[spelling] ?? rest['Addr']))).toEqual(parseAddress(said));
        const isSocket = said.startsWith('unix:');
        if (!isSocket) expect({ ...rest, [spelling]: said }).toEqual({ Metadata: null, ...asked });
      }),
    );
  });

  it('an object is shown as a text to whoever put none: Go compares it, and panics at an object', () => {
    const document = parseDocument(encodeUtf8('{"Addr":"1.2.3.4:80"}'));
    const registration = document && registrationOf(ref, document);
    if (registration === null) throw new Error('a registration');
    const shown = (metadata: Readonly<Record<string, string>>): unknown =>
      JSON.parse(decodeUtf8(documentOf({ ...registration, origin: { face: 'native' }, metadata }) as Uint8Array));
    expect(shown({ zone: 'a', n: '1' })).toMatchObject({ Metadata: '{"n":"1","zone":"a"}' });
    expect(shown({})).toMatchObject({ Metadata: null });
  });

  it('what is changed elsewhere is rendered anew, and the rest stays as it was', () => {
    const document = parseDocument(encodeUtf8('{"Addr":"1.2.3.4:80","Metadata":{"n":1,"zone":"a"},"Extra":[1]}'));
    const registration = document && registrationOf(ref, document);
    if (registration === null) throw new Error('a registration');
    const changed = { ...registration, port: 81 as number | null, metadata: { ...registration.metadata, zone: 'b', more: 'c' } };
    expect(JSON.parse(decodeUtf8(documentOf(changed) as Uint8Array))).toEqual({
      Op: 0,
      Addr: '1.2.3.4:81',
      Metadata: { n: 1, zone: 'b', more: 'c' },
      Extra: [1],
      Rollcall: 'etcd',
    });
  });
});
