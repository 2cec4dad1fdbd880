/**
 * The near end of a stream on a socket. Frames go to the socket as they are: Node's response would frame every
 * piece anew for every reader, which costs more than sending it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Frame } from '../../shared/frame.js';
import type { HttpOutlet } from '../../shared/http-face.js';

export class SocketOutlet implements HttpOutlet {
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  readonly #chunked: boolean;

  /** The head must be on its way, and the response must have its socket. */
  constructor(request: IncomingMessage, response: ServerResponse, socket: Socket) {
    this.#response = response;
    this.#socket = socket;
    this.#chunked = request.httpVersion === '1.1';
  }

  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  get takenBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  write({ chunked, plain }: Frame): void {
    if (!this.#socket.destroyed && !this.#response.writableEnded) this.#socket.write(this.#chunked ? chunked : plain);
  }

  whenTaken(listener: () => void): void {
    if (this.#socket.writableNeedDrain) this.#socket.once('drain', listener);
    else listener();
  }

  end(): void {
    this.#response.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
