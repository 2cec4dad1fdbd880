/**
 * The least that crosses a process boundary: frames with their length in front. Of no use but to measure with.
 *
 *     request   length:4 id:4 keyLength:2 key value
 *     answer    length:4 id:4 (0 in the high bit: acknowledged)
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { Put } from './load.js';

const REQUEST_HEAD_BYTES = 10;
const ANSWER_BYTES = 8;
const REFUSED = 0x8000_0000;

/** Answers each put when `put` settles. Listens on a free loopback port. */
export async function serveFramed(put: (key: Buffer, value: Buffer) => Promise<unknown>): Promise<{ server: Server; port: number }> {
  const server = createServer({ noDelay: true }, (socket) => {
    const send = joinedWrites(socket);
    const answer = (id: number, flag: number): void => {
      const frame = Buffer.allocUnsafe(ANSWER_BYTES);
      frame.writeUInt32BE(ANSWER_BYTES - 4, 0);
      frame.writeUInt32BE((id | flag) >>> 0, 4);
      send(frame);
    };
    onFrames(socket, (frame) => {
      const id = frame.readUInt32BE(4);
      const valueAt = REQUEST_HEAD_BYTES + frame.readUInt16BE(8);
      put(frame.subarray(REQUEST_HEAD_BYTES, valueAt), frame.subarray(valueAt)).then(
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
  const send = joinedWrites(socket);
  const waiting = new Map<number, { resolve: () => void; reject: (reason: Error) => void }>();
  let lastId = 0;
  onFrames(socket, (frame) => {
    const word = frame.readUInt32BE(4);
    const id = (word & ~REFUSED) >>> 0;
    const caller = waiting.get(id);
    waiting.delete(id);
    if (word >= REFUSED) caller?.reject(new Error('the store refused the put'));
    else caller?.resolve();
  });
  const put: Put = (key, value) => {
    const id = ++lastId;
    send(requestFrame(id, key, value));
    return new Promise<void>((resolve, reject) => waiting.set(id, { resolve, reject }));
  };
  return { put, close: () => socket.destroy() };
}

function requestFrame(id: number, key: Buffer, value: Buffer): Buffer {
  const head = Buffer.allocUnsafe(REQUEST_HEAD_BYTES);
  head.writeUInt32BE(REQUEST_HEAD_BYTES - 4 + key.length + value.length, 0);
  head.writeUInt32BE(id, 4);
  head.writeUInt16BE(key.length, 8);
  return Buffer.concat([head, key, value]);
}

/** All that is written within one turn of the event loop goes out in one system call, as HTTP/2 does it too. */
function joinedWrites(socket: Socket): (frame: Buffer) => void {
  let frames: Buffer[] = [];
  const flush = (): void => {
    socket.write(Buffer.concat(frames));
    frames = [];
  };
  return (frame) => {
    if (frames.push(frame) === 1) setImmediate(flush);
  };
}

function onFrames(socket: Socket, take: (frame: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (buffer.length >= 4 && buffer.length >= 4 + buffer.readUInt32BE(0)) {
      const end = 4 + buffer.readUInt32BE(0);
      take(buffer.subarray(0, end));
      buffer = buffer.subarray(end);
    }
    rest = buffer;
  });
  socket.on('error', () => socket.destroy());
}
