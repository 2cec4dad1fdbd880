import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions } from '@rollcall/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Misuse } from './command.js';
import { connectionOptions, connectOptions, type ConnectionOptions } from './connection-options.js';

/** A certificate and a key in one, which is allowed. */
const PEM = '-----BEGIN CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----\n';

let directory: string;
const path = (name: string): string => join(directory, name);
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
  await Promise.all([writeFile(path('token'), ' secret \n'), writeFile(path('empty'), '\n'), writeFile(path('pem'), PEM)]);
});
afterAll(() => rm(directory, { recursive: true }));

function typed(...args: string[]): ReturnType<typeof connectOptions> {
  const { values, complaints } = readOptions<ConnectionOptions>(connectionOptions, args, { ROLLCALL_URL: 'http://a:1' });
  expect(complaints).toEqual([]);
  return connectOptions(values);
}

describe('how a registry is found', () => {
  it('is told by flags and by the environment', () => {
    expect(typed()).toEqual({ url: 'http://a:1', namespace: 'default', timeoutMs: 5000, tls: {} });
    expect(typed('--url', 'https://b/c', '--timeout', '250ms', '--token', 't')).toMatchObject({
      url: 'https://b/c',
      timeoutMs: 250,
      token: 't',
    });
  });

  it('is told by files', async () => {
    const { token, tls } = typed('--token-file', path('token'), '--ca-file', path('pem'), '--cert', path('pem'), '--key', path('pem'));
    expect(tls).toEqual({ ca: Buffer.from(PEM), cert: Buffer.from(PEM), key: Buffer.from(PEM) });
    if (typeof token !== 'function') throw new Error('A file can change.');
    expect(token()).toBe('secret');
    await writeFile(path('token'), 'other');
    expect(token()).toBe('other');
    await writeFile(path('token'), '');
    expect(token()).toBe('other');
    await rm(path('token'));
    expect(token()).toBe('other');
  });

  it.each([
    ['half a pair', () => ['--cert', path('pem')], /belong together/],
    ['a file that is not there', () => ['--ca-file', path('none')], /--ca-file: .*none cannot be read: it is not there/],
    ['a directory', () => ['--ca-file', directory], /it is a directory/],
    ['an authority without a certificate', () => ['--ca-file', path('empty')], /holds no certificate in PEM/],
    ['a key that is none', () => ['--cert', path('pem'), '--key', path('empty')], /holds no private key in PEM/],
    ['a token file that is not there', () => ['--token-file', path('none')], /--token-file: .*it is not there/],
    ['a token file without a token', () => ['--token-file', path('empty')], /holds no token/],
    ['two tokens', () => ['--token', 't', '--token-file', path('empty')], /one is enough/],
  ])('refuses %s', (_what, args, complaint) => {
    expect(() => typed(...args())).toThrow(Misuse);
    expect(() => typed(...args())).toThrow(complaint);
  });

  it.each(['nonsense', 'ftp://a', 'http://u:p@a', 'http://a?b=c'])('%s is no address', (url) => {
    expect(readOptions(connectionOptions, ['--url', url], {}).complaints).toHaveLength(1);
  });
});
