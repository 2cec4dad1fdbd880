/** An instance that takes its time, and answers its id. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Answers how to stop. */
export async function startPictures(registry, id, slowMs) {
  const server = createServer(async (_request, response) => {
    await sleep(slowMs);
    response.end(id);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const registration = await registry.register({ service: 'pictures', id, host: '127.0.0.1', port: server.address().port });
  return async () => {
    await registration.deregister();
    server.close();
    server.closeAllConnections();
  };
}
