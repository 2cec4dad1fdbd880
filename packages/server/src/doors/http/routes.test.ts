import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RouteTable } from './routes.js';

const route = (method: string, path: string): { readonly method: string; readonly path: string } => ({ method, path });

const table = new RouteTable([
  route('GET', '/'),
  route('GET', '/services'),
  route('GET', '/services/:name/instances'),
  route('GET', '/services/all/instances'),
  route('PUT', '/services/:name'),
  route('GET', '/v1/kv/*'),
  route('GET', '/v1/kv/:key/history'),
  route('DELETE', '/a/:one/:two'),
]);

describe('RouteTable', () => {
  it.each([
    ['GET', '/', '/', {}],
    ['GET', '/services', '/services', {}],
    ['GET', '/services/payments/instances', '/services/:name/instances', { name: 'payments' }],
    ['GET', '/services/all/instances', '/services/all/instances', {}],
    ['GET', '/services/a%2Fb%20c/instances', '/services/:name/instances', { name: 'a/b c' }],
    ['PUT', '/services/all', '/services/:name', { name: 'all' }],
    ['GET', '/v1/kv/', '/v1/kv/*', { '*': '' }],
    ['GET', '/v1/kv', '/v1/kv/*', { '*': '' }],
    ['GET', '/v1/kv/a%2Fb/c', '/v1/kv/*', { '*': 'a%2Fb/c' }],
    ['GET', '/v1/kv/a/history', '/v1/kv/:key/history', { key: 'a' }],
    ['GET', '/v1/kv/a/history/b', '/v1/kv/*', { '*': 'a/history/b' }],
    ['DELETE', '/a/1/2', '/a/:one/:two', { one: '1', two: '2' }],
    ['DELETE', '/a/__proto__/constructor', '/a/:one/:two', { one: '__proto__', two: 'constructor' }],
  ])('%s %s', (method, path, found, parameters) => {
    expect(table.find(method, path)).toEqual({ route: { method, path: found }, parameters });
  });

  it.each([
    ['POST', '/services'],
    ['GET', '/services/'],
    ['GET', '//services'],
    ['GET', '/services//instances'],
    ['GET', '/Services'],
    ['GET', ''],
    ['GET', '*'],
    ['DELETE', '/a/1'],
    ['DELETE', '/a/1/2/3'],
  ])('nothing at %s %s', (method, path) => expect(table.find(method, path)).toBeNull());

  it('refuses what cannot be decoded, and throws nothing else', () => {
    expect(() => table.find('PUT', '/services/%zz')).toThrow(expect.objectContaining({ code: 'invalid-request' }));
    fc.assert(
      fc.property(fc.constantFrom('GET', 'PUT', '__proto__'), fc.stringMatching(/^[/%a-z0-9:*.]{0,30}$/), (method, path) => {
        try {
          table.find(method, path);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid-request' });
        }
      }),
    );
  });

  it('gives back what was written into a path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const parameters = table.find('GET', `/services/${encodeURIComponent(name)}/instances`)?.parameters;
        expect(name === 'all' ? {} : { name }).toEqual(parameters);
      }),
    );
  });
});
