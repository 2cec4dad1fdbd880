/** The options of the peer door, and what they mean together. */
import { describe, expect, it } from 'vitest';
import { advertisedAt, peerOptions } from './config.js';
import { peerObjections, type PeerExposure } from './exposure.js';

describe('--advertise', () => {
  it.each<[string, string | null]>([
    ['node-1', 'node-1:7'],
    ['node-1.example:9000', 'node-1.example:9000'],
    ['10.0.0.1', '10.0.0.1:7'],
    ['10.0.0.1:9000', '10.0.0.1:9000'],
    ['fd00::1', '[fd00::1]:7'],
    ['[fd00::1]', '[fd00::1]:7'],
    ['[fd00::1]:9000', '[fd00::1]:9000'],
    ['0.0.0.0', null],
    ['[::]:9000', null],
    ['node-1:0', null],
    ['node-1:65536', null],
    ['node-1:', null],
    ['http://node-1', null],
    ['', null],
  ])('%j', (text, address) => {
    const advertise = peerOptions.advertise.kind.parse(text);
    expect(advertise === undefined || advertise === null ? null : advertisedAt({ bind: '127.0.0.1', advertise }, 7)).toBe(address);
  });

  it('left out is the address that the door is bound to', () => {
    expect(advertisedAt({ bind: '::1', advertise: null }, 7)).toBe('[::1]:7');
  });
});

describe('the peer door', () => {
  const bare: PeerExposure = {
    bind: '127.0.0.1',
    advertise: null,
    hasAccessControl: false,
    peerSecretFile: null,
    peerCert: null,
    peerKey: null,
    peerCa: null,
  };
  const certificates = { peerCert: 'c', peerKey: 'k', peerCa: 'a' };
  it.each<[string, Partial<PeerExposure>, string | null]>([
    ['on loopback', {}, null],
    ['on loopback, where not everybody may do everything', { hasAccessControl: true }, 'get round the access control'],
    ['there, with a secret', { hasAccessControl: true, peerSecretFile: 's' }, null],
    ['beyond it', { bind: '10.0.0.1' }, 'to other machines'],
    ['beyond it, with a secret', { bind: '10.0.0.1', peerSecretFile: 's' }, null],
    ['beyond it, with certificates', { bind: '10.0.0.1', ...certificates }, null],
    ['with both', { peerSecretFile: 's', ...certificates }, 'not by both'],
    ['with a certificate of no authority', { ...certificates, peerCa: null }, 'go together'],
    ['everywhere, and nobody knows where', { bind: '0.0.0.0', peerSecretFile: 's' }, '--advertise'],
    ['everywhere in IPv6, too', { bind: '::', peerSecretFile: 's' }, '--advertise'],
    ['everywhere, and it says where', { bind: '0.0.0.0', peerSecretFile: 's', advertise: {} }, null],
  ])('%s', (_what, more, complaint) => {
    const objections = peerObjections({ ...bare, ...more });
    expect(objections).toEqual(complaint === null ? [] : [expect.stringContaining(complaint)]);
  });
});
