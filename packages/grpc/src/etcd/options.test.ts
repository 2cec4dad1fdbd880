import { expect, it } from 'vitest';
import { membersOf } from './options.js';
import { authorityOf, serviceIn } from './target.js';

it.each([
  [{}, { addresses: ['localhost:2379'], isEncrypted: false }],
  [{ endpoints: 'a, b:1,a:2379' }, { addresses: ['a:2379', 'b:1'], isEncrypted: false }],
  [{ endpoints: ['http://10.0.0.1:2379/', 'b'] }, { addresses: ['10.0.0.1:2379', 'b:2379'], isEncrypted: false }],
  [{ endpoints: 'https://[::1]:2379' }, { addresses: ['[::1]:2379'], isEncrypted: true }],
  [{ endpoints: 'etcds://a' }, { addresses: ['a:2379'], isEncrypted: true }],
  [
    { endpoints: 'a', tls: {} },
    { addresses: ['a:2379'], isEncrypted: true },
  ],
])('%j is where the members are', (options, members) => {
  expect(membersOf(options)).toEqual(members);
});

it.each([
  [{ endpoints: '' }, 'at least one endpoint'],
  [{ endpoints: [] }, 'at least one endpoint'],
  [{ endpoints: 'a:0' }, 'is no endpoint'],
  [{ endpoints: 'a:70000' }, 'is no endpoint'],
  [{ endpoints: '::1' }, 'is no endpoint'],
  [{ endpoints: 'ftp://a' }, 'is no endpoint'],
  [{ endpoints: 'a/b' }, 'is no endpoint'],
  [{ endpoints: 'http://a,https://b' }, 'an etcd has either'],
  [{ endpoints: 'http://a', tls: true }, 'an etcd has either'],
  [{ tls: { cert: 'x' } }, 'go together'],
  [{ user: { name: 'a', password: 'b' }, token: 'c' }, 'give one'],
])('%j means nothing', (options, message) => {
  expect(() => membersOf(options)).toThrow(message);
});

it.each([
  ['shop', 'shop', 'shop'],
  ['/shop', 'shop', 'shop'],
  ['team/shop', 'team/shop', 'shop'],
  ['team/shop%20floor', 'team/shop floor', 'shop-floor'],
  ['shop_1?x=y', 'shop_1', 'shop-1'],
  ['100%', '100%', '100-'],
])('the path %j names %j, called %j', (path, service, authority) => {
  expect(serviceIn({ scheme: 'etcd', authority: 'whoever', path })).toBe(service);
  expect(authorityOf({ path })).toBe(authority);
});

it.each(['', '/', 'shop/', '//shop'])('the path %j names nobody', (path) => {
  expect(() => serviceIn({ path })).toThrow(TypeError);
});
