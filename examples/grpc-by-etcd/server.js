/** A server of gRPC that is found by an etcd for as long as it runs, and says goodbye when it is asked to stop. */
import { promisify } from 'node:util';
import * as grpc from '@grpc/grpc-js';
import { connectEtcd } from '@rollcall/grpc/etcd';
import { greeter } from './greeter-definition.js';

const server = new grpc.Server();
server.addService(greeter, { greet: (call, answer) => answer(null, `hello ${call.request}, says process ${process.pid}`) });
const port = await promisify(server.bindAsync.bind(server))('127.0.0.1:0', grpc.ServerCredentials.createInsecure());

const etcd = connectEtcd(grpc, { endpoints: process.env.ETCD ?? '127.0.0.1:2379' });
await etcd.register('greeter', `127.0.0.1:${port}`);
console.log('registered');

process.once('SIGTERM', async () => {
  // First the key goes, with its lease; then calls that run are finished.
  await etcd.close();
  server.tryShutdown(() => process.exit());
});
