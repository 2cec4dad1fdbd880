/** The clients of a cluster, in a process of their own: a fleet that beats, watchers of what the others are told, and a few who die. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerQuestions } from '../support/child.js';
import { readEvents } from '../support/event-reader.js';
import { connectHttp, requestOf, type HttpConnection } from '../support/http-client.js';
import { percentile } from '../support/statistics.js';

/** To the nodes at these ports. */
export type ClusterQuestion = { readonly ports: readonly number[] } & (
  | { readonly work: 'register'; readonly instances: number }
  /** Everybody once in ten seconds, through the nodes in turns. */
  | { readonly work: 'beat'; readonly instances: number; readonly perCall: number; readonly forMs: number }
  /** Registrations at the first node, until the watchers of the others have them. */
  | { readonly work: 'tell'; readonly registrations: number }
  /** Who beats until the answer, and never again. */
  | { readonly work: 'gather'; readonly mortals: number; readonly ttlMs: number; readonly forMs: number }
  /** How long after they stopped a watcher of the first node knew of the last of them. */
  | { readonly work: 'notice'; readonly withinMs: number }
);

export interface ClusterAnswer {
  readonly ms: number;
  readonly sent: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const REGISTRATIONS_PER_CALL = 500;
const BEAT_EVERY_MS = 10_000;
/** Per node. */
const CONNECTIONS = 16;
const BULK_CONNECTIONS = 2;
/** A worker sends so many and then looks at the clock. */
const BURST = 10;
const TELL_EVERY_MS = 40;
const IDS_PER_CALL = 1_000;

const nothing: ClusterAnswer = { ms: 0, sent: 0, failed: 0, p50Ms: NaN, p99Ms: NaN };
let mortals: { readonly ids: readonly string[]; readonly gone: Set<string>; stoppedMs: number } | null = null;

answerQuestions(async (question: ClusterQuestion): Promise<ClusterAnswer> => {
  switch (question.work) {
    case 'register':
      return register(question.ports, question.instances);
    case 'beat':
      return beat(question.ports, question);
    case 'tell':
      return tell(question.ports, question.registrations);
    case 'gather':
      return gather(question.ports, question);
    case 'notice':
      return notice(question.withinMs);
  }
});

async function register(ports: readonly number[], instances: number): Promise<ClusterAnswer> {
  const beganMs = performance.now();
  const connections = await open(ports, BULK_CONNECTIONS);
  const calls = Math.ceil(instances / REGISTRATIONS_PER_CALL);
  let next = 0;
  await Promise.all(
    connections.map(async (connection) => {
      while (next < calls) {
        const from = next++ * REGISTRATIONS_PER_CALL;
        const body = { instances: idsFrom(from, Math.min(REGISTRATIONS_PER_CALL, instances - from)).map((id) => fieldsOf(id)) };
        await connection.send(requestOf('POST', '/register/bulk', JSON.stringify(body)));
      }
    }),
  );
  for (const connection of connections) connection.close();
  return { ...nothing, ms: performance.now() - beganMs, sent: instances };
}

interface Beating {
  readonly instances: number;
  readonly perCall: number;
  readonly forMs: number;
}

/** Each worker has its part of the fleet and goes round it in ten seconds; they begin one after the other. */
async function beat(ports: readonly number[], { instances, perCall, forMs }: Beating): Promise<ClusterAnswer> {
  const connections = await open(ports, perCall === 1 ? CONNECTIONS : BULK_CONNECTIONS);
  const share = Math.ceil(instances / connections.length);
  const beganMs = performance.now();
  let [sent, failed] = [0, 0];
  const worker = async (connection: HttpConnection, at: number): Promise<void> => {
    const first = at * share;
    const size = Math.min(share, instances - first);
    const rounds = Math.ceil(forMs / BEAT_EVERY_MS);
    const burst = perCall === 1 ? BURST : perCall;
    const firstMs = beganMs + ((at / connections.length) * burst * BEAT_EVERY_MS) / size;
    for (let done = 0; done < size * rounds; done += burst) {
      await sleep(firstMs + (done / size) * BEAT_EVERY_MS - performance.now());
      if (performance.now() - beganMs >= forMs) return;
      const ids = idsFrom(first + (done % size), Math.min(burst, size - (done % size)));
      const requests =
        perCall === 1
          ? ids.map((id) => requestOf('PUT', `/heartbeat/${id}`, ''))
          : [requestOf('PUT', '/heartbeats', JSON.stringify({ ids }))];
      for (const request of requests) {
        await connection.send(request).catch(() => failed++);
      }
      sent += ids.length;
    }
  };
  await Promise.all(connections.map(worker));
  await sleep(beganMs + forMs - performance.now());
  for (const connection of connections) connection.close();
  return { ...nothing, ms: performance.now() - beganMs, sent, failed };
}

async function tell([first = 0, ...others]: readonly number[], registrations: number): Promise<ClusterAnswer> {
  const toldMs: number[] = [];
  const sentMs = new Map<string, number>();
  const closers = await Promise.all(
    others.map((port) =>
      readEvents(port, '/services/told/instances', (text) => {
        for (const [, id = ''] of text.matchAll(/"id":"(told-\d+)"/g)) toldMs.push(performance.now() - (sentMs.get(id) ?? NaN));
      }),
    ),
  );
  const connection = await connectHttp(first);
  for (let at = 0; at < registrations; at++) {
    sentMs.set(`told-${at}`, performance.now());
    await connection.send(requestOf('POST', '/register', JSON.stringify({ ...fieldsOf(`told-${at}`), service: 'told' })));
    await sleep(TELL_EVERY_MS);
  }
  await sleep(1_000);
  for (const close of [...closers, () => connection.close()]) close();
  const sorted = Float64Array.from(toldMs).sort();
  return {
    ...nothing,
    sent: registrations,
    failed: registrations * others.length - sorted.length,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
  };
}

async function gather(
  ports: readonly number[],
  { mortals: count, ttlMs, forMs }: { readonly mortals: number; readonly ttlMs: number; readonly forMs: number },
): Promise<ClusterAnswer> {
  const ids = Array.from({ length: count }, (_, at) => `mortal-${at}`);
  const connections = await Promise.all(ports.map((port) => connectHttp(port)));
  const body = { instances: ids.map((id) => ({ ...fieldsOf(id), service: 'mortal', ttl: ttlMs, deregisterAfter: '1h' })) };
  await connections[0]?.send(requestOf('POST', '/register/bulk', JSON.stringify(body)));
  const gone = new Set<string>();
  await readEvents(ports[0] ?? 0, '/services/mortal/instances?health=critical', (text) => {
    for (const [, id = ''] of text.matchAll(/"id":"(mortal-\d+)"/g)) gone.add(id);
  });
  for (const endMs = performance.now() + forMs; performance.now() < endMs; await sleep(ttlMs / 6)) {
    for (const connection of connections) {
      for (let from = 0; from < count; from += IDS_PER_CALL) {
        await connection.send(requestOf('PUT', '/heartbeats', JSON.stringify({ ids: ids.slice(from, from + IDS_PER_CALL) })));
      }
    }
  }
  mortals = { ids, gone, stoppedMs: performance.now() };
  return { ...nothing, sent: count, failed: gone.size };
}

async function notice(withinMs: number): Promise<ClusterAnswer> {
  if (mortals === null) throw new Error('nobody was gathered');
  const { ids, gone, stoppedMs } = mortals;
  while (gone.size < ids.length && performance.now() - stoppedMs < withinMs) await sleep(10);
  return { ...nothing, ms: performance.now() - stoppedMs, sent: ids.length, failed: ids.length - gone.size };
}

async function open(ports: readonly number[], each: number): Promise<readonly HttpConnection[]> {
  const all = Array.from({ length: each }, () => ports).flat();
  return Promise.all(all.map((port) => connectHttp(port)));
}

function idsFrom(from: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `beating-${from + at}`);
}

/** A hundred to a service. */
function fieldsOf(id: string): { readonly service: string; readonly id: string; readonly host: string; readonly port: number } {
  return { service: `service-${id.replace(/\d{1,2}$/, '')}`, id, host: '10.0.0.5', port: 8080 };
}
