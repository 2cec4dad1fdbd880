import { describe, expect, it } from 'vitest';
import { dnsObjections, dnsOptions, domainsOf, type DnsOptions } from './config.js';

const defaults = Object.fromEntries(Object.entries(dnsOptions).map(([name, option]) => [name, option.default])) as unknown as DnsOptions;

describe('the options of the DNS door', () => {
  it.each([
    ['dns', 'off', 'off'],
    ['dns', '0', { port: 0, isWished: true }],
    ['dns', '8600', { port: 8600, isWished: true }],
    ['dns', '70000', undefined],
    ['dnsDomains', 'consul', [{ name: 'consul', manner: 'consul' }]],
    [
      'dnsDomains',
      'Svc.Example.com.=consul,lan',
      [
        { name: 'svc.example.com', manner: 'consul' },
        { name: 'lan', manner: 'rollcall' },
      ],
    ],
    ['dnsDomains', 'a..b', undefined],
    ['dnsDomains', '-a', undefined],
    ['dnsDomains', `${'a'.repeat(64)}.b`, undefined],
    [
      'dnsTtls',
      '10s,pay*=1500ms,web=0',
      [
        { pattern: null, seconds: 10 },
        { pattern: 'pay*', seconds: 1 },
        { pattern: 'web', seconds: 0 },
      ],
    ],
    ['dnsTtls', '8d', undefined],
    ['dnsTtls', '=5s', undefined],
    [
      'dnsForward',
      '9.9.9.9,10.0.0.2:5353,[::1]:53,2620:fe::fe',
      [
        { address: '9.9.9.9', port: 53 },
        { address: '10.0.0.2', port: 5353 },
        { address: '::1', port: 53 },
        { address: '2620:fe::fe', port: 53 },
      ],
    ],
    ['dnsForward', 'dns.example', undefined],
    ['dnsForward', '9.9.9.9:0', undefined],
  ] as const)('%s: %s', (name, text, value) => {
    expect(dnsOptions[name].kind.parse(text)).toEqual(value);
  });

  it('make domains in their manners', () => {
    const [rollcall, consul] = domainsOf({
      ...defaults,
      dnsTtls: [
        { pattern: null, seconds: 9 },
        { pattern: 'web', seconds: 1 },
      ],
      dnsUdpAnswers: 7,
    });
    expect(rollcall).toMatchObject({ name: 'rollcall', manner: { ttlSeconds: 9, plainUdpAnswersMax: null } });
    expect(consul).toMatchObject({
      name: 'consul',
      manner: { ttlSeconds: 0, plainUdpAnswersMax: 7, serviceTtls: [{ pattern: 'web', ttlSeconds: 1 }] },
    });
  });

  it('are refused where a domain stands twice, and where it would ask itself', () => {
    const port = { port: 8600, isWished: false };
    const forward = (address: string, bind: string): readonly string[] =>
      dnsObjections({ ...defaults, dns: port, dnsForward: [{ address, port: 8600 }], bind });
    expect(forward('127.0.0.1', '127.0.0.1')).toHaveLength(1);
    expect(forward('127.0.0.1', '0.0.0.0')).toHaveLength(1);
    expect(forward('10.0.0.1', '127.0.0.1')).toEqual([]);
    const [domain] = defaults.dnsDomains;
    expect(dnsObjections({ ...defaults, dnsDomains: domain === undefined ? [] : [domain, domain], bind: '127.0.0.1' })).toHaveLength(1);
  });
});
