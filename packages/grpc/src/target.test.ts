import { describe, expect, it } from 'vitest';
import { authorityOf, parseTarget } from './target.js';

describe('a target', () => {
  it.each<[string, string, object]>([
    ['', 'payments', { registry: null, service: 'payments', portName: null, wish: {} }],
    ['', 'payments:grpc', { service: 'payments', portName: 'grpc' }],
    ['10.0.0.7:8500', 'payments', { registry: '10.0.0.7:8500', service: 'payments' }],
    ['', 'urn%3Apay:admin', { service: 'urn:pay', portName: 'admin' }],
    ['', 'payments:', { service: 'payments', portName: null }],
    ['', 'payments?tag=a&tag=b&zone=z&version=1.2', { wish: { tags: ['a', 'b'], zone: 'z', version: '1.2' } }],
    [
      '',
      'payments:grpc?meta.team=x%20y&namespace=n&near=r/z',
      { portName: 'grpc', wish: { metadata: { team: 'x y' }, namespace: 'n', near: 'r/z' } },
    ],
    ['', 'payments?subset=20', { wish: { subset: { size: 20 } } }],
  ])('//%s/%s', (authority, path, expected) => expect(parseTarget({ scheme: 'rollcall', authority, path })).toMatchObject(expected));

  it.each(['', ':grpc', '?tag=a', 'a/b', 'payments?colour=blue', 'payments?health=any'])('%j means nothing', (path) =>
    expect(() => parseTarget({ path })).toThrow(TypeError),
  );

  it.each([
    ['payments:grpc?zone=a', 'payments'],
    ['pay_v2~x', 'pay-v2-x'],
  ])('%s is called %s', (path, authority) => expect(authorityOf({ path })).toBe(authority));
});
