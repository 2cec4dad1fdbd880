import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpointsOf } from '../endpoints.js';
import { callables, endpointOf, keyOf, prefixOf, recordOf } from './endpoint-value.js';

describe('a record', () => {
  it.each([
    ['10.0.0.1:80', { key: 'shop/10.0.0.1:80', value: '{"Op":0,"Addr":"10.0.0.1:80","Metadata":null}' }],
    [
      { address: '[::1]:80', id: 'x' },
      { key: 'shop/x', value: '{"Op":0,"Addr":"[::1]:80","Metadata":null}' },
    ],
    [
      { address: 'unix:/run/x', metadata: ['a'] },
      { key: 'shop/unix:/run/x', value: '{"Op":0,"Addr":"unix:/run/x","Metadata":"[\\"a\\"]"}' },
    ],
  ] as const)('of %j is what Go writes', (wish, record) => {
    expect(recordOf('shop', wish)).toEqual(record);
  });

  it.each(['', '10.0.0.1', ':80', 'a:0', 'a:65536', '::1:80', 'http://a:80', 'a b:80', 'unix:'])(
    'is none with the address %j',
    (address) => {
      expect(() => recordOf('shop', address)).toThrow(TypeError);
    },
  );

  it.each(['', '/', '/shop', 'shop/'])('is none of the service %j', (service) => {
    expect(() => recordOf(service, 'a:80')).toThrow('names no service');
  });

  it('comes back as it was written', () => {
    const address = fc.tuple(fc.domain(), fc.integer({ min: 1, max: 65_535 })).map(([host, port]) => `${host}:${port}`);
    const service = fc.stringMatching(/^[a-z]([a-z/]{0,20}[a-z])?$/);
    fc.assert(
      fc.property(
        service,
        address,
        fc.jsonValue().filter((one) => typeof one !== 'string' || !/^[{[]/.test(one)),
        (name, where, metadata) => {
          const { key, value } = recordOf(name, { address: where, metadata });
          const read = endpointOf(key, value);
          expect(key.startsWith(prefixOf(name))).toBe(true);
          expect(read?.address).toBe(where);
          expect(read?.metadata ?? null).toEqual(JSON.parse(JSON.stringify(metadata)));
        },
      ),
    );
  });

  it('has a key', () => {
    expect(keyOf('team/shop', 'a')).toBe('team/shop/a');
    expect(() => keyOf('shop', '')).toThrow(TypeError);
  });
});

describe('a value', () => {
  it.each([
    ['{"Addr":"a:1"}', { address: 'a:1' }],
    ['{"addr":"a:1","METADATA":{"zone":"x"}}', { address: 'a:1', metadata: { zone: 'x' } }],
    ['{"Addr":"a:1","Metadata":"{\\"zone\\":\\"x\\"}"}', { address: 'a:1', metadata: { zone: 'x' } }],
    ['{"Addr":"a:1","Metadata":"{zone"}', { address: 'a:1', metadata: '{zone' }],
    ['{"Op":1,"Addr":"a:1","Metadata":null,"More":[]}', { address: 'a:1' }],
    ['{"Addr":"1.2.3.4","Metadata":"..."}', { address: '1.2.3.4', metadata: '...' }],
  ])('%s is an endpoint', (value, endpoint) => {
    expect(endpointOf('shop/x', value)).toEqual({ key: 'shop/x', ...endpoint });
  });

  it.each(['', '10.0.0.1:80', 'null', '[]', '"a:1"', '{}', '{"Addr":""}', '{"Addr":1}', '{"Addr":"a:1"'])('%j is none', (value) => {
    expect(endpointOf('shop/x', value)).toBeUndefined();
  });

  it('may be anything at all', () => {
    fc.assert(fc.property(fc.string(), (value) => void endpointOf('shop/x', value)));
  });
});

describe('callables', () => {
  const endpoint = (key: string, address: string, metadata?: unknown): Parameters<typeof callables>[0][number] => ({
    key,
    address,
    ...(metadata === undefined ? {} : { metadata }),
  });

  it('are each address once, by its weight', () => {
    const found = callables([endpoint('x', 'a:1', { weight: 2 }), endpoint('y', 'b:1'), endpoint('z', 'a:1')]);
    expect(endpointsOf(found, null).endpoints.map(({ addresses: [one] }) => one)).toEqual([
      { host: 'a', port: 1 },
      { host: 'a', port: 1 },
      { host: 'b', port: 1 },
    ]);
  });

  it.each([-1, '2', NaN, null, [], 'x'])('weigh one where the weight is %j', (weight) => {
    expect(callables([endpoint('x', 'a:1', { weight })])).toMatchObject([{ weight: 1 }]);
  });

  it('are found by name, by number and by path, and not without a port', () => {
    const found = callables([endpoint('w', 'a'), endpoint('x', '[::1]:2'), endpoint('y', 'unix:/run/x'), endpoint('z', '1.2.3.4')]);
    const { endpoints, unreachable } = endpointsOf(found, null);
    expect(endpoints).toEqual([{ addresses: [{ host: '::1', port: 2 }] }, { addresses: [{ path: '/run/x' }] }]);
    expect(unreachable.map(({ id }) => id)).toEqual(['a', '1.2.3.4']);
  });
});
