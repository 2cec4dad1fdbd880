/** One stream of a connection: what it still has to send, and how much it may. */
import { FRAME_BYTES_MAX, frameFlag, frameType, WINDOW_BYTES_MAX, type Http2ErrorName } from '@rollcall/wire';
import { LITTLE_BYTES, STREAM_WINDOW_BYTES, TURN_BYTES } from './limits.js';
import type { Outbox } from './outbox.js';

const MESSAGE_PREFIX_BYTES = 5;

/** Pieces that were sent and are still in the list. */
const SENT_PIECES_MAX = 256;

/** What is heard on a stream. Nothing more is after `closed`. */
export interface StreamListener {
  /** A view of what arrived; `taken` of the stream must be told of it, sooner or later. */
  data(bytes: Buffer): void;
  /** The other side has said all. */
  ended(): void;
  /** Called once, last: it was ended by either side, or the connection is gone. */
  closed(): void;
}

/** What a stream needs of its connection. */
export interface StreamHost {
  readonly outbox: Outbox;
  /** So much may be sent now, on any stream. */
  readonly sendable: number;
  sent(bytes: number): void;
  /** So much more waits at streams, or less. */
  queued(bytes: number): void;
  /** It has more to send than it may: it is called when that changes. */
  wait(stream: Http2Stream): void;
  taken(bytes: number): void;
  /** Headers, as this connection has to write them. */
  block(headers: Uint8Array): Uint8Array;
  gone(stream: Http2Stream): void;
}

export class Http2Stream {
  readonly id: number;
  listener: StreamListener | null = null;
  /** The other side has said all. */
  isEnded = false;
  isClosed = false;
  readonly #host: StreamHost;
  #sendWindow: number;
  #receiveWindow = STREAM_WINDOW_BYTES;
  /** Taken, and not yet said so. */
  #takenBytes = 0;
  /** Arrived, and not yet taken. */
  #heldBytes = 0;
  #queue: Uint8Array[] = [];
  #queueAt = 0;
  /** Of the first one, how much was sent. */
  #offset = 0;
  #queueBytes = 0;
  #trailers: Uint8Array | null = null;
  #whenTaken: (() => void) | null = null;

  constructor(id: number, sendWindow: number, host: StreamHost) {
    this.id = id;
    this.#sendWindow = sendWindow;
    this.#host = host;
  }

  get waitingBytes(): number {
    return this.#queueBytes;
  }

  /** The head of the answer. */
  head(block: Uint8Array): void {
    if (this.isClosed) return;
    this.#host.outbox.frame(frameType.HEADERS, frameFlag.END_HEADERS, this.id, this.#host.block(block));
    this.#host.outbox.flushSoon();
  }

  /** Nobody may change the bytes afterwards. Call `pump` behind the last of several. */
  push(bytes: Uint8Array): void {
    if (this.isClosed || bytes.length === 0) return;
    this.#queue.push(bytes);
    this.#queueBytes += bytes.length;
    this.#host.queued(bytes.length);
  }

  /** One of gRPC, with its prefix. Nobody may change the bytes afterwards. */
  message(message: Uint8Array): void {
    if (this.isClosed) return;
    const bytes = MESSAGE_PREFIX_BYTES + message.length;
    const { outbox } = this.#host;
    if (this.#queueBytes === 0 && bytes <= Math.min(this.#sendWindow, FRAME_BYTES_MAX, this.#host.sendable)) {
      outbox.message(this.id, message);
      outbox.flushSoon();
      this.#sendWindow -= bytes;
      this.#host.sent(bytes);
      return;
    }
    const prefix = Buffer.alloc(MESSAGE_PREFIX_BYTES);
    prefix.writeUInt32BE(message.length, 1);
    this.push(prefix);
    this.push(message);
    this.pump();
  }

  /** What ends the answer, behind all that was pushed. */
  end(block: Uint8Array): void {
    if (this.isClosed) return;
    this.#trailers = block;
    this.pump();
  }

