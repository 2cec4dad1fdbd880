/** Requests to an HTTP door without a port: both ends of each connection are in this process. */
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { duplexPair, type Duplex } from 'node:stream';
import type { HttpDoor } from './door.js';

export interface Asked {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: string | Buffer;
}

export interface Answered {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The head is there, the body is still coming. `leave` closes the connection as a client does that goes away. */
export interface Answering {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: IncomingMessage;
  leave(): void;
}

/** A connection as its client has it. */
export function connectTo(door: HttpDoor): Duplex {
  const [near, far] = duplexPair();
  // As on a network: who lets go of one end is noticed at the other.
  near.once('close', () => far.destroy());
  far.once('close', () => near.destroy());
  door.accept(asSocket(far));
  return near;
}

/** What the door asks of a socket beyond what every stream has. */
function asSocket(end: Duplex): Duplex {
  let bytesWritten = 0;
  const write = end.write.bind(end) as (...args: readonly unknown[]) => boolean;
  const counted = (piece: string | Buffer, ...rest: readonly unknown[]): boolean => {
    bytesWritten += Buffer.byteLength(piece);
    return write(piece, ...rest);
  };
  Object.defineProperty(end, 'bytesWritten', { get: () => bytesWritten });
  return Object.assign(end, { write: counted, remoteAddress: '127.0.0.1' });
}

export function open(door: HttpDoor, { method = 'GET', url, headers = {}, payload }: Asked): Promise<Answering> {
  const connection = connectTo(door);
  const asked = request({ createConnection: () => connection, method, path: url, headers: { host: 'localhost:8500', ...headers } });
  return new Promise((resolve, reject) => {
    asked.once('error', reject);
    asked.once('response', (body) =>
      resolve({ statusCode: body.statusCode ?? 0, headers: body.headers, body, leave: () => void connection.destroy() }),
    );
    asked.end(payload);
  });
}

export async function inject(door: HttpDoor, asked: Asked): Promise<Answered> {
  const { statusCode, headers, body, leave } = await open(door, asked);
  let text = '';
  for await (const piece of body.setEncoding('utf8')) text += piece as string;
  leave();
  return { statusCode, headers, body: text };
}
