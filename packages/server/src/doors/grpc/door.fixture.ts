/** A gRPC door with a face that answers what it is told to, for tests from outside. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { isRollcallError, noMeter, openAccess, type AccessControl } from '@rollcall/core';
import { FRAME_HEAD_BYTES, PREFACE, writeFrameHead, writeHeaders } from '@rollcall/wire';
import {
  GrpcFailure,
  streamMethod,
  unaryMethod,
  type GrpcCall,
  type GrpcCodec,
  type GrpcFace,
  type GrpcOutlet,
} from '../../shared/grpc-face.js';
import { GrpcDoor, type GrpcDoorOptions } from './door.js';
import { vi } from 'vitest';

/** Text as it is. */
const plainText: GrpcCodec<string> = {
  decode: (bytes) => {
    const text = Buffer.from(bytes).toString();
    if (text === 'nonsense') throw new RangeError('this is no message');
    return text;
  },
  encode: (text) => Buffer.from(text),
};

interface Heard {
  readonly outlets: GrpcOutlet<string>[];
  readonly calls: GrpcCall[];
  readonly words: string[];
  closed: number;
  /** While it is there, what streams receive waits for it. */
  pause: Promise<void> | null;
}

const texts = { request: plainText, response: plainText };

/** `Say`: `later …` is never answered, `fail STATUS` fails, everything else comes back. `Talk`: the same, message by message. */
function talkingFace(heard: Heard): GrpcFace {
  const say = unaryMethod({
    path: '/test.Face/Say',
    right: 'read',
    lane: 'read',
    ...texts,
    handle: (words, call) => {
      heard.calls.push(call);
      heard.words.push(words);
      if (words.startsWith('later')) return new Promise<string>(() => undefined);
      if (words.startsWith('fail')) throw new GrpcFailure('FAILED_PRECONDITION', `not ${words} – 100 %`);
      if (words.startsWith('many')) return 'x'.repeat(Number(words.slice(5)));
      return Promise.resolve(`${words}!`);
    },
  });
  const talk = streamMethod({
    path: '/test.Face/Talk',
    right: 'read',
    lane: 'watch',
    ...texts,
    open: (outlet, call) => {
      heard.outlets.push(outlet);
      heard.calls.push(call);
      return {
        received: async (words) => {
          if (heard.pause !== null) await heard.pause;
          heard.words.push(words);
          if (words === 'throw') throw new GrpcFailure('NOT_FOUND', 'as asked');
          outlet.write(`${words}!`);
        },
        ended: () => outlet.end(),
        closed: () => void heard.closed++,
      };
    },
  });
  const open = unaryMethod({ path: '/test.Face/Open', right: 'none', lane: null, ...texts, handle: (words) => words });
  return {
    name: 'test',
    methods: [say, talk, open],
    tokenIn: (metadata) => metadata.get('token') ?? null,
    failed: (error) => {
      if (isRollcallError(error, 'not-ready')) return new GrpcFailure('UNAVAILABLE', 'stopping');
      if (isRollcallError(error, 'unauthenticated')) return new GrpcFailure('UNAUTHENTICATED', 'who?');
      return new GrpcFailure('UNKNOWN', String(error));
    },
  };
}

export interface OpenedDoor {
  readonly door: GrpcDoor;
  readonly port: number;
  readonly heard: Heard;
  readonly clock: SimulatedClock;
  close(): Promise<void>;
}

export async function openDoor(more: Partial<GrpcDoorOptions> = {}, access: AccessControl = openAccess): Promise<OpenedDoor> {
  const heard: Heard = { outlets: [], calls: [], words: [], closed: 0, pause: null };
  const clock = new SimulatedClock();
  const http = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => response.end(`${request.method ?? ''} ${request.url ?? ''} ${body}`));
  });
  const door = new GrpcDoor({
    face: talkingFace(heard),
    bind: '127.0.0.1',
    port: 0,
    connectionsMax: 100,
    access,
    plain: (connection: Duplex) => void http.emit('connection', connection),
    load: () => ({ loopDelayMs: 0, commitsWaiting: 0 }),
    clock,
    random: new SeededRandom(1),
    meter: noMeter,
    ...more,
  });
  await door.start();
  return {
    door,
    heard,
    clock,
    port: Number(door.address.split(':').at(-1)),
    close: async () => {
      const closed = door.close();
      // Whoever does not leave is made to.
      await clock.advance(60_000);
      await closed;
      http.closeAllConnections();
    },
  };
}

/** A connection on which anything can be said. */
export class RawPeer {
  readonly socket: Socket;
  /** Byte by byte. */
  slowly = false;
  #arrived: Buffer = Buffer.alloc(0);

  static async open(port: number): Promise<RawPeer> {
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    return new RawPeer(socket);
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => (this.#arrived = Buffer.concat([this.#arrived, chunk])));
    socket.on('error', () => socket.destroy());
  }

  /** The preface, and settings that say nothing. */
  greet(): this {
    this.#say(Buffer.from(PREFACE));
    return this.frame(4, 0, 0);
  }

  frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): this {
    const head = Buffer.alloc(FRAME_HEAD_BYTES);
    writeFrameHead(head, 0, payload.length, type, flags, stream);
    this.#say(Buffer.concat([head, payload]));
    return this;
  }

  /** The head of a call. */
  call(stream: number, path = '/test.Face/Say', more: readonly (readonly [string, string])[] = []): this {
    return this.frame(1, 4, stream, callHead(path, more));
  }

  #say(bytes: Buffer): void {
    if (!this.slowly) return void this.socket.write(bytes);
    for (const byte of bytes) this.socket.write(Buffer.from([byte]));
  }

  /** What the door has said so far. */
  get frames(): readonly { readonly type: number; readonly flags: number; readonly stream: number; readonly payload: Buffer }[] {
    const frames = [];
    for (let at = 0; at + FRAME_HEAD_BYTES <= this.#arrived.length;) {
      const end = at + FRAME_HEAD_BYTES + this.#arrived.readUIntBE(at, 3);
      const [type = 0, flags = 0] = this.#arrived.subarray(at + 3, at + 5);
      frames.push({ type, flags, stream: this.#arrived.readUInt32BE(at + 5), payload: this.#arrived.subarray(at + FRAME_HEAD_BYTES, end) });
      at = end;
    }
    return frames;
  }

  /** The error of the last frame of this type. */
  errorIn(type: 3 | 7): number | undefined {
    const last = this.frames.findLast((frame) => frame.type === type);
    return last?.payload.readUInt32BE(type === 3 ? 0 : 4);
  }
}

export function callHead(path: string, more: readonly (readonly [string, string])[] = []): Uint8Array {
  return writeHeaders([
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', '#initially=[127.0.0.1:2379]'],
    ['content-type', 'application/grpc'],
    ...more,
  ]);
}

export function message(text: string): Buffer {
  const body = Buffer.from(text);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(body.length, 1);
  return Buffer.concat([prefix, body]);
}

export async function eventually(condition: () => boolean, missing: () => string): Promise<void> {
  await vi.waitFor(
    () => {
      if (!condition()) throw new Error(`still waiting ${missing()}`);
    },
    { timeout: 8000, interval: 2 },
  );
}
