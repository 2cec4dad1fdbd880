/**
 * gRPC with the least HTTP/2 that a client can do with, so that what is measured is the server: windows are as wide as they
 * can be, headers that come are not read, and many messages go out in one write.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  FRAME_HEAD_BYTES,
  frameFlag,
  frameType,
  PREFACE,
  setting,
  WINDOW_BYTES,
  WINDOW_BYTES_MAX,
  writeFrameHead,
  writeHeaders,
  writeUint32,
} from '@rollcall/wire';

export interface RawStream {
  /** Goes out at the end of the turn. */
  send(message: Uint8Array): void;
}

type TakeMessage = (message: Buffer) => void;

const PREFIX_BYTES = 5;

export class RawConnection {
  readonly #socket: Socket;
  readonly #port: number;
  readonly #streams = new Map<number, { rest: Buffer; take: TakeMessage }>();
  #rest: Buffer = Buffer.alloc(0);
  #nextStream = 1;
  #outgoing: Uint8Array[] = [];

  static async open(port: number): Promise<RawConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new RawConnection(socket, port);
  }

  private constructor(socket: Socket, port: number) {
    this.#socket = socket;
    this.#port = port;
    const settings = Buffer.alloc(6);
    settings.writeUInt16BE(setting.INITIAL_WINDOW_SIZE, 0);
    settings.writeUInt32BE(WINDOW_BYTES_MAX, 2);
    this.#write(Buffer.from(PREFACE));
    this.#frame(frameType.SETTINGS, 0, 0, settings);
    const wider = Buffer.alloc(4);
    writeUint32(wider, 0, WINDOW_BYTES_MAX - WINDOW_BYTES);
    this.#frame(frameType.WINDOW_UPDATE, 0, 0, wider);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => socket.destroy());
  }

  stream(path: string, take: TakeMessage): RawStream {
    const id = this.#open(path, take);
    return { send: (message) => this.#frame(frameType.DATA, 0, id, framed(message)) };
  }

  ask(path: string, message: Uint8Array): Promise<Buffer> {
    return new Promise((resolve) => {
      const id = this.#open(path, (answer) => {
        this.#streams.delete(id);
        resolve(answer);
      });
      this.#frame(frameType.DATA, frameFlag.END_STREAM, id, framed(message));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #open(path: string, take: TakeMessage): number {
    const id = this.#nextStream;
    this.#nextStream += 2;
    this.#streams.set(id, { rest: Buffer.alloc(0), take });
    const headers = writeHeaders([
      [':method', 'POST'],
      [':scheme', 'http'],
      [':path', path],
      [':authority', `127.0.0.1:${this.#port}`],
      ['content-type', 'application/grpc'],
      ['te', 'trailers'],
    ]);
    this.#frame(frameType.HEADERS, frameFlag.END_HEADERS, id, headers);
    return id;
  }

  #frame(type: number, flags: number, stream: number, payload: Uint8Array): void {
    const head = Buffer.alloc(FRAME_HEAD_BYTES);
    writeFrameHead(head, 0, payload.length, type, flags, stream);
    this.#write(head);
    this.#write(payload);
  }

  #write(bytes: Uint8Array): void {
    if (this.#outgoing.length === 0) setImmediate(() => this.#flush());
    this.#outgoing.push(bytes);
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#outgoing);
    this.#outgoing = [];
    this.#socket.write(bytes);
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= FRAME_HEAD_BYTES) {
      const end = at + FRAME_HEAD_BYTES + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      const flags = bytes[at + 4] as number;
      this.#take(bytes[at + 3] as number, flags, bytes.readUInt32BE(at + 5), bytes.subarray(at + FRAME_HEAD_BYTES, end));
      at = end;
    }
    this.#rest = bytes.subarray(at);
  }

  #take(type: number, flags: number, id: number, payload: Buffer): void {
    const isAnswer = (flags & frameFlag.ACK) !== 0;
    if (type === frameType.SETTINGS && !isAnswer) return this.#frame(frameType.SETTINGS, frameFlag.ACK, 0, Buffer.alloc(0));
    if (type === frameType.PING && !isAnswer) return this.#frame(frameType.PING, frameFlag.ACK, 0, Buffer.from(payload));
    const stream = type === frameType.DATA ? this.#streams.get(id) : undefined;
    if (stream === undefined) return;
    let rest = stream.rest.length === 0 ? payload : Buffer.concat([stream.rest, payload]);
    while (rest.length >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + rest.readUInt32BE(1);
      if (rest.length < end) break;
      stream.take(rest.subarray(PREFIX_BYTES, end));
      rest = rest.subarray(end);
    }
    stream.rest = rest;
  }
}

function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(PREFIX_BYTES + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  return frame;
}
