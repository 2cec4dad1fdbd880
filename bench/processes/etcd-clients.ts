/** Clients of etcd, in a process of their own: leases kept on one stream, and puts that many watchers are waiting for. */
import { performance } from 'node:perf_hooks';
import { etcd } from '@rollcall/wire';
import { answerQuestions } from '../support/child.js';
import { RawConnection } from '../support/raw-grpc.js';
import { spreadOf } from '../support/statistics.js';

export interface EtcdQuestion {
  readonly work: 'keepalives' | 'watchers';
  readonly port: number;
  readonly clients: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export interface EtcdAnswer {
  /** Leases that were kept, or puts that all watchers have heard of; the warm-up's too. */
  readonly done: number;
  readonly perSecond: number;
  readonly medianMs: number;
}

const TTL_S = 60;
const WATCHERS = 1000;
const VALUE_BYTES = 300;
const KEY = Buffer.from('bench/watched');

answerQuestions(({ work, ...load }: EtcdQuestion): Promise<EtcdAnswer> => (work === 'keepalives' ? keepalives(load) : watchers(load)));

/** As many questions under way as there are clients, all on one stream, each about a lease of its own. */
async function keepalives({ port, clients, warmUpMs, durationMs }: Omit<EtcdQuestion, 'work'>): Promise<EtcdAnswer> {
  const connection = await RawConnection.open(port);
  const questions: Uint8Array[] = [];
  for (let at = 0; at < clients; at++) {
    const granted = await connection.ask('/etcdserverpb.Lease/LeaseGrant', etcd.leaseGrantRequest.encode({ ttl: TTL_S, id: 0n }));
    questions.push(etcd.leaseKeepAliveRequest.encode({ id: etcd.leaseGrantResponse.decode(granted).id }));
  }
  let done = 0;
  let [countedFrom, isOver] = [0, false];
  const finished = new Promise<void>((resolve) => {
    const stream = connection.stream('/etcdserverpb.Lease/LeaseKeepAlive', () => {
      done++;
      if (isOver) resolve();
      else stream.send(questions[done % clients] as Uint8Array);
    });
    for (const question of questions) stream.send(question);
  });
  await later(warmUpMs);
  countedFrom = done;
  await later(durationMs);
  const counted = done - countedFrom;
  isOver = true;
  await finished;
  connection.close();
  return { done, perSecond: counted / (durationMs / 1000), medianMs: NaN };
}

/** Each client has one stream with its share of the watches, as clientv3 has; a put is over when the last watcher has heard of it. */
async function watchers({ port, clients, warmUpMs, durationMs }: Omit<EtcdQuestion, 'work'>): Promise<EtcdAnswer> {
  const connections = await Promise.all(Array.from({ length: clients }, () => RawConnection.open(port)));
  let waiting = WATCHERS;
  let heard = (): void => undefined;
  const all = (): Promise<void> => new Promise((resolve) => (heard = resolve));
  const created = all();
  const take = (): void => {
    if (--waiting === 0) heard();
  };
  const streams = connections.map((connection) => connection.stream('/etcdserverpb.Watch/Watch', take));
  const create = { ...etcd.watchCreateRequest.empty, key: KEY };
  const question = etcd.watchRequest.encode({ ...etcd.watchRequest.empty, createRequest: create });
  for (let at = 0; at < WATCHERS; at++) streams[at % clients]?.send(question);
  await created;
  const writer = await RawConnection.open(port);
  const put = etcd.putRequest.encode({ ...etcd.putRequest.empty, key: KEY, value: Buffer.alloc(VALUE_BYTES) });
  const lasted: number[] = [];
  const countFromMs = performance.now() + warmUpMs;
  for (let beganMs = performance.now(); beganMs < countFromMs + durationMs; beganMs = performance.now()) {
    waiting = WATCHERS;
    const told = all();
    void writer.ask('/etcdserverpb.KV/Put', put);
    await told;
    if (beganMs >= countFromMs) lasted.push(performance.now() - beganMs);
  }
  for (const connection of [...connections, writer]) connection.close();
  return { done: lasted.length, perSecond: lasted.length / (durationMs / 1000), medianMs: spreadOf(lasted).median };
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
