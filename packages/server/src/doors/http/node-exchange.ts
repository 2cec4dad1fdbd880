/** An exchange on a connection that node:http reads. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpAnswer, HttpStream } from '../../shared/http-face.js';
import { hasBody, isShort, readBody } from './body.js';
import { addressOf, hasLength, withExtra, type Exchange } from './exchange.js';
import { SocketOutlet } from './outlet.js';

export class NodeExchange implements Exchange {
  readonly head: IncomingMessage;
  extra: readonly string[] = [];
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.head = request;
    this.#response = response;
  }

  get socket(): Socket {
    return this.head.socket;
  }

  get from(): string {
    return addressOf(this.head.socket);
  }

  get hosts(): number {
    const { rawHeaders, httpVersion } = this.head;
    const named = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;
    // Before HTTP/1.1 nobody had to.
    return httpVersion === '1.0' && named === 0 ? 1 : named;
  }

  get hasBody(): boolean {
    return hasBody(this.head);
  }

  get isNearlyWhole(): boolean {
    return this.head.complete || isShort(this.head);
  }

  get isBegun(): boolean {
    return this.#response.headersSent;
  }

  endsConnection(): void {
    this.#response.shouldKeepAlive = false;
  }

  readBody(bytesMax: number): Promise<Buffer> {
    return readBody(this.head, bytesMax);
  }

  send(answer: HttpAnswer, last: boolean): void {
    const response = this.#response;
    if (response.destroyed) return;
    const { status, body } = answer;
    const headers = withExtra(this.extra, answer.headers);
    const sized = hasLength(answer) ? headers : [...headers, 'content-length', String(body === null ? 0 : Buffer.byteLength(body))];
    // Node takes it as it is and does not change it.
    response.writeHead(status, (last ? [...sized, 'connection', 'close'] : sized) as string[]);
    if (body === null || this.head.method === 'HEAD') response.end();
    else response.end(body);
  }

  stream({ status, headers, open }: HttpStream): void {
    const response = this.#response;
    const begin = (socket: Socket): void => {
      // `on`, because it comes only once anyway, and thousands of wrappers are a megabyte.
      response.on('close', open(new NodeOutlet(this.head, response, socket)));
    };
    if (response.destroyed) return;
    response.writeHead(status, [...withExtra(this.extra, headers), 'connection', 'close']);
    if (this.head.method === 'HEAD') return void response.end();
    response.flushHeaders();
    if (response.socket === null) response.once('socket', begin);
    else begin(response.socket);
  }

  onClose(listener: () => void): void {
    this.#response.once('close', listener);
  }

  destroy(): void {
    this.#response.destroy();
  }
}

/** Of an answer of node's. One of HTTP/1.0 knows no pieces with their length. */
class NodeOutlet extends SocketOutlet {
  readonly #response: ServerResponse;

  constructor({ httpVersion }: IncomingMessage, response: ServerResponse, socket: Socket) {
    super(socket, httpVersion === '1.1');
    this.#response = response;
  }

  get isOver(): boolean {
    return this.#response.writableEnded;
  }

  end(): void {
    this.#response.end();
  }
}
