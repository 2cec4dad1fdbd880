/** Thousands of readers of event streams, each on a socket of its own, in a process of their own. They count and read no more than they must. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { answerQuestions } from '../support/child.js';
import { requestOf } from '../support/http-client.js';

export interface WatchersQuestion {
  readonly port: number;
  readonly path: string;
  /** Opens so many. */
  readonly open?: number;
  /** Sends this and waits until everybody was told of a change; answers how many milliseconds that took. */
  readonly trigger?: { readonly method: string; readonly path: string; readonly body: string };
}

export interface WatchersAnswer {
  readonly ms: number;
  /** The last change as the first of them read it. */
  readonly event: string;
}

/** Connecting in bigger crowds overflows the queue of the listening socket. */
const OPENED_AT_ONCE = 200;

const CHANGE = Buffer.from('event: change\n');
const sockets: Socket[] = [];
let told = 0;
let event = '';
let allTold = (): void => undefined;

answerQuestions(async ({ port, path, open = 0, trigger }: WatchersQuestion): Promise<WatchersAnswer> => {
  const beganMs = performance.now();
  while (sockets.length < open)
    await Promise.all(Array.from({ length: Math.min(OPENED_AT_ONCE, open - sockets.length) }, () => watch(port, path)));
  if (trigger !== undefined) await tell(port, trigger);
  return { ms: performance.now() - beganMs, event };
});

async function watch(port: number, path: string): Promise<void> {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  socket.on('error', (error) => console.error(String(error)));
  await once(socket, 'connect');
  sockets.push(socket);
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n`);
  const first = sockets.length === 1;
  await once(socket, 'data');
  socket.on('data', (piece: Buffer) => {
    const at = piece.indexOf(CHANGE);
    if (at < 0) return;
    if (first) event = piece.toString('utf8', at, piece.lastIndexOf('\n\n') + 2);
    if (++told === sockets.length) allTold();
  });
}

/** Where nobody watches yet, only the answer is waited for. */
async function tell(port: number, { method, path, body }: NonNullable<WatchersQuestion['trigger']>): Promise<void> {
  told = 0;
  const all = new Promise<void>((resolve) => (allTold = resolve));
  const socket = connect(port, '127.0.0.1').setNoDelay();
  socket.write(requestOf(method, path, body));
  await once(socket, 'data');
  if (sockets.length > 0) await all;
  socket.destroy();
}
