import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, get, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { certificatesIn } from '../../../../test/support/certificates.js';
import { describeWith } from '../../../../test/support/program.js';
import type { TlsOptions } from '../options.js';
import { atPorts } from './fake-service.fixture.js';
import { fleet, type Fleet } from './fleet.fixture.js';
import { usualNaming } from './service-address.js';
import { SecureServiceAgent } from './service-agent.js';

describeWith(['openssl'], 'calls over TLS', () => {
  let directory: string;
  let tls: TlsOptions;
  const servers: Server[] = [];
  const fleets: Fleet[] = [];

  /** A server whose certificate is for this name. */
  async function serverFor(name: string): Promise<number> {
    const [cert, key] = await Promise.all(['crt', 'key'].map((kind) => readFile(join(directory, `${name}.${kind}`))));
    if (cert === undefined || key === undefined) throw new Error('there is a certificate');
    const server = createServer({ cert, key }, (_request, response) => response.end(name)).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  async function calling(...names: string[]): Promise<Fleet> {
    const made = await fleet([], {}, {}, tls);
    fleets.push(made);
    made.service.live.set(atPorts(...(await Promise.all(names.map(serverFor)))));
    return made;
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-calls-'));
    const make = certificatesIn(directory);
    make.selfSigned('ca', '/CN=authority');
    await make.signed('payments', '/CN=payments', 'DNS:payments');
    await make.signed('imposter', '/CN=imposter', 'DNS:imposter');
    tls = { ca: await readFile(join(directory, 'ca.crt')) };
  });
  afterAll(async () => {
    for (const one of fleets) await one.close();
    for (const server of servers) server.close().closeAllConnections();
    await rm(directory, { recursive: true });
  });

  it('ask for the certificate of the service, and go on where another one is shown', async () => {
    const { fetch, told } = await calling('imposter', 'payments');
    expect(await (await fetch('https://payments/')).text()).toBe('payments');
    expect(told).toMatchObject([{ id: 'a', outcome: 'refused', because: 'ERR_TLS_CERT_ALTNAME_INVALID' }, { id: 'b' }]);
  });

  it('are made by an agent of node:https too', async () => {
    const { calling: callers, told } = await calling('imposter', 'payments');
    const agent = new SecureServiceAgent(callers, { naming: usualNaming, others: 'refuse', tls });
    for (let time = 0; time < 2; time++) {
      const [response] = (await once(get('https://payments/', { agent }), 'response')) as [AsyncIterable<Buffer>];
      expect(await text(response)).toBe('payments');
    }
    expect(told.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual(['a refused', 'b answered', 'b answered']);
    agent.destroy();
  });

  it('use the port for TLS where an instance names one', async () => {
    const { fetch, service } = await calling('payments');
    const [a] = service.live.current;
    if (a?.port === undefined) throw new Error('there is one');
    service.live.set([{ ...a, port: 1, ports: { https: a.port } }]);
    expect((await fetch('https://payments/')).status).toBe(200);
  });
});
