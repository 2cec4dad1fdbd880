/** A port that nobody listens on at the moment, for a program that does not care which. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** Between this answer and the program's own listening somebody else could take it; the system hands ports out in turn. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
