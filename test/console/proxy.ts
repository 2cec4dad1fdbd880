/** A proxy before a registry, as a company has one: it takes off what stands before the paths, and passes streams on as they come. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Proxy {
  /** With what stands before the paths. */
  readonly url: string;
  close(): Promise<void>;
}

export async function proxyBefore(target: string, prefix: string): Promise<Proxy> {
  const { host, hostname, port } = new URL(target);
  const server = createServer((asked, answering) => {
    const path = asked.url ?? '';
    if (!path.startsWith(`${prefix}/`)) return void answering.writeHead(404).end();
    const { method = 'GET' } = asked;
    const headers = { ...asked.headers, host };
    // A connection for each, so that it can be let go of with whoever asked.
    const passed = request({ hostname, port, method, path: path.slice(prefix.length), headers, agent: false }, (answer) => {
      answering.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(answering);
    });
    passed.on('error', () => answering.destroy());
    answering.on('close', () => passed.destroy());
    asked.pipe(passed);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`, close };
}
