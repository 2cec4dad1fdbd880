import type { NodeName } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { objectionsTo } from './objections.js';
import { serveOptions, type ServeOptions } from './options/options.js';

const usual = Object.fromEntries(Object.entries(serveOptions).map(([name, option]) => [name, option.default])) as unknown as ServeOptions;

const etcd = { endpoints: ['127.0.0.1:2379'], isEncrypted: false };

describe('objectionsTo', () => {
  it.each<[string, Partial<ServeOptions>, readonly RegExp[]]>([
    ['the usual', {}, []],
    ['a certificate without its key', { tlsCert: 'c' }, [/go together/]],
    ['an authority without a certificate', { tlsClientCa: 'ca' }, [/needs TLS/]],
    ['an open address without a word about who may come in', { bind: '0.0.0.0' }, [/three ways/]],
    ['an etcd', { store: etcd }, []],
    ['what only an etcd needs', { etcdUser: 'me', etcdPrefix: '/x' }, [/--etcd-user needs an etcd/, /--etcd-prefix needs an etcd/]],
    ['half of an etcd’s user', { store: etcd, etcdUser: 'me' }, [/--etcd-password-file go together/]],
    ['what only several nodes need', { peer: 9000, role: 'replica' }, [/^--peer is for several nodes/, /^--role replica is for several/]],
    ['a peer door to everybody', { store: etcd, bind: '0.0.0.0', insecure: true }, [/nodes would not know each other/, /--advertise/]],
    ['a replica, which has none', { store: etcd, bind: '0.0.0.0', insecure: true, role: 'replica' }, []],
    ['two ways to know each other', { store: etcd, peerSecretFile: 's', peerCert: 'c', peerKey: 'k', peerCa: 'a' }, [/not by both/]],
    ['a name alone', { node: 'one' as NodeName }, []],
    ['several at once', { bind: '0.0.0.0', tlsKey: 'k' }, [/go together/, /three ways/]],
  ])('%s', (_name, given, expected) => {
    const objections = objectionsTo({ ...usual, ...given });
    expect(objections).toHaveLength(expected.length);
    expected.forEach((pattern, at) => expect(objections[at]).toMatch(pattern));
  });
});
