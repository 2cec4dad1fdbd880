/** Certificates that are believed, and all that are not: by every probe that speaks TLS. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import type { TlsTerms } from '@rollcall/core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { certificatesIn } from '../../../../../test/support/certificates.js';
import { describeWith } from '../../../../../test/support/program.js';
import type { Found } from '../found.js';
import { probeGrpc } from './grpc.js';
import { probeHttp } from './http.js';
import { ask, expectFound, Targets, type Asking } from './targets.fixture.js';
import { probeTcp } from './tcp.js';

const targets = new Targets();
const host = '127.0.0.1';
const believing: TlsTerms = { serverName: null, verify: true, ca: null };
const unbelieving: TlsTerms = { serverName: 'db.example.org', verify: false, ca: null };
const page = { type: 'http', method: 'GET', path: '/', headers: {}, body: null, statuses: [], contains: null } as const;

/** Who shows what. */
const shown = ['good', 'old', 'other', 'stranger', 'own'] as const;
type Shown = (typeof shown)[number];

const protocols = ['http', 'tcp', 'grpc'] as const;
type Protocol = (typeof protocols)[number];

describeWith(['openssl'], 'a target behind TLS', () => {
  let directory: string;
  let ca: string;
  let pairs: Readonly<Record<Shown, { readonly cert: Buffer; readonly key: Buffer }>>;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-probe-tls-'));
    const make = certificatesIn(directory);
    const pair = async (name: string): Promise<{ readonly cert: Buffer; readonly key: Buffer }> => ({
      cert: await readFile(join(directory, `${name}.crt`)),
      key: await readFile(join(directory, `${name}.key`)),
    });
    make.selfSigned('ca', '/CN=strangers');
    await make.signed('stranger', '/CN=web', 'DNS:web,IP:127.0.0.1');
    make.selfSigned('ca', '/CN=authority');
    await make.signed('good', '/CN=web', 'DNS:web,IP:127.0.0.1');
    await make.expired('old', '/CN=web', 'DNS:web,IP:127.0.0.1');
    await make.signed('other', '/CN=else', 'DNS:else');
    make.selfSigned('own', '/CN=web');
    ca = await readFile(join(directory, 'ca.crt'), 'utf8');
    const read = await Promise.all(shown.map(async (name) => [name, await pair(name)] as const));
    pairs = Object.fromEntries(read) as typeof pairs;
  });
  afterAll(() => rm(directory, { recursive: true }));
  afterEach(() => targets.end());

  async function serving(protocol: Protocol, who: Shown, names: string[] = []): Promise<number> {
    if (protocol === 'grpc') return servingGrpc(who);
    const server = createServer({ ...pairs[who], SNICallback: (name, done) => (names.push(name), done(null)) }, (socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    server.on('tlsClientError', () => undefined);
    return targets.serve(server);
  }

  function servingGrpc(who: Shown): Promise<number> {
    const server = createSecureServer(pairs[who]);
    server.on('stream', (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
    });
    server.on('sessionError', () => undefined);
    return targets.serve(server);
  }

  function probed(protocol: Protocol, port: number, tls: TlsTerms, asking: Asking & { readonly host?: string } = {}): Promise<Found> {
    const at = { host: asking.host ?? host, port, tls };
    if (protocol === 'tcp') return ask(probeTcp, { type: 'tcp', ...at, refusedOnly: false }, asking);
    return protocol === 'http' ? ask(probeHttp, { ...page, ...at }, asking) : ask(probeGrpc, { type: 'grpc', service: '', ...at }, asking);
  }

  /** What each is found to be by whoever believes the authority. */
  const verdicts: Readonly<Record<Shown, readonly [finding: string, output: RegExp]>> = {
    good: ['passing', /(connected|200 OK|SERVING)$/],
    old: ['critical', /its certificate has expired$/],
    other: ['critical', /its certificate is for another name$/],
    stranger: ['critical', /of an authority that nobody here believes/],
    own: ['critical', /its certificate is self-signed/],
  };

  it.each(protocols.flatMap((protocol) => shown.map((who) => [protocol, who] as const)))(
    '%s, with the %s certificate',
    async (...which) => {
      const [protocol, who] = which;
      const port = await serving(protocol, who);
      const [finding, output] = verdicts[who];
      expectFound(await probed(protocol, port, { ...believing, ca }), finding, output);
      expectFound(await probed(protocol, port, believing, { authorities: ca }), finding, output);
      // Who believes nobody beyond the well-known believes none of them; who does not want to know takes all.
      expect((await probed(protocol, port, believing)).finding).toBe('critical');
      expect((await probed(protocol, port, unbelieving)).finding).toBe('passing');
    },
  );

  it('is believed by its own certificate, where a check names that', async () => {
    const port = await serving('tcp', 'own');
    const pinned = { ...believing, serverName: 'web', ca: pairs.own.cert.toString() };
    expectFound(await probed('tcp', port, pinned), 'passing', /connected$/);
    // A check's own authorities are the only ones that it believes.
    const signed = await serving('tcp', 'good');
    expectFound(await probed('tcp', signed, pinned, { authorities: ca }), 'critical', /nobody here believes/);
  });

  it('is judged by the name that leads there, or by the one that was said', async () => {
    const names: string[] = [];
    const port = await serving('tcp', 'good', names);
    const known = { names: { web: [host], db: [host] } };
    expectFound(await probed('tcp', port, { ...believing, ca }, { host: 'web', ...known }), 'passing', /connected$/);
    expectFound(await probed('tcp', port, { ...believing, ca }, { host: 'db', ...known }), 'critical', /for another name$/);
    expectFound(await probed('tcp', port, { ...believing, ca, serverName: 'web' }, { host: 'db', ...known }), 'passing', /connected$/);
    const said = { ...believing, ca, serverName: '127.0.0.1' };
    expectFound(await probed('tcp', port, said, { host: 'db', ...known }), 'passing', /connected$/);
    expect(names).toEqual(['web', 'db', 'web']);
  });

  it('is critical where the check’s own authority is none, or the port speaks no TLS', async () => {
    const port = await serving('tcp', 'good');
    const nonsense = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expectFound(await probed('tcp', port, { ...believing, ca: nonsense }), 'critical', /the ca of this check holds no certificate$/);
    const plain = await targets.tcp((socket) => void socket.end('220 welcome\r\n'));
    for (const protocol of protocols) expectFound(await probed(protocol, plain, unbelieving), 'critical', /does not speak TLS/);
  });
});
