import { describe, expect, it } from 'vitest';
import { readAddressRange, type AddressRange } from './address.js';
import { objectionToHost } from './target-guard.js';

const ranges = (...texts: readonly string[]): readonly AddressRange[] => texts.map((text) => readAddressRange(text) as AddressRange);

const strict = { loopback: false, allowed: [] };

describe('a target', () => {
  it.each([
    '169.254.169.254',
    '2852039166',
    '0xA9FEA9FE',
    '0251.0376.0251.0376',
    '169.254.43518',
    '::ffff:169.254.169.254',
    '[::ffff:a9fe:a9fe]',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::',
    '::169.254.169.254',
    '169.254.169.254.',
    'fd00:ec2::254',
    'fd20:ce::254',
    '100.100.100.200',
    'fe80::1%eth0',
    '0.0.0.0',
    '0',
    '::',
    '127.0.0.1',
    '0x7f.1',
    '::1',
    'localhost',
    'LocalHost.',
    'admin.localhost',
    '224.0.0.1',
    'ff02::1',
    '255.255.255.255',
  ])('%s is refused', (host) => {
    expect(objectionToHost(host, strict)).toMatch(/^(an address|no address)/);
  });

  it.each(['10.0.0.5', '192.168.1.1', '8.8.8.8', 'web', 'web.internal', '100.64.0.1', 'fd00::1', '2001:db8::1'])('%s is not', (host) => {
    expect(objectionToHost(host, strict)).toBeNull();
  });

  it('may be on this machine where the door is', () => {
    const near = { loopback: true, allowed: [] };
    for (const host of ['127.0.0.1', '::1', 'localhost', '2130706433']) expect(objectionToHost(host, near), host).toBeNull();
    for (const host of ['169.254.169.254', '0.0.0.0', 'fe80::1']) expect(objectionToHost(host, near), host).not.toBeNull();
  });

  it('may be what an operator said', () => {
    const told = { loopback: false, allowed: ranges('169.254.7.0/24', '127.0.0.1', 'fe80::/10') };
    for (const host of ['169.254.7.9', '127.0.0.1', 'localhost', 'fe80::2']) expect(objectionToHost(host, told), host).toBeNull();
    for (const host of ['169.254.169.254', '127.0.0.2', '::1']) expect(objectionToHost(host, told), host).not.toBeNull();
  });
});
