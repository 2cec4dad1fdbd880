/**
 * What a connection has to say, until the end of the turn: then it goes out at once. Small pieces are laid one behind the
 * other, so that a hundred answers are one system call; large ones are sent as they are, without a copy.
 */
import type { Duplex } from 'node:stream';
import { FRAME_HEAD_BYTES, frameType, http2Error, writeFrameHead, writeUint32, type Http2ErrorName } from '@rollcall/wire';
import { atTurnsEnd } from '../../../shared/turn.js';

const GOAWAY_HEAD_BYTES = 8;
/** A flag and a length. */
const MESSAGE_PREFIX_BYTES = 5;
const ROOM_BYTES = 16 * 1024;

/** Copying less than this costs less than sending it apart. */
const COPIED_BYTES_MAX = 4096;

export class Outbox {
  readonly #socket: Duplex;
  #room: Buffer = Buffer.allocUnsafe(ROOM_BYTES);
  /** What lies in the room and is to be sent stands between these. */
  #from = 0;
  #to = 0;
  #parts: Uint8Array[] = [];
  #partsBytes = 0;
  #unsentBytes = 0;
  #scheduled = false;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  /** What was said and not taken by the system yet. Asked for every answer: the system itself is asked only when something was sent. */
  get waitingBytes(): number {
    return this.#unsentBytes + this.#partsBytes + this.#to - this.#from;
  }

  /** The system may have taken some of it. */
  look(): void {
    this.#unsentBytes = this.#socket.writableLength;
  }

  frame(type: number, flags: number, stream: number, payload: Uint8Array): void {
    this.head(payload.length, type, flags, stream);
    this.bytes(payload);
  }

  head(bytes: number, type: number, flags: number, stream: number): void {
    const at = this.#take(FRAME_HEAD_BYTES);
    writeFrameHead(this.#room, at, bytes, type, flags, stream);
  }

  /** A message of gRPC in one frame: it must fit into one. */
  message(stream: number, message: Uint8Array): void {
    const bytes = MESSAGE_PREFIX_BYTES + message.length;
    const at = this.#take(FRAME_HEAD_BYTES + MESSAGE_PREFIX_BYTES);
    const room = this.#room;
    writeFrameHead(room, at, bytes, frameType.DATA, 0, stream);
    room[at + FRAME_HEAD_BYTES] = 0;
    writeUint32(room, at + FRAME_HEAD_BYTES + 1, message.length);
    this.bytes(message);
  }

  /** `RST_STREAM`. */
  reset(stream: number, code: Http2ErrorName): void {
    this.head(4, frameType.RST_STREAM, 0, stream);
    this.uint32(http2Error[code]);
    this.flushSoon();
  }

  /** `WINDOW_UPDATE`; of the connection: on the stream 0. */
  widen(stream: number, bytes: number): void {
    this.head(4, frameType.WINDOW_UPDATE, 0, stream);
    this.uint32(bytes);
    this.flushSoon();
  }

  goAway(lastStream: number, code: Http2ErrorName, message: string): void {
    const text = Buffer.from(message);
    this.head(GOAWAY_HEAD_BYTES + text.length, frameType.GOAWAY, 0, 0);
    this.uint32(lastStream);
    this.uint32(http2Error[code]);
    this.bytes(text);
    this.flush();
  }

  uint32(value: number): void {
    const at = this.#take(4);
    writeUint32(this.#room, at, value);
  }

  /** Nobody may change them afterwards. */
  bytes(bytes: Uint8Array): void {
    if (bytes.length <= COPIED_BYTES_MAX) {
      const at = this.#take(bytes.length);
      this.#room.set(bytes, at);
    } else {
      this.#seal();
      this.#parts.push(bytes);
      this.#partsBytes += bytes.length;
    }
  }

  /** At the end of this turn of the loop, unless `flush` comes first. */
  flushSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    atTurnsEnd(this.#flushScheduled);
  }

  flush(): void {
    this.#seal();
    const parts = this.#parts;
    const [first] = parts;
    if (first === undefined) return;
    this.#parts = [];
    this.#partsBytes = 0;
    if (this.#socket.destroyed) return;
    if (parts.length === 1) this.#socket.write(first);
    else {
      this.#socket.cork();
      for (const part of parts) this.#socket.write(part);
      this.#socket.uncork();
    }
    this.look();
  }

  readonly #flushScheduled = (): void => {
    this.#scheduled = false;
    this.flush();
  };

  #take(bytes: number): number {
    const left = this.#room.length - this.#to;
    // What begins a turn begins a room, so that most turns are one piece.
    if (left < bytes || (this.#from === this.#to && left < ROOM_BYTES / 4)) {
      this.#seal();
      this.#room = Buffer.allocUnsafe(ROOM_BYTES);
      this.#from = this.#to = 0;
    }
    const at = this.#to;
    this.#to += bytes;
    return at;
  }

  #seal(): void {
    if (this.#to === this.#from) return;
    this.#parts.push(this.#room.subarray(this.#from, this.#to));
    this.#partsBytes += this.#to - this.#from;
    this.#from = this.#to;
  }
}
