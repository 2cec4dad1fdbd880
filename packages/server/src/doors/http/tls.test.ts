/** The files of TLS, made by openssl for this test, and a door that speaks it. */
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { request, type RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { anybody, noMeter, nothing, type AccessControl, type RollcallError } from '@rollcall/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificatesIn } from '../../../../../test/support/certificates.js';
import { describeWith } from '../../../../../test/support/program.js';
import type { HttpFace } from '../../shared/http-face.js';
import { HttpDoor } from './door.js';
import { namesIn } from '../../shared/certificate-names.js';
import { readTls, type TlsPaths } from './tls.js';

describe('the names in a certificate', () => {
  it.each([
    [{ subject: 'CN=a', subjectAltName: undefined }, ['a']],
    [{ subject: 'C=DE\nO=CN=no\nCN=a b\nCN=c', subjectAltName: undefined }, ['a b', 'c']],
    [
      { subject: 'O=x', subjectAltName: 'DNS:a.example, URI:spiffe://x/pay, IP Address:10.0.0.1, email:a@b' },
      ['a.example', 'spiffe://x/pay'],
    ],
    [{ subject: 'CN=a', subjectAltName: 'DNS:a, DNS:b' }, ['a', 'b']],
    // One name that pretends to be two.
    [{ subject: 'O=x', subjectAltName: 'URI:"http://a, DNS:boss", DNS:a' }, ['a']],
    [{ subject: '', subjectAltName: '' }, []],
  ])('%j', ({ subject, subjectAltName }, names) => {
    expect(namesIn({ subject, subjectAltName })).toEqual(names);
  });
});

async function makeCertificates(directory: string): Promise<void> {
  const { selfSigned, signed } = certificatesIn(directory);
  selfSigned('ca', '/CN=test authority');
  selfSigned('stranger', '/CN=node-7');
  await signed('server', '/CN=one', 'DNS:localhost');
  await signed('second', '/CN=two', 'DNS:localhost');
  await signed('node', '/CN=node-7', 'URI:spiffe://example/node-7');
}

describeWith(['openssl'], 'TLS', () => {
  let directory: string;
  const file = (name: string): string => join(directory, name);
  const paths = (cert: string, key: string, ca: string | null = null): TlsPaths => ({
    tlsCert: file(cert),
    tlsKey: file(key),
    tlsClientCa: ca === null ? null : file(ca),
  });

  const doors: HttpDoor[] = [];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
    await makeCertificates(directory);
  }, 60_000);
  afterAll(async () => {
    for (const door of doors) await door.close();
    await rm(directory, { recursive: true, force: true });
  });

  const nowMs = Date.parse('2999-01-01');
  it.each<[string, () => TlsPaths, string | null]>([
    ['nothing', () => ({ tlsCert: null, tlsKey: null, tlsClientCa: null }), null],
    ['a certificate alone', () => ({ ...paths('server.crt', 'x'), tlsKey: null }), 'go together'],
    ['a key alone', () => ({ ...paths('x', 'server.key'), tlsCert: null }), 'go together'],
    ['an authority alone', () => ({ tlsCert: null, tlsKey: null, tlsClientCa: file('ca.crt') }), '--tls-client-ca needs TLS'],
    ['a file that is not there', () => paths('none.crt', 'server.key'), 'cannot be read: it is not there'],
    ['a key for a certificate', () => paths('server.key', 'server.key'), 'holds no certificate'],
    ['a certificate for a key', () => paths('server.crt', 'server.crt'), 'holds no private key'],
    ['the key of another one', () => paths('server.crt', 'node.key'), 'is not the key of'],
    ['a key for an authority', () => paths('server.crt', 'server.key', 'ca.key'), '--tls-client-ca'],
  ])('%s is no TLS, and it is said why', async (_what, given, complaint) => {
    if (complaint === null) expect(await readTls(given(), nowMs)).toBeNull();
    else await expect(readTls(given(), nowMs)).rejects.toThrow(complaint);
  });

  it('of an old or a future certificate is said to be so', async () => {
    expect((await readTls(paths('server.crt', 'server.key'), nowMs))?.warnings).toEqual([expect.stringContaining('ended on')]);
    expect((await readTls(paths('server.crt', 'server.key'), 0))?.warnings).toEqual([expect.stringContaining('only begins on')]);
  });

  /** Says who it was taken for. */
  const who: HttpFace = {
    name: 'test',
    prefix: '',
    routes: [{ method: 'GET', path: '/', right: 'read', handle: ({ caller }) => ({ status: 200, headers: [], body: caller.identity }) }],
    failed: (error) => ({ status: 401, headers: [], body: (error as RollcallError).message }),
  };
  const access: AccessControl = {
    isOpen: false,
    identify: ({ certificateNames }) => ({
      name: certificateNames.join(' ') || 'nobody',
      may: certificateNames.length > 0 ? anybody.may : nothing,
    }),
    follow: () => () => undefined,
  };

  async function openDoor(): Promise<HttpDoor> {
    await copyFile(file('server.crt'), file('live.crt'));
    await copyFile(file('server.key'), file('live.key'));
    const tls = await readTls(paths('live.crt', 'live.key', 'ca.crt'), nowMs);
    const door = new HttpDoor({
      faces: [who],
      bind: '127.0.0.1',
      port: 0,
      corsOrigins: [],
      connectionsMax: 10,
      tls,
      access,
      load: () => ({ loopDelayMs: 0, commitsWaiting: 0 }),
      clock: new SimulatedClock(),
      random: new SeededRandom(1),
      meter: noMeter,
    });
    doors.push(door);
    await door.start();
    return door;
  }

  async function ask(
    door: HttpDoor,
    client: string | null,
    more: RequestOptions = {},
  ): Promise<{ readonly text: string; readonly server: string }> {
    const shown = client === null ? {} : { cert: await readFile(file(`${client}.crt`)), key: await readFile(file(`${client}.key`)) };
    const port = Number(door.address.split(':')[1]);
    const options = { host: 'localhost', port, ca: await readFile(file('ca.crt')), agent: false, ...shown, ...more } as const;
    return new Promise((resolve, reject) => {
      const asked = request(options, (answer) => {
        const server = (answer.socket as unknown as { getPeerCertificate(): { subject: { CN: string } } }).getPeerCertificate().subject.CN;
        let text = '';
        answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        answer.on('end', () => resolve({ text, server }));
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  it('knows its callers by the certificates that they prove, and says what is wrong with others', async () => {
    const door = await openDoor();
    expect((await ask(door, 'node')).text).toBe('node-7 spiffe://example/node-7');
    expect((await ask(door, null)).text).toContain('"read"');
    expect((await ask(door, 'stranger')).text).toContain('is not believed: DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  it('is never older than 1.2, and nothing else is spoken there', async () => {
    const door = await openDoor();
    await expect(ask(door, null, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL@SECLEVEL=0' })).rejects.toThrow();
    await expect(fetch(`http://${door.address}/`)).rejects.toThrow('fetch failed');
    expect((await ask(door, 'node')).server).toBe('one');
  });

  it('lets go of who never says anything', async () => {
    const door = await openDoor();
    expect(await once(connect(Number(door.address.split(':')[1]), '127.0.0.1').resume(), 'close')).toEqual([false]);
  }, 30_000);
  it('takes a new certificate for new connections', async () => {
    const door = await openDoor();
    const tls = await readTls(paths('second.crt', 'second.key', 'ca.crt'), nowMs);
    if (tls !== null) door.secure(tls);
    expect(await ask(door, 'node')).toEqual({ text: 'node-7 spiffe://example/node-7', server: 'two' });
  });
});
