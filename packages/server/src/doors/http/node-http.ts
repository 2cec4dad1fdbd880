/**
 * The connections that node:http reads: those that the quick reader does not take. The server that reads them does not listen;
 * what it is to judge is handed to it.
 */
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpAnswer } from '../../shared/http-face.js';
import type { Desk } from './desk.js';
import { IDLE_MS_MAX } from './limits.js';
import { NodeExchange } from './node-exchange.js';
import { nonsenseIn, noTunnel } from './nonsense.js';
import type { Patience } from './quick/connections.js';
import { takeWholeTarget } from './whole-target.js';

export class NodeHttp {
  readonly #desk: Desk;
  readonly #server: Server;

  constructor(desk: Desk, { headMs, requestMs, lookMs }: Patience) {
    this.#desk = desk;
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      takeWholeTarget(request);
      desk.take(new NodeExchange(request, response));
    };
    const settings = {
      noDelay: true,
      requestTimeout: requestMs,
      headersTimeout: headMs,
      connectionsCheckingInterval: lookMs,
      keepAliveTimeout: IDLE_MS_MAX,
      // The gate says it in better words.
      requireHostHeader: false,
    };
    this.#server = createServer(settings, handle);
    // Whatever somebody expects beyond an answer: it gets that.
    this.#server.on('checkExpectation', handle);
    this.#server.on('connect', ({ url = '' }, socket) => endWith(socket, desk.refuseNonsense(noTunnel(url))));
    this.#server.on('clientError', (error, socket) => this.#refuseNonsense(error, socket));
  }

  /** Node looks after the connections of a server that listens. */
  start(): void {
    this.#server.emit('listening');
  }

  /** `rest`: what was read of it already. */
  take(socket: Duplex, rest: Buffer | null): void {
    if (rest === null) return void this.#server.emit('connection', socket);
    // First the reader, then what it is to read: node takes over the system's end of the socket as well.
    socket.pause();
    this.#server.emit('connection', socket);
    socket.unshift(rest);
    socket.resume();
  }

  close(): void {
    this.#server.close();
  }

  endAll(): void {
    this.#server.closeAllConnections();
  }

  /** What is no HTTP has no head that could be read; whoever sent it is told so, and the connection ends. */
  #refuseNonsense(error: NodeJS.ErrnoException, socket: Duplex): void {
    const answering = (socket as unknown as Readonly<Record<string, ServerResponse | null | undefined>>)[UNDER_WAY] ?? null;
    const isLost = error.code === 'ECONNRESET';
    // What is wrong is in its body. Behind a whole request it would be in the next one's head.
    if (answering !== null && !answering.req.complete && !answering.headersSent && !isLost) {
      answering.shouldKeepAlive = false;
      return this.#desk.fail(nonsenseIn(error), new NodeExchange(answering.req, answering));
    }
    // Half an answer needs no second one in it.
    if (!socket.writable || isLost || answering !== null) return void socket.destroy();
    endWith(socket, this.#desk.refuseNonsense(nonsenseIn(error)));
  }
}

/** The last thing that is said on a connection. */
export function endWith(socket: Duplex, answer: HttpAnswer): void {
  // Whoever does not close its side would keep the connection for ever.
  socket.end(rawAnswer(answer), () => socket.destroy());
}

/** For a connection on which there is no exchange: all of it, the last one there. */
function rawAnswer({ status, headers, body }: HttpAnswer): string {
  const text = body === null ? '' : body.toString();
  const all = [...headers, 'content-length', String(Buffer.byteLength(text)), 'connection', 'close'];
  const lines = all.map((part, at) => (at % 2 === 0 ? `${part}: ` : `${part}\r\n`));
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`;
}

/** Where Node keeps the answer that is under way on a connection; its own way to refuse nonsense looks there too. */
const UNDER_WAY = '_httpMessage';
