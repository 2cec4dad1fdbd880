/** A client of gRPC that names a service, and calls whoever is there: a line for each call. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as grpc from '@grpc/grpc-js';
import { connectEtcd } from '@rollcall/grpc/etcd';
import { greeter } from './greeter-definition.js';

connectEtcd(grpc, { endpoints: process.env.ETCD ?? '127.0.0.1:2379' }).resolve();

const Greeter = grpc.makeGenericClientConstructor(greeter, 'Greeter');
const client = new Greeter('etcd:///greeter', grpc.credentials.createInsecure());
for (;;) {
  await new Promise((done) => {
    client.greet('world', (error, answer) => done(console.log(error === null ? answer : error.details)));
  });
  await sleep(Number(process.env.PAUSE_MS ?? 1000));
}
