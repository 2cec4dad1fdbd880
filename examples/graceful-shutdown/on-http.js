/** On `node:http`. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, gracefully } from '@rollcall/client';

const server = createServer(async (request, response) => {
  if (request.url === '/slow') await sleep(500);
  response.end('paid\n');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const registry = connect({ url: process.env.ROLLCALL_URL });
const registration = await registry.register({ service: 'payments', port: server.address().port });
gracefully(server, registration, { drainTime: process.env.DRAIN_TIME ?? '15s', onStep: (step) => console.log(step) });
console.log('ready');
