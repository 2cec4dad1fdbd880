/** On Express: what is closed is the server that `listen` answers. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, gracefully } from '@rollcall/client';
import express from 'express';

const app = express();
app.get('/', (_request, response) => response.send('paid\n'));
app.get('/slow', async (_request, response) => {
  await sleep(500);
  response.send('paid\n');
});
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');

const registry = connect({ url: process.env.ROLLCALL_URL });
const registration = await registry.register({ service: 'payments', port: server.address().port });
gracefully(server, registration, { drainTime: process.env.DRAIN_TIME ?? '15s', onStep: (step) => console.log(step) });
console.log('ready');
