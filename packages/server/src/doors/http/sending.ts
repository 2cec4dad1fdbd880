/** Answers onto the wire: those that are whole, those that come later, and those that go on. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpAnswer, HttpLater, HttpStream } from '../../shared/http-face.js';
import { SocketOutlet } from './outlet.js';

/** `last`: the connection ends with it. */
export function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: HttpAnswer, last: boolean): void {
  if (response.destroyed) return;
  const all = headers.slice();
  // A 204 has no length, by its definition.
  if (status !== 204 && status !== 304) all.push('content-length', String(body === null ? 0 : Buffer.byteLength(body)));
  if (last) all.push('connection', 'close');
  response.writeHead(status, all);
  if (body === null || request.method === 'HEAD') response.end();
  else response.end(body);
}

/** The headers are complete; nothing is copied. */
export function sendReady(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, headers as string[]);
  response.end(body);
}

export function sendLater(response: ServerResponse, { start }: HttpLater, answer: (answer: HttpAnswer) => void): void {
  let answered = false;
  const cancel = start((found) => {
    answered = true;
    answer(found);
  });
  response.once('close', () => {
    if (!answered) cancel();
  });
}

/** Behind another answer on the same connection, a stream waits for its turn. */
export function sendStream(request: IncomingMessage, response: ServerResponse, { status, headers, open }: HttpStream): void {
  const begin = (socket: Socket): void => {
    const outlet = new SocketOutlet(request, response, socket);
    response.once('close', open(outlet));
  };
  if (response.destroyed) return;
  response.writeHead(status, [...headers, 'connection', 'close']);
  if (request.method === 'HEAD') return void response.end();
  response.flushHeaders();
  if (response.socket === null) response.once('socket', begin);
  else begin(response.socket);
}
