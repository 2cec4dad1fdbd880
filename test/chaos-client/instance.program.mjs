/** One instance of a service, as anybody would write it: it registers, answers, and leaves gracefully. Who started it can make it ill. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, gracefully } from '@rollcall/client';

const { SERVICE: service, REGISTRY: url, TTL: ttl, DRAIN_TIME: drainTime, PORT: port = '0' } = process.env;
let health = { be: 'well', ms: 0 };

async function answer(response) {
  if (health.ms > 0) await sleep(health.ms);
  response.setHeader('x-instance', String(process.pid));
  if (health.be === 'failing') response.statusCode = 500;
  response.end(service);
}

const server = createServer((_request, response) => void answer(response));
server.listen(Number(port), '127.0.0.1');
await once(server, 'listening');

const registry = connect({ url });
// The registry may be away when an instance is started: it serves meanwhile, and is found when it is registered.
const registration = await registry.register({ service, port: server.address().port, ttl }, { start: 'background' });
gracefully(server, registration, { drainTime, closeTime: '5s' });
process.on('message', (said) => (health = said));
// Whoever started it is gone, without a word.
process.on('disconnect', () => process.exit(3));
await registration.ready;
process.send({ port: server.address().port });
