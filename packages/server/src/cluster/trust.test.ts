/** How nodes know each other: by a secret, by certificates, and what is said where they do not. */
import { once } from 'node:events';
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createSecureServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectSecurely } from 'node:tls';
import { readFileSync } from 'node:fs';
import { SimulatedClock } from '@rollcall/conformance';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { certificatesIn } from '../../../../test/support/certificates.js';
import { describeWith } from '../../../../test/support/program.js';
import { PeerTrust, type PeerPaths } from '../shared/peer-trust.js';
import { attendant, eventually, Lines, newSecret, nobodyTrusted, nodeName, TestCluster, type TestNode } from './node.fixture.js';

let cluster: TestCluster;
beforeEach(() => {
  cluster = new TestCluster();
});
afterEach(() => cluster.close());

const who = [attendant('instances/default/web/a')];

/** Whether the first gets through to the second. */
async function gets(one: TestNode, other: TestNode): Promise<string> {
  const peers = cluster.peersOf(one, [other.live]);
  const outcome = await peers.ask(other.live.name, who).then(
    () => 'through',
    (error: Error) => error.message,
  );
  peers.close();
  return outcome;
}

describe('the file of the secret', () => {
  const read = async (...lines: readonly string[]): Promise<PeerTrust> =>
    PeerTrust.read(await cluster.secretFile(...lines), new Lines(), new SimulatedClock());

  it.each<[string, readonly string[], string]>([
    ['nothing', [], 'holds no secret'],
    ['a comment only', ['# here it should be'], 'holds no secret'],
    ['a short one', ['password'], '32 to 512 visible'],
    ['one with spaces', ['correct horse battery staple correct horse'], '32 to 512 visible'],
    ['three', [newSecret(), newSecret(), newSecret()], 'holds 3 secrets'],
  ])('with %s in it is refused', async (_what, lines, complaint) => {
    await expect(read(...lines)).rejects.toThrow(complaint);
  });

  it('that is not there is refused, and no secret is ever in what is said', async () => {
    const paths = { ...nobodyTrusted, peerSecretFile: '/nowhere/secret' };
    await expect(PeerTrust.read(paths, new Lines(), new SimulatedClock())).rejects.toThrow('cannot be read: it is not there');
    await expect(read('password')).rejects.not.toThrow('"password"');
  });

  it('holds one or two, and warns when others can read them', async () => {
    const secret = newSecret();
    const { material } = await read('# ours', '', `  ${secret}  `, newSecret());
    expect(material).toMatchObject({ kind: 'secret', keys: [{ id: /^[0-9a-f]{8}$/ }, {}] });
    const paths = await cluster.secretFile(secret);
    await chmod(paths.peerSecretFile, 0o644);
    const log = new Lines();
    await PeerTrust.read(paths, log, new SimulatedClock());
    expect(log.lines).toEqual([expect.stringContaining('others than its owner')]);
  });
});

describe('nodes with the same secret', () => {
  it('know each other, and what they say is encrypted', async () => {
    const paths = await cluster.secretFile(newSecret());
    const [one, other] = [await cluster.node('one', { paths }), await cluster.node('two', { paths })];
    expect(await gets(one, other)).toBe('through');
    const socket = connect(other.door.port, '127.0.0.1').on('error', () => undefined);
    socket.end('GET /peer/v1/node HTTP/1.1\r\nhost: localhost\r\nrollcall-peer: 1\r\n\r\n');
    let heard = '';
    socket.on('data', (piece) => (heard += piece.toString('latin1')));
    await once(socket, 'close');
    expect(heard).not.toContain('HTTP/1.1 200');
  });

  it('take over a new one while the old one is still there, in any order', async () => {
    const [before, after] = [newSecret(), newSecret()];
    const paths = [await cluster.secretFile(before), await cluster.secretFile(before)] as const;
    const one = await cluster.node('one', { paths: paths[0] });
    const other = await cluster.node('two', { paths: paths[1] });
    const there = cluster.peersOf(one, [other.live]);
    const back = cluster.peersOf(other, [one.live]);
    const both = async (): Promise<void> => {
      expect(await there.ask(other.live.name, who)).toEqual([null]);
      expect(await back.ask(one.live.name, who)).toEqual([null]);
    };
    await both();
    for (const lines of [[after, before], [after]]) {
      for (const [node, { peerSecretFile }] of [
        [one, paths[0]],
        [other, paths[1]],
      ] as const) {
        await writeFile(peerSecretFile, lines.join('\n'));
        await node.trust.reload();
        await both();
      }
    }
    expect([...one.log.lines, ...other.log.lines].join('\n')).not.toContain(after);
  });

  it('keep the one from before if the file becomes unreadable', async () => {
    const paths = await cluster.secretFile(newSecret());
    const [one, other] = [await cluster.node('one', { paths }), await cluster.node('two', { paths })];
    await writeFile(paths.peerSecretFile, 'short');
    await one.trust.reload();
    expect(one.log.lines.at(-1)).toContain('what was before stays in force');
    expect(await gets(one, other)).toBe('through');
  });
});

