/** The clients of a registry that probes, in a process of their own: who registers a fleet, who beats, and who watches it die. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerQuestions } from '../support/child.js';
import { readEvents } from '../support/event-reader.js';
import { connectHttp, requestOf, type HttpConnection } from '../support/http-client.js';
import { targetHost } from '../support/probed-hosts.js';

/** Of the registry at this port. */
export type ProbeClientsQuestion = { readonly port: number } &
  /** Instances, each with a page that is probed every ten seconds. */
  (
    | { readonly work: 'register'; readonly instances: number; readonly pagePort: number }
    /** Answers how long each heartbeat took. */
    | { readonly work: 'beat'; readonly perSecond: number; readonly forMs: number }
    /** One goodbye after the other: answers how long each took to reach a watcher. */
    | { readonly work: 'leave'; readonly instances: number }
    /** Instances of those ports, probed every second; watched from now on. */
    | { readonly work: 'gather'; readonly pagePorts: readonly number[] }
    /** Their process was killed at this time: answers how long it took until a watcher knew of each. */
    | { readonly work: 'notice'; readonly killedEpochMs: number; readonly withinMs: number }
  );

const REGISTRATIONS_PER_CALL = 500;
const REGISTERING = 2;
const BEATERS = 8;
const PAUSE_MS = 5;

interface Gathered {
  readonly port: number;
  readonly passing: Set<string>;
  readonly gone: Map<string, number>;
  readonly count: number;
}

let gathered: Gathered | null = null;
let gatherings = 0;

/** Milliseconds each. */
answerQuestions((question: ProbeClientsQuestion): Promise<readonly number[]> => {
  switch (question.work) {
    case 'register':
      return register(question);
    case 'beat':
      return beat(question);
    case 'leave':
      return leave(question);
    case 'gather':
      return gather(question);
    case 'notice':
      return notice(question);
  }
});

async function register({ port, instances, pagePort }: ProbeClientsQuestion & { work: 'register' }): Promise<readonly number[]> {
  const beganMs = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    const connection = await connectHttp(port);
    while (next < instances) {
      const from = next;
      next += REGISTRATIONS_PER_CALL;
      const some = Array.from({ length: Math.min(REGISTRATIONS_PER_CALL, instances - from) }, (_, at) => probed(from + at, pagePort));
      await connection.send(requestOf('POST', '/register/bulk', JSON.stringify({ instances: some })));
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: REGISTERING }, worker));
  return [performance.now() - beganMs];
}

/** A hundred to a service. */
function probed(at: number, port: number): object {
  const checks = [{ type: 'http', path: '/', interval: '10s' }];
  return { service: `probed-${Math.floor(at / 100)}`, id: `probed-${at}`, host: targetHost(at), port, checks };
}

/** Each has its turn when it is due, however long the last one took. */
async function beat({ port, perSecond, forMs }: ProbeClientsQuestion & { work: 'beat' }): Promise<readonly number[]> {
  const tookMs: number[] = [];
  const worker = async (at: number): Promise<void> => {
    const connection = await connectHttp(port);
    const id = `beating-${at}`;
    await connection.send(
      requestOf('POST', '/register', JSON.stringify({ service: 'beating', id, host: '10.0.0.5', port: 80, ttl: '60s' })),
    );
    const beganMs = performance.now();
    const everyMs = (1_000 / perSecond) * BEATERS;
    for (let turn = 0; turn * everyMs < forMs; turn++) {
      const dueMs = beganMs + (turn + at / BEATERS) * everyMs;
      if (dueMs > performance.now()) await sleep(dueMs - performance.now());
      const sentMs = performance.now();
      await connection.send(requestOf('PUT', `/heartbeat/${id}`, ''));
      tookMs.push(performance.now() - sentMs);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: BEATERS }, (_, at) => worker(at)));
  return tookMs;
}

async function leave({ port, instances }: ProbeClientsQuestion & { work: 'leave' }): Promise<readonly number[]> {
  const connection = await connectHttp(port);
  const goneMs = new Map<string, number>();
  const close = await readEvents(port, '/services/leaving/instances', (text) => {
    const nowMs = performance.now();
    for (const [, id = ''] of text.matchAll(/"id":"(leaving-\d+)"/g)) if (!goneMs.has(id)) goneMs.set(id, nowMs);
  });
  const tookMs: number[] = [];
  for (let at = 0; at < instances; at++) {
    const id = `leaving-${at}`;
    await connection.send(
      requestOf('POST', '/register', JSON.stringify({ service: 'leaving', id, host: '10.0.0.5', port: 80, ttl: '60s' })),
    );
    await until(() => goneMs.has(id));
    goneMs.delete(id);
    await sleep(PAUSE_MS);
    const sentMs = performance.now();
    await sayGoodbye(connection, id);
    await until(() => goneMs.has(id));
    tookMs.push((goneMs.get(id) ?? NaN) - sentMs);
  }
  close();
  connection.close();
  return tookMs;
}

async function sayGoodbye(connection: HttpConnection, id: string): Promise<void> {
  await connection.send(requestOf('DELETE', `/instances/${id}`, ''));
}

async function gather({ port, pagePorts }: ProbeClientsQuestion & { work: 'gather' }): Promise<readonly number[]> {
  const service = `mortal-${gatherings++}`;
  const checks = [{ type: 'http', path: '/', interval: '1s', failuresBeforeCritical: 1 }];
  const instances = pagePorts.map((pagePort) => ({ service, id: `${service}-${pagePort}`, host: '127.0.0.1', port: pagePort, checks }));
  const [passing, gone] = [new Set<string>(), new Map<string, number>()];
  const connection = await connectHttp(port);
  await connection.send(requestOf('POST', '/register/bulk', JSON.stringify({ instances })));
  await readEvents(port, `/services/${service}/instances?health=critical`, (text) => {
    const nowEpochMs = performance.timeOrigin + performance.now();
    for (const [, id = ''] of text.matchAll(/"id":"(mortal-\d+-\d+)"/g)) gone.set(id, nowEpochMs);
  });
  await readEvents(port, `/services/${service}/instances?health=passing`, (text) => {
    for (const [, id = ''] of text.matchAll(/"id":"(mortal-\d+-\d+)"/g)) passing.add(id);
  });
  connection.close();
  gathered = { port, passing, gone, count: pagePorts.length };
  await sleep(3_000);
  return [passing.size];
}

async function notice({ killedEpochMs, withinMs }: ProbeClientsQuestion & { work: 'notice' }): Promise<readonly number[]> {
  if (gathered === null) throw new Error('nobody was gathered');
  const { gone, count } = gathered;
  const beganMs = performance.now();
  while (gone.size < count && performance.now() - beganMs < withinMs) await sleep(10);
  return [...gone.values()].map((epochMs) => epochMs - killedEpochMs);
}

/** As soon as can be told: what is waited for comes with an event of its own. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(1);
}
