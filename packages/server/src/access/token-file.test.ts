import { readFile } from 'node:fs/promises';
import { ANONYMOUS, mayDo, Namespace, ServiceName, type Identity, type Right } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { RuledAccess } from './rules.js';
import { hashOf } from './secret.js';
import { readTokenFile } from './token-file.js';

const secret = 'a-secret-of-some-length';
const shown = { token: null, certificateNames: [], isLocal: false };

function accessBy(text: string, trustLoopback = false): RuledAccess {
  const access = new RuledAccess({ trustLoopback });
  access.rules = readTokenFile('t.yaml', text).rules;
  return access;
}

function may(identity: Identity, right: Right, service: string, namespace = 'default'): boolean {
  return mayDo(identity, right, { namespace: Namespace.parse(namespace) as Namespace, service: ServiceName.parse(service) as ServiceName });
}

describe('a token file', () => {
  it.each([
    ['YAML', `tokens:\n  - name: ci\n    token: ${secret}\n    read: '*'\n    write: [Payments, stock-*]\n`],
    [
      'JSON',
      JSON.stringify({ tokens: [{ name: 'ci', sha256: hashOf(secret).toUpperCase(), read: ['*'], write: ['payments', 'stock-*'] }] }),
    ],
  ])('in %s says who may do what', (_format, text) => {
    const who = accessBy(text).identify({ ...shown, token: secret });
    expect(who.name).toBe('ci');
    expect(may(who, 'read', 'anything')).toBe(true);
    expect(may(who, 'read', 'anything', 'blue')).toBe(false);
    expect(['PAYMENTS', 'stock-1', 'stock'].map((service) => may(who, 'write', service))).toEqual([true, true, false]);
    expect(may(who, 'operate', 'payments')).toBe(false);
  });

  it('allows who shows nothing nothing, unless it says otherwise', () => {
    expect(may(accessBy('tokens: []').identify(shown), 'read', 'a')).toBe(false);
    const open = accessBy("anonymous: { read: '*', namespaces: '*' }").identify(shown);
    expect(open.name).toBe(ANONYMOUS);
    expect([may(open, 'read', 'a', 'blue'), may(open, 'write', 'a')]).toEqual([true, false]);
  });

  it('never takes a token that nobody knows for none', () => {
    const access = accessBy("anonymous: { read: '*' }", true);
    for (const token of ['', 'x', secret, hashOf(secret)])
      expect(() => access.identify({ ...shown, token, isLocal: true })).toThrow(
        expect.objectContaining({ code: 'unauthenticated', details: { shown: true } }),
      );
  });

  it('knows each of very many callers, however often they come', () => {
    const rows = Array.from({ length: 1500 }, (_, at) => ({ name: `svc-${at}`, sha256: hashOf(`${secret}-${at}`), read: '*' }));
    const access = accessBy(JSON.stringify({ tokens: rows }));
    for (let round = 0; round < 2; round++)
      for (const [at, { name }] of rows.entries()) expect(access.identify({ ...shown, token: `${secret}-${at}` }).name).toBe(name);
    access.rules = readTokenFile('t', JSON.stringify({ tokens: rows.slice(1) })).rules;
    expect(() => access.identify({ ...shown, token: `${secret}-0` })).toThrow('not in the token file');
    expect(access.identify({ ...shown, token: `${secret}-1499` }).name).toBe('svc-1499');
  });

  it('is not opened by a hash that it holds', () => {
    const access = accessBy(`tokens: [{ name: a, sha256: ${hashOf(secret)}, read: '*' }]`);
    expect(() => access.identify({ ...shown, token: hashOf(secret) })).toThrow('not in the token file');
  });

  it('knows certificates by the names in them, exactly', () => {
    const access = accessBy("tokens: [{ name: node, certificate: 'spiffe://x/pay', write: pay }]");
    expect(access.identify({ ...shown, certificateNames: ['other', 'spiffe://x/pay'] }).name).toBe('node');
    for (const name of ['spiffe://x/pays', 'SPIFFE://x/pay', 'pay'])
      expect(access.identify({ ...shown, certificateNames: [name] }).name).toBe(ANONYMOUS);
  });

  it('trusts this machine only where it was told to', () => {
    const local = { ...shown, isLocal: true };
    expect(may(accessBy('tokens: []').identify(local), 'write', 'a')).toBe(false);
    expect(may(accessBy('tokens: []', true).identify(local), 'write', 'a')).toBe(true);
    expect(may(accessBy('tokens: []', true).identify(shown), 'write', 'a')).toBe(false);
  });

  it('tells those who follow it, and answers the same identity until then', () => {
    const access = accessBy(`tokens: [{ name: a, token: ${secret}, read: '*' }]`);
    const before = access.identify({ ...shown, token: secret });
    expect(access.identify({ ...shown, token: secret })).toBe(before);
    let told = 0;
    const end = access.follow(() => void told++);
    access.rules = readTokenFile('t', 'tokens: []').rules;
    end();
    access.rules = readTokenFile('t', 'tokens: []').rules;
    expect(told).toBe(1);
    expect(() => access.identify({ ...shown, token: secret })).toThrow('not in the token file');
  });
});

