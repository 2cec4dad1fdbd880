/**
 * The least that crosses a process boundary: frames with their length in front. Of no use but to measure with.
 *
 *     request   length:4 id:4 keyLength:2 key value
 *     answer    length:4 id:4 (0 in the high bit: acknowledged)
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { Put } from './load.js';

const LENGTH_BYTES = 4;
const REQUEST_HEAD_BYTES = 10;
const ANSWER_BYTES = 8;
const REFUSED = 0x8000_0000;
/** What goes out at once, about; more takes more room. */
const ROOM_BYTES = 32 * 1024;

/** Answers each put when `put` settles; the bytes are its own from then on. Listens on a free loopback port. */
export async function serveFramed(put: (key: Buffer, value: Buffer) => Promise<unknown>): Promise<{ server: Server; port: number }> {
  const server = createServer({ noDelay: true }, (socket) => {
    const outbox = new Outbox(socket);
    const answer = (id: number, flag: number): void => {
      const at = outbox.take(ANSWER_BYTES);
      outbox.bytes.writeUInt32BE(ANSWER_BYTES - LENGTH_BYTES, at);
      outbox.bytes.writeUInt32BE((id | flag) >>> 0, at + LENGTH_BYTES);
    };
    onFrames(socket, (bytes, at, end) => {
      const id = bytes.readUInt32BE(at + LENGTH_BYTES);
      const keyAt = at + REQUEST_HEAD_BYTES;
      const valueAt = keyAt + bytes.readUInt16BE(at + LENGTH_BYTES * 2);
      put(bytes.subarray(keyAt, valueAt), bytes.subarray(valueAt, end)).then(
        () => answer(id, 0),
        () => answer(id, REFUSED),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

/** One connection, as many puts in flight as the caller likes. */
export async function connectFramed(port: number): Promise<{ put: Put; close: () => void }> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const outbox = new Outbox(socket);
  const waiting = new Map<number, { resolve: () => void; reject: (reason: Error) => void }>();
  let lastId = 0;
  onFrames(socket, (bytes, at) => {
    const word = bytes.readUInt32BE(at + LENGTH_BYTES);
    const id = (word & ~REFUSED) >>> 0;
    const caller = waiting.get(id);
    waiting.delete(id);
    if (word >= REFUSED) caller?.reject(new Error('the store refused the put'));
    else caller?.resolve();
  });
  const put: Put = (key, value) => {
    const id = ++lastId;
    writeRequest(outbox, id, key, value);
    return new Promise<void>((resolve, reject) => waiting.set(id, { resolve, reject }));
  };
  return { put, close: () => socket.destroy() };
}

function writeRequest(outbox: Outbox, id: number, key: Buffer, value: Buffer): void {
  const length = REQUEST_HEAD_BYTES + key.length + value.length;
  const at = outbox.take(length);
  outbox.bytes.writeUInt32BE(length - LENGTH_BYTES, at);
  outbox.bytes.writeUInt32BE(id, at + LENGTH_BYTES);
  outbox.bytes.writeUInt16BE(key.length, at + LENGTH_BYTES * 2);
  outbox.bytes.set(key, at + REQUEST_HEAD_BYTES);
  outbox.bytes.set(value, at + REQUEST_HEAD_BYTES + key.length);
}

/** All that is written within one turn of the event loop goes out in one system call, as HTTP/2 does it too. */
class Outbox {
  readonly #socket: Socket;
  bytes: Buffer = Buffer.allocUnsafe(ROOM_BYTES);
  #used = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Where in `bytes` there is room for so many. */
  take(count: number): number {
    if (this.#used === 0) setImmediate(this.#flush);
    const at = this.#used;
    this.#used += count;
    if (this.#used > this.bytes.length) this.bytes = Buffer.concat([this.bytes.subarray(0, at)], this.#used * 2);
    return at;
  }

  readonly #flush = (): void => {
    const { bytes } = this;
    const sent = bytes.subarray(0, this.#used);
    this.#used = 0;
    // Nobody may write over what is still on its way; what is left of the room is the next turn's.
    this.bytes = bytes.length - sent.length > ROOM_BYTES / 2 ? bytes.subarray(sent.length) : Buffer.allocUnsafe(ROOM_BYTES);
    this.#socket.write(sent);
  };
}

/** Where in a piece of the stream each whole frame begins and ends. */
function onFrames(socket: Socket, take: (bytes: Buffer, at: number, end: number) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (at + LENGTH_BYTES <= bytes.length) {
      const end = at + LENGTH_BYTES + bytes.readUInt32BE(at);
      if (end > bytes.length) break;
      take(bytes, at, end);
      at = end;
    }
    rest = bytes.subarray(at);
  });
  socket.on('error', () => socket.destroy());
}
