/**
 * Thousands of clients that poll and wait for an answer to change, each on a socket of its own, in a process of their own. Each asks
 * again, with the index that it was given, as soon as it was answered.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { answerQuestions } from '../support/child.js';
import { requestOf } from '../support/http-client.js';
import { percentile } from '../support/statistics.js';

export interface PollersQuestion {
  readonly port: number;
  /** What is asked, without how it is waited for. */
  readonly path: string;
  /** Opens so many. */
  readonly open?: number;
  /** Sends this, and waits until everybody was answered. */
  readonly trigger?: { readonly method: string; readonly path: string; readonly body: string };
}

/** How long after the trigger was sent the clients were answered. */
export interface PollersAnswer {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const OPENED_AT_ONCE = 200;

const sockets: Socket[] = [];
let toldMs: number[] = [];
let allTold = (): void => undefined;

answerQuestions(async ({ port, path, open = 0, trigger }: PollersQuestion): Promise<PollersAnswer> => {
  while (sockets.length < open)
    await Promise.all(Array.from({ length: Math.min(OPENED_AT_ONCE, open - sockets.length) }, () => poll(port, path)));
  const beganMs = performance.now();
  if (trigger !== undefined) await tell(port, trigger);
  const told = toldMs.map((atMs) => atMs - beganMs).toSorted((a, b) => a - b);
  return { p50Ms: percentile(told, 0.5), p99Ms: percentile(told, 0.99), maxMs: told.at(-1) ?? NaN };
});

/** Settles with its first answer. From then on it waits. */
async function poll(port: number, path: string): Promise<void> {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  socket.on('error', (error) => console.error(String(error)));
  await once(socket, 'connect');
  sockets.push(socket);
  const ask = (index: string): boolean =>
    socket.write(`GET ${path}${path.includes('?') ? '&' : '?'}index=${index}&wait=10m HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  ask('0');
  const [first] = (await once(socket, 'data')) as [Buffer];
  ask(indexIn(first));
  socket.on('data', (piece: Buffer) => {
    // Answers are smaller than what is read at once.
    toldMs.push(performance.now());
    if (toldMs.length === sockets.length) allTold();
    ask(indexIn(piece));
  });
}

function indexIn(answer: Buffer): string {
  const at = answer.indexOf('X-Consul-Index: ') + 'X-Consul-Index: '.length;
  return answer.toString('latin1', at, answer.indexOf('\r\n', at));
}

async function tell(port: number, { method, path, body }: NonNullable<PollersQuestion['trigger']>): Promise<void> {
  toldMs = [];
  const all = new Promise<void>((resolve) => (allTold = resolve));
  const socket = connect(port, '127.0.0.1').setNoDelay();
  socket.write(requestOf(method, path, body));
  await once(socket, 'data');
  if (sockets.length > 0) await all;
  socket.destroy();
}