describe('a mistake in a token file', () => {
  const row = (more: string): string => `tokens:\n  - name: a\n    ${more}\n`;
  it.each([
    ['', 't.yaml is empty'],
    ['5', 't.yaml holds a text'],
    ['token: []', 'line 1: "token" is not known here'],
    ['tokens: 5', 'line 1: tokens is a text; allowed is a list'],
    ['tokens: [5]', 'line 1: it is a text'],
    [secret, 't.yaml holds a text'],
    [`tokens: [${secret}]`, 'line 1: it is a text'],
    [`tokens: { ${secret}: 1 }`, 'line 1: tokens is an object'],
    [row(`${secret}: x`), 'line 3: a name of 23 characters is not known'],
    [row(`token: *${secret}`), 'Unresolved alias (the anchor must be set before the alias).'],
    [row(`token: !${secret}`), 'line 3: Unresolved tag.'],
    [row(`token: @${secret}`), 'line 3: Plain value cannot start with reserved character …'],
    [row(`token: "${secret}\\q${secret}"`), 'line 3: Invalid escape sequence …'],
    [row(`token: ${secret}: ${secret}`), 'line 3: Nested mappings are not allowed in compact mappings.'],
    [row('read: x'), 'line 2: "a" needs one of token, sha256 and certificate.'],
    [row(`token: ${secret}\n    sha256: ${hashOf(secret)}`), 'line 2: "a" needs one of'],
    [row('token: short-secret'), 'line 3: token is something else, which is kept secret; allowed is 16 to 512'],
    [row('token: with space in it, long enough'), 'kept secret'],
    [row('sha256: 123'), 'line 3: sha256 is something else'],
    [row(`token: ${secret}\n    write: pay ments`), 'line 4: write is "pay ments"; allowed is the name of a service'],
    [row(`token: ${secret}\n    namespaces: Blue`), 'line 4: namespaces is "Blue"'],
    [row(`token: ${secret}\n    services: x`), 'line 4: "services" is not known'],
    [row(`token: ${secret}\n  - name: a\n    token: ${secret}2`), 'line 4: name is "a", as of a row before'],
    [row(`token: ${secret}\n  - name: b\n    token: ${secret}`), 'line 4: "b" is known by the same as "a"'],
    ['tokens: [{ name: anonymous, certificate: x }]', 'means something else already'],
    ['tokens: [{ name: rollcall, certificate: x }]', 'means something else already'],
    [`tokens: [{ name: '${secret} ${secret}' }]`, 'line 1: name is a text of'],
    ['tokens: []\n---\ntokens: []', 'line 3: a second document'],
    ['tokens: [', 'line 1'],
  ])('%j is said with its line', (text, complaint) => {
    let message = '';
    try {
      readTokenFile('t.yaml', text);
    } catch (error) {
      ({ message } = error as Error);
    }
    expect(message).toContain(complaint);
    for (const kept of [secret, 'short-secret', 'with space']) expect(message).not.toContain(kept);
  });
});

describe('what is hardly meant', () => {
  it.each([
    ['tokens: []', ['t names nobody: nobody may do anything.']],
    ['anonymous: { read: "*" }', []],
    [
      `tokens: [{ name: a, token: ${secret} }, { name: b, certificate: b, read: x }]`,
      ['"a" may do nothing: no read, write or operate is said.'],
    ],
  ])('%s', (text, remarks) => {
    expect(readTokenFile('t', text).remarks).toEqual(remarks);
  });
});

it('the example of the documents is one', async () => {
  const page = await readFile(new URL('../../../../docs/security.md', import.meta.url), 'utf8');
  const [, example = ''] = /```text\n(# Who[^]*?)```/.exec(page) ?? [];
  const { rules, hasSecrets } = readTokenFile('security.md', example);
  expect([rules.byHash.size, rules.byCertificate.size, hasSecrets]).toEqual([2, 1, true]);
  const operator = rules.byHash.get(hashOf('a-long-secret-as-it-is'));
  expect(operator?.may.operate.isEverything).toBe(true);
});