describe('who has another secret', () => {
  it('is turned away, and both say so, once', async () => {
    const one = await cluster.node('one', { paths: await cluster.secretFile(newSecret()) });
    const other = await cluster.node('two', { paths: await cluster.secretFile(newSecret()) });
    for (let attempt = 0; attempt < 5; attempt++) expect(await gets(one, other)).toContain('do not know each other');
    await eventually(() => expect(other.log.lines.join()).toContain('its secret is not one of --peer-secret-file'));
    expect(other.log.lines.filter((line) => line.includes('turned away'))).toHaveLength(1);
    expect(one.log.lines.join()).toContain('--peer-secret-file must hold the same everywhere');
  });

  it('loses its connections when its secret is taken out', async () => {
    const [before, after] = [newSecret(), newSecret()];
    const [old, changed] = [await cluster.secretFile(before), await cluster.secretFile(before)];
    const one = await cluster.node('one', { paths: old });
    const other = await cluster.node('two', { paths: changed });
    const peers = cluster.peersOf(one, [other.live]);
    expect(await peers.ask(other.live.name, who)).toEqual([null]);
    await writeFile(changed.peerSecretFile, after);
    await other.trust.reload();
    await expect(peers.ask(other.live.name, who)).rejects.toThrow();
  });

  it('or none is turned away', async () => {
    const one = await cluster.node('one');
    const other = await cluster.node('two', { paths: await cluster.secretFile(newSecret()) });
    expect(await gets(one, other)).not.toBe('through');
    expect(await gets(other, one)).toContain('speaks no TLS');
  });
});

describeWith(['openssl'], 'certificates', () => {
  let directory: string;
  const file = (name: string): string => join(directory, name);
  const paths = (name: string, ca = 'ca'): PeerPaths => ({
    peerSecretFile: null,
    peerCert: file(`${name}.crt`),
    peerKey: file(`${name}.key`),
    peerCa: file(`${ca}.crt`),
  });
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
    const { selfSigned, signed } = certificatesIn(directory);
    selfSigned('ca', '/CN=nodes');
    selfSigned('stranger', '/CN=localhost');
    await signed('one', '/CN=one', 'DNS:localhost');
    await signed('two', '/CN=two', 'DNS:localhost');
    await signed('elsewhere', '/CN=elsewhere', 'DNS:elsewhere.example');
  }, 60_000);
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('of one authority make nodes peers', async () => {
    const [one, other] = [await cluster.node('one', { paths: paths('one') }), await cluster.node('two', { paths: paths('two') })];
    expect(await gets(one, other)).toBe('through');
    expect(await gets(other, one)).toBe('through');
  });

  it('of another one do not, and it is said why', async () => {
    const one = await cluster.node('one', { paths: paths('stranger') });
    const other = await cluster.node('two', { paths: paths('two') });
    expect(await gets(one, other)).not.toBe('through');
    // Who believes everybody still shows nothing that is believed over there.
    const bold = await cluster.node('bold', { paths: paths('stranger', 'ca') });
    expect(await gets(bold, other)).not.toBe('through');
    await eventually(() => expect(other.log.lines.join()).toContain('its certificate is not believed: DEPTH_ZERO_SELF_SIGNED_CERT'));
    expect(other.log.lines.join()).toContain('"from":"127.0.0.1"');
    expect(bold.log.lines.join()).toContain('perhaps that node does not believe this one');
  });

  it('for another host are not believed', async () => {
    const one = await cluster.node('one', { paths: paths('one') });
    const other = await cluster.node('two', { paths: paths('elsewhere') });
    expect(await gets(one, other)).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('and a secret do not know each other', async () => {
    const one = await cluster.node('one', { paths: paths('one') });
    const other = await cluster.node('two', { paths: await cluster.secretFile(newSecret()) });
    expect(await gets(one, other)).not.toBe('through');
    expect(await gets(other, one)).not.toBe('through');
  });

  it('are read anew', async () => {
    for (const end of ['crt', 'key']) await copyFile(file(`one.${end}`), file(`live.${end}`));
    const one = await cluster.node('one', { paths: paths('live') });
    const other = await cluster.node('two', { paths: paths('two') });
    expect(await gets(other, one)).toBe('through');
    for (const end of ['crt', 'key']) await copyFile(file(`elsewhere.${end}`), file(`live.${end}`));
    await one.trust.reload();
    expect(await gets(other, one)).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('however good make nobody one who has the secret', async () => {
    const pair = { cert: readFileSync(file('one.crt')), key: readFileSync(file('one.key')) };
    const impostor = createSecureServer(pair, (_, response) => response.end('{"ageMs":[0]}'));
    await once(impostor.listen(0, '127.0.0.1'), 'listening');
    cluster.onClose(() => impostor.close().closeAllConnections());
    const one = await cluster.node('one', { paths: await cluster.secretFile(newSecret()) });
    const peer = `localhost:${(impostor.address() as AddressInfo).port}`;
    const peers = cluster.peersOf(one, [{ name: nodeName('two'), createRevision: 7, peer, leaving: false }]);
    await expect(peers.ask(nodeName('two'), who)).rejects.toThrow('do not know each other');
    // Without a proof the handshake ends, also for who asks for none.
    const door = await cluster.node('two', { paths: await cluster.secretFile(newSecret()) });
    const socket = connectSecurely({ port: door.door.port, host: '127.0.0.1', rejectUnauthorized: false });
    const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [Error];
    expect(error.message).toMatch(/handshake failure|alert/);
  });
});