  whenTaken(listener: () => void): void {
    if (this.isClosed) return;
    if (this.#queueBytes <= LITTLE_BYTES) listener();
    else this.#whenTaken = listener;
  }

  /** Sends as much as it may, within a turn. */
  pump(): void {
    if (this.isClosed) return;
    for (let turn = TURN_BYTES; this.#queueBytes > 0 && turn > 0;) {
      const bytes = Math.min(this.#queueBytes, this.#sendWindow, this.#host.sendable, FRAME_BYTES_MAX);
      // Its own window wakes it by itself; for everything else it waits with the others.
      if (bytes <= 0) return this.#sendWindow > 0 ? this.#host.wait(this) : undefined;
      this.#send(bytes);
      turn -= bytes;
    }
    if (this.#queueBytes > 0) this.#host.wait(this);
    else if (this.#trailers !== null) this.#finish(this.#trailers);
    if (this.#whenTaken !== null && this.#queueBytes <= LITTLE_BYTES) {
      const listener = this.#whenTaken;
      this.#whenTaken = null;
      listener();
    }
  }

  /** The other side takes more, or, by new settings, less. Answers whether the window is still one. */
  widen(bytes: number): boolean {
    this.#sendWindow += bytes;
    if (this.#sendWindow > WINDOW_BYTES_MAX) return false;
    if (bytes > 0) this.pump();
    return true;
  }

  /** Something arrived. Answers whether it was allowed to. */
  arrived(bytes: number): boolean {
    this.#receiveWindow -= bytes;
    this.#heldBytes += bytes;
    return this.#receiveWindow >= 0;
  }

  /** So much of what arrived needs no room any more. */
  taken(bytes: number): void {
    if (this.isClosed) return;
    this.#heldBytes -= bytes;
    this.#host.taken(bytes);
    this.#takenBytes += bytes;
    if (this.isEnded || this.#takenBytes < STREAM_WINDOW_BYTES / 2) return;
    this.#receiveWindow += this.#takenBytes;
    this.#host.outbox.widen(this.id, this.#takenBytes);
    this.#takenBytes = 0;
  }

  /** Nothing more is said, by neither side. */
  reset(code: Http2ErrorName): void {
    if (this.isClosed) return;
    this.#host.outbox.reset(this.id, code);
    this.close();
  }

  /** It is over, and the other side knows. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    if (this.#heldBytes > 0) this.#host.taken(this.#heldBytes);
    this.#host.queued(-this.#queueBytes);
    this.#queue = [];
    this.#queueBytes = 0;
    this.#whenTaken = null;
    this.#host.gone(this);
    this.listener?.closed();
  }

  #finish(trailers: Uint8Array): void {
    const { outbox } = this.#host;
    outbox.frame(frameType.HEADERS, frameFlag.END_HEADERS | frameFlag.END_STREAM, this.id, this.#host.block(trailers));
    outbox.flushSoon();
    // Whoever still has something to say is told that nobody listens any more.
    if (this.isEnded) this.close();
    else this.reset('NO_ERROR');
  }

  #send(bytes: number): void {
    const { outbox } = this.#host;
    outbox.head(bytes, frameType.DATA, 0, this.id);
    outbox.flushSoon();
    this.#sendWindow -= bytes;
    this.#queueBytes -= bytes;
    this.#host.sent(bytes);
    this.#host.queued(-bytes);
    for (let left = bytes; left > 0;) {
      const first = this.#queue[this.#queueAt] as Uint8Array;
      const part = Math.min(left, first.length - this.#offset);
      outbox.bytes(part === first.length ? first : first.subarray(this.#offset, this.#offset + part));
      left -= part;
      this.#offset += part;
      if (this.#offset < first.length) break;
      this.#offset = 0;
      this.#queueAt++;
    }
    // One that is never quite empty shall not keep all that it ever sent.
    if (this.#queueAt === this.#queue.length) this.#queue = [];
    else if (this.#queueAt > SENT_PIECES_MAX) this.#queue = this.#queue.slice(this.#queueAt);
    else return;
    this.#queueAt = 0;
  }
}
