/** On Fastify: the app closes its server itself, with its hooks. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, gracefully } from '@rollcall/client';
import Fastify from 'fastify';

const app = Fastify();
app.get('/', async () => 'paid\n');
app.get('/slow', async () => {
  await sleep(500);
  return 'paid\n';
});
await app.listen({ host: '127.0.0.1', port: 0 });

const registry = connect({ url: process.env.ROLLCALL_URL });
const registration = await registry.register({ service: 'payments', port: app.server.address().port });
gracefully(app, registration, { drainTime: process.env.DRAIN_TIME ?? '15s', onStep: (step) => console.log(step) });
console.log('ready');
