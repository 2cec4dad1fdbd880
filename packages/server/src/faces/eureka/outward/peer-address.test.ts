import { readOptions, separatedKind } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { eurekaObjections, eurekaOptions } from '../config.js';
import { isOwnAddress, type OwnDoors } from './own-address.js';
import { peerAddressKind, type PeerAddress } from './peer-address.js';

const PASSWORD = 'open-sesame';

function complaints(...addresses: readonly string[]): string {
  const args = addresses.flatMap((address) => ['--eureka-peer', address]);
  return readOptions({ peers: eurekaOptions.eurekaPeers }, args, {}).complaints.join('\n');
}

describe('an address that is none', () => {
  it.each<readonly [address: string, why: string]>([
    ['nonsense', 'neither with http:// nor with https://'],
    [`ftp://mallory:${PASSWORD}@host/`, 'neither with http:// nor with https://'],
    [`http://mallory:${PASSWORD},x@host/`, 'a comma, @, / or # within a name or password is written with a %'],
    [`team a=http://mallory:${PASSWORD}@host/`, 'what stands before its = is no namespace; allowed is'],
    [`http://mallory:${PASSWORD}@`, 'its host or its port cannot be read'],
    [`http://mallory:${PASSWORD}@host:99999/`, 'its host or its port cannot be read'],
    [`http://mallory:${PASSWORD}@host/?a=1`, 'it has a ? or a # in it'],
    [`http://mallory:${PASSWORD}%zz@host/`, 'a % itself is written %25'],
  ])('%s is refused, and nothing of it repeated', (address, why) => {
    const said = complaints(address);
    expect(said).toContain(why);
    expect(said).toContain('allowed is the address of a Eureka server');
    expect(said).not.toMatch(/open-sesame|mallory|nonsense/);
  });

  it('of several is said by its place', () => {
    expect(complaints('http://a/', 'b,http://c/')).toContain('number 2 of 3: it begins neither');
    const seventeen = Array.from({ length: 17 }, () => 'http://a/');
    expect(complaints(...seventeen)).toContain('there are 17 of them, and 16 are allowed');
    expect(separatedKind(peerAddressKind, 2).whyNot?.('b')).toContain('it begins neither');
  });
});

it('authorities are for those who show a certificate', () => {
  const peers = (...texts: readonly string[]): readonly PeerAddress[] => texts.map((text) => peerAddressKind.parse(text) as PeerAddress);
  const objections = (eurekaPeerCa: string | null, ...texts: readonly string[]): number =>
    eurekaObjections({ eurekaPeerCa, eurekaPeers: peers(...texts) }).length;
  expect([
    objections(null),
    objections('ca.pem'),
    objections('ca.pem', 'http://a/'),
    objections('ca.pem', 'http://a/', 'https://b/'),
  ]).toEqual([0, 1, 1, 0]);
});

describe('our own address', () => {
  const ports = [
    { port: 8500, alone: false },
    { port: 8761, alone: true },
  ];
  const doors = (bind: string): OwnDoors => ({ bind, ports, hosts: ['house', '10.0.0.1', 'fd00::1'] });

  it.each<readonly [address: string, bind: string, isOwn: boolean]>([
    ['http://127.0.0.1:8500/eureka/', '127.0.0.1', true],
    ['http://localhost:8500/eureka/v2', '127.0.0.1', true],
    ['http://127.0.0.2:8500/eureka/', '127.0.0.1', false],
    ['http://[::1]:8500/eureka/', '127.0.0.1', false],
    ['http://[::1]:8500/eureka/', '::', true],
    ['http://10.0.0.1:8500/eureka/', '127.0.0.1', false],
    ['http://10.0.0.1:8761/eureka/', '0.0.0.0', true],
    ['https://HOUSE:8761/', '0.0.0.0', true],
    ['http://[fd00::1]:8761/v2/', '::', true],
    ['http://house:8500/', '0.0.0.0', false],
    ['http://house:8501/eureka/', '0.0.0.0', false],
    ['http://house/eureka/', '0.0.0.0', false],
    ['http://other:8500/eureka/', '0.0.0.0', false],
    ['http://house:8500/eureka-team-a/', '0.0.0.0', false],
    ['team-a=http://house:8500/eureka-team-a/', '0.0.0.0', true],
    ['team-a=http://team-a:word@house:8761/', '0.0.0.0', true],
    ['http://house:8500/ui/', '0.0.0.0', false],
  ])('is %s on %s: %s', (address, bind, isOwn) => {
    expect(isOwnAddress(peerAddressKind.parse(address) as PeerAddress, doors(bind))).toBe(isOwn);
  });
});
