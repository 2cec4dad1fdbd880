/** Certificates that nobody believes, and the name that is asked for. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import type { Host } from '@rollcall/core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { certificatesIn } from '../../../../../test/support/certificates.js';
import { describeWith } from '../../../../../test/support/program.js';
import { probeGrpc } from './grpc.js';
import { probeHttp } from './http.js';
import { ask, expectFound, Targets } from './targets.fixture.js';
import { probeTcp } from './tcp.js';

const targets = new Targets();
const host = '127.0.0.1';
const believing = { serverName: null, verify: true } as const;
const page = { type: 'http', host, method: 'GET', path: '/', headers: {}, body: null, statuses: [], contains: null } as const;
const unbelieving = { serverName: 'db.example.org' as Host, verify: false } as const;

describeWith(['openssl'], 'a target behind TLS', () => {
  let directory: string;
  let pair: { readonly cert: Buffer; readonly key: Buffer };
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-probe-tls-'));
    certificatesIn(directory).selfSigned('own', '/CN=elsewhere');
    pair = { cert: await readFile(join(directory, 'own.crt')), key: await readFile(join(directory, 'own.key')) };
  });
  afterAll(() => rm(directory, { recursive: true }));
  afterEach(() => targets.end());

  async function speaking(names: string[] = []): Promise<number> {
    const server = createServer({ ...pair, SNICallback: (name, done) => (names.push(name), done(null)) }, (socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    server.on('tlsClientError', () => undefined);
    return targets.serve(server);
  }

  it('is critical where its certificate is of nobody that one believes, and says why', async () => {
    const port = await speaking();
    expectFound(await ask(probeTcp, { type: 'tcp', host, port, tls: believing }), 'critical', /self-signed certificate/);
    expectFound(await ask(probeHttp, { ...page, port, tls: believing }), 'critical', /self-signed certificate/);
    expectFound(await ask(probeHttp, { ...page, port, tls: unbelieving }), 'passing', /200 OK/);
  });

  it('is asked by the name that was said, and believed where nobody wants to know', async () => {
    const names: string[] = [];
    const port = await speaking(names);
    expectFound(await ask(probeTcp, { type: 'tcp', host, port, tls: unbelieving }), 'passing', /connected/);
    expectFound(await ask(probeHttp, { ...page, port, tls: unbelieving }), 'passing', /200 OK/);
    expect(names).toEqual(['db.example.org', 'db.example.org']);
  });

  it('is critical where it does not speak TLS at all', async () => {
    const port = await targets.tcp((socket) => void socket.end('220 welcome\r\n'));
    expect((await ask(probeTcp, { type: 'tcp', host, port, tls: unbelieving })).finding).toBe('critical');
  });

  it('says by gRPC that it serves', async () => {
    const server = createSecureServer(pair);
    server.on('stream', (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
    });
    server.on('sessionError', () => undefined);
    const port = await targets.serve(server);
    expectFound(await ask(probeGrpc, { type: 'grpc', host, port, tls: unbelieving, service: '' }), 'passing', /SERVING/);
    expectFound(await ask(probeGrpc, { type: 'grpc', host, port, tls: believing, service: '' }), 'critical', /self-signed certificate/);
  });
});
