/** Answers onto the wire: those that are whole, those that come later, and those that go on. */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpAnswer, HttpLater, HttpStream } from '../../shared/http-face.js';
import { SocketOutlet } from './outlet.js';

/** `last`: the connection ends with it. */
export function send(request: IncomingMessage, response: ServerResponse, answer: HttpAnswer, last: boolean): void {
  if (response.destroyed) return;
  const { status, headers, body } = answer;
  const sized = hasLength(answer) ? headers : [...headers, 'content-length', String(body === null ? 0 : Buffer.byteLength(body))];
  // Node takes it as it is and does not change it.
  response.writeHead(status, (last ? [...sized, 'connection', 'close'] : sized) as string[]);
  if (body === null || request.method === 'HEAD') response.end();
  else response.end(body);
}

/** For a connection on which Node has made no response: all of it, the last one there. */
export function rawAnswer({ status, headers, body }: HttpAnswer): string {
  const text = body === null ? '' : body.toString();
  const all = [...headers, 'content-length', String(Buffer.byteLength(text)), 'connection', 'close'];
  const lines = all.map((part, at) => (at % 2 === 0 ? `${part}: ` : `${part}\r\n`));
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`;
}

/** Or needs none, by the definition of its status. */
function hasLength({ status, complete }: HttpAnswer): boolean {
  return complete === true || status === 204 || status === 304;
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
    // `on`, because it comes only once anyway, and thousands of wrappers are a megabyte.
    response.on('close', open(outlet));
  };
  if (response.destroyed) return;
  response.writeHead(status, [...headers, 'connection', 'close']);
  if (request.method === 'HEAD') return void response.end();
  response.flushHeaders();
  if (response.socket === null) response.once('socket', begin);
  else begin(response.socket);
}
