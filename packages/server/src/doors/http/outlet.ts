/**
 * The near end of a stream on a socket. Frames go to the socket as they are: Node's response would frame every
 * piece anew for every reader, which costs more than sending it.
 */
import type { Duplex } from 'node:stream';
import type { Frame } from '../../shared/frame.js';
import type { HttpOutlet } from '../../shared/http-face.js';

/** The head must be on its way. */
export abstract class SocketOutlet implements HttpOutlet {
  readonly #socket: Duplex & { readonly bytesWritten?: number };
  readonly #chunked: boolean;

  constructor(socket: Duplex, chunked: boolean) {
    this.#socket = socket;
    this.#chunked = chunked;
  }

  /** Nothing more is to be written. */
  abstract get isOver(): boolean;
  abstract end(): void;

  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  get takenBytes(): number {
    return (this.#socket.bytesWritten ?? 0) - this.#socket.writableLength;
  }

  write({ chunked, plain }: Frame): void {
    if (!this.#socket.destroyed && !this.isOver) this.#socket.write(this.#chunked ? chunked : plain);
  }

  whenTaken(listener: () => void): void {
    if (this.#socket.writableNeedDrain) this.#socket.once('drain', listener);
    else listener();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
