import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Host } from './host.js';

describe('Host', () => {
  it.each(['10.0.0.5', '255.255.255.255', '::1', 'fe80::1%eth0', '2001:db8::8:800:200c:417a', '::ffff:1.2.3.4', '1:2:3:4:5:6:7:8', '1::'])(
    'takes the address %s',
    (text) => expect(Host.parse(text)).toBe(text),
  );

  it.each(['localhost', 'db-1.internal', 'my_container', 'a', 'payments.svc.cluster.local', '1and1.example'])('takes the name %s', (text) =>
    expect(Host.parse(text)).toBe(text),
  );

  it.each([
    ['an address that means all of my own', '0.0.0.0'],
    ['an address that means all of my own', '::'],
    ['half an address', '10.0.0'],
    ['too large a part', '10.0.0.256'],
    ['a leading zero', '10.0.0.01'],
    ['a port', '10.0.0.5:8080'],
    ['a port', 'localhost:8080'],
    ['brackets', '[::1]'],
    ['two gaps', '1::2::3'],
    ['nine groups', '1:2:3:4:5:6:7:8:9'],
    ['an address inside', '1.2.3.4::'],
    ['a scheme', 'http://a'],
    ['a space', 'a b'],
    ['an empty label', 'a..b'],
    ['a hyphen in front', '-a'],
    ['nothing', ''],
    ['a long name', 'a.'.repeat(127)],
    ['no text', 5],
  ])('refuses %s: %s', (_what, value) => expect(Host.parse(value)).toBeUndefined());

  it('takes every address', () => {
    fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => /^[0.:]*$/.test(text) || Host.parse(text) === text));
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.anything(), fc.string({ unit: 'binary' })), (value) => void Host.parse(value)));
  });
});
