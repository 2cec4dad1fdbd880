import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { etcdAddressKind, etcdOptions, objectionsToEtcd, readEtcdSettings, type EtcdOptions } from './config.js';

const nothing = Object.fromEntries(Object.entries(etcdOptions).map(([name, row]) => [name, row.default])) as unknown as EtcdOptions;
const address = { endpoints: ['a:2379'], isEncrypted: false };

describe('the address of an etcd', () => {
  it.each([
    ['etcd://10.0.0.1:2379', ['10.0.0.1:2379'], false],
    ['etcd://a:1,b:2,c', ['a:1', 'b:2', 'c:2379'], false],
    ['etcd://a, b', ['a:2379', 'b:2379'], false],
    ['etcds://etcd.example:2379/', ['etcd.example:2379'], true],
    ['etcd://[::1]:2379', ['[::1]:2379'], false],
    ['etcd://a:1,a:1', ['a:1'], false],
  ])('is understood: %s', (text, endpoints, isEncrypted) => {
    expect(etcdAddressKind.parse(text)).toEqual({ endpoints, isEncrypted });
  });

  it.each([
    'etcd://',
    'etcd:',
    'http://a:2379',
    'a:2379',
    'etcd://a:2379,',
    'etcd://a:0',
    'etcd://a:65536',
    'etcd://::1:2379',
    'etcd://[a]:1',
    'etcd://user:word@a:1',
    'etcd://a/prefix',
    'etcd://http://a:1',
    '',
    undefined,
  ])('is refused: %s', (text) => {
    expect(etcdAddressKind.parse(text)).toBeUndefined();
  });
});

describe('the options of the etcd engine', () => {
  it.each([
    ['', true],
    ['/staging', true],
    ['staging:', true],
    ['/staging/', false],
    ['a b', false],
  ])('a prefix of %j is allowed: %s', (text, allowed) => {
    expect(etcdOptions.etcdPrefix.kind.parse(text) !== undefined).toBe(allowed);
  });

  it('say what they need', () => {
    expect(objectionsToEtcd(null, nothing)).toEqual([]);
    expect(objectionsToEtcd(address, nothing)).toEqual([]);
    expect(objectionsToEtcd(null, { ...nothing, etcdCompact: true })).toEqual([expect.stringContaining('--etcd-compact needs an etcd')]);
    expect(objectionsToEtcd(address, { ...nothing, etcdUser: 'me', etcdKey: 'k' })).toEqual([
      expect.stringContaining('--etcd-password-file'),
      expect.stringContaining('--etcd-cert'),
    ]);
  });

  describe('read as they say how the store is opened', () => {
    let directory = '';
    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'rollcall-etcd-options-'));
      await writeFile(join(directory, 'password'), 'a word\n');
      await writeFile(join(directory, 'nothing'), '\nbelow\n');
    });
    afterAll(() => rm(directory, { recursive: true }));

    it('in the clear, unless a file of TLS or the address says otherwise', async () => {
      expect(await readEtcdSettings(address, nothing)).toEqual({
        endpoints: ['a:2379'],
        prefix: '',
        tls: null,
        user: null,
        compacts: false,
      });
      expect((await readEtcdSettings({ ...address, isEncrypted: true }, nothing)).tls).toEqual({
        caFile: null,
        certFile: null,
        keyFile: null,
      });
      expect((await readEtcdSettings(address, { ...nothing, etcdCa: 'ca.pem' })).tls).toMatchObject({ caFile: 'ca.pem' });
    });

    it('with the first line of a file as the password', async () => {
      const user = (file: string): EtcdOptions => ({ ...nothing, etcdUser: 'me', etcdPasswordFile: join(directory, file) });
      expect((await readEtcdSettings(address, user('password'))).user).toEqual({ name: 'me', password: 'a word' });
      await expect(readEtcdSettings(address, user('nothing'))).rejects.toThrow('first line is empty');
      await expect(readEtcdSettings(address, user('missing'))).rejects.toThrow('it is not there');
    });
  });
});
