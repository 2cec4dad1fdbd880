/** A request as its face gets it. */
import type { IncomingMessage } from 'node:http';
import type { HttpHead, HttpRequest } from '../../shared/http-face.js';

export class Asked implements HttpRequest {
  readonly head: HttpHead;
  readonly parameters: HttpRequest['parameters'];
  readonly query: HttpRequest['query'];
  readonly body: Buffer;
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage, parameters: HttpRequest['parameters'], query: HttpRequest['query'], body: Buffer) {
    this.head = request;
    this.parameters = parameters;
    this.query = query;
    this.body = body;
    this.#request = request;
  }

  /** Asked of the system when it is wanted: for most requests it is not, and thousands of streams would keep it. */
  get from(): string {
    return this.#request.socket.remoteAddress ?? '';
  }
}
