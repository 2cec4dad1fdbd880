import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../../test/support/program.js';
import { RegistryClient, type TlsOptions } from './index.js';

/** An authority of our own, and what it signed for the registry and for one client. */
const authority =
  'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem';
const signed = (name: string, extension: string): string =>
  `openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=${name} -keyout ${name}.key -out ${name}.csr &&
   printf '${extension}' > ${name}.ext &&
   openssl x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ${name}.ext -out ${name}.pem`;

describeWith(['openssl', 'bash'], 'over TLS', () => {
  let directory: string;
  let server: Server;
  let url: string;
  const clients: RegistryClient[] = [];
  const pem = (name: string): Buffer => readFileSync(join(directory, name));
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-tls-'));
    const script = [authority, signed('registry', 'subjectAltName=IP:127.0.0.1'), signed('caller', 'extendedKeyUsage=clientAuth')].join(
      ' && ',
    );
    const { status, stderr } = spawnSync('bash', ['-c', script], { cwd: directory, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    const options = {
      cert: pem('registry.pem'),
      key: pem('registry.key'),
      ca: pem('ca.pem'),
      requestCert: true,
      rejectUnauthorized: false,
    };
    server = createServer(options, ({ socket, headers }, response) => {
      const { subject } = (socket as TLSSocket).getPeerCertificate();
      const name = (subject as { readonly CN?: string } | undefined)?.CN ?? 'nobody';
      if (headers.accept !== 'text/event-stream') return void response.end(JSON.stringify({ revision: 1, services: [{ service: name }] }));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`event: snapshot\nid: e-1\ndata: {"revision":1,"services":[{"service":"${name}"}]}\n\n`);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    server?.closeAllConnections();
    server?.close();
    await rm(directory, { recursive: true, force: true });
  });

  function client(tls: TlsOptions): RegistryClient {
    const made = new RegistryClient({ url, tls });
    clients.push(made);
    return made;
  }

  it('an authority of our own is trusted, and a certificate shown', async () => {
    const shown = client({ ca: pem('ca.pem'), cert: pem('caller.pem'), key: pem('caller.key') });
    expect((await shown.services()).services).toEqual([{ service: 'caller' }]);
    expect((await shown.watch({}).next()).value).toMatchObject({ event: 'snapshot', services: [{ service: 'caller' }] });
    expect((await client({ ca: pem('ca.pem') }).services()).services).toEqual([{ service: 'nobody' }]);
  });

  it.each<[string, () => TlsOptions]>([
    ['a stranger', () => ({})],
    ['a registry of another name', () => ({ ca: pem('ca.pem'), servername: 'elsewhere.example' })],
  ])('%s is not', async (_who, tls) => {
    await expect(client(tls()).services()).rejects.toMatchObject({
      name: 'Unanswered',
      reason: 'tls',
      outcome: 'refused',
      retryable: false,
    });
    await expect(client(tls()).watch({}).next()).rejects.toMatchObject({ reason: 'tls' });
  });

  it('who speaks the other way is told', async () => {
    const plain = new RegistryClient({ url: url.replace('https', 'http') });
    clients.push(plain);
    await expect(plain.services()).rejects.toMatchObject({ name: 'Unanswered', reason: 'broken' });
  });
});
