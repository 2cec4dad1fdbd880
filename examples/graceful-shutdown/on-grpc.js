/** On `@grpc/grpc-js`: in the end its connections are told to go (GOAWAY), and calls that run are finished. */
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { connect, gracefully } from '@rollcall/client';
import { payments } from './payments-definition.js';

const server = new Server();
server.addService(payments, {
  pay: (_call, answer) => answer(null, 'paid\n'),
  paySlowly: async (_call, answer) => {
    await sleep(500);
    answer(null, 'paid\n');
  },
});
const port = await promisify(server.bindAsync.bind(server))('127.0.0.1:0', ServerCredentials.createInsecure());

const registry = connect({ url: process.env.ROLLCALL_URL });
const registration = await registry.register({ service: 'payments', port });
gracefully(server, registration, { drainTime: process.env.DRAIN_TIME ?? '15s', onStep: (step) => console.log(step) });
console.log('ready');
