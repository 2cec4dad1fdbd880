/**
 * etcd's `KV/Put` over gRPC, both sides by hand: a client for any server of it, and a server for our store, so
 * that both can be measured through the same wire by the same client.
 */
import { once } from 'node:events';
import {
  connect,
  constants,
  createServer,
  type ClientHttp2Session,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Put } from './load.js';
import { decodePutRequest, encodePutRequest, encodePutResponse, framed, unframed } from './put-messages.js';

export const PUT_PATH = '/etcdserverpb.KV/Put';

/** `sessions` connections; a writer keeps to its own. */
export async function connectGrpc(port: number, sessions: number): Promise<{ put: Put; close: () => void }> {
  const opened = Array.from({ length: sessions }, () => connect(`http://127.0.0.1:${port}`));
  await Promise.all(opened.map((session) => once(session, 'connect')));
  return {
    put: (key, value, writer) => putThrough(opened[writer % sessions] as ClientHttp2Session, framed(encodePutRequest(key, value))),
    close: () => {
      for (const session of opened) session.destroy();
    },
  };
}

/** Settles when the server has said that all went well: `grpc-status: 0`. */
function putThrough(session: ClientHttp2Session, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: PUT_PATH,
      'content-type': 'application/grpc',
      'te': 'trailers',
    });
    const judge = (headers: IncomingHttpHeaders): void => {
      if (headers['grpc-status'] === '0') resolve();
      else if (headers['grpc-status'] !== undefined) reject(new Error(`grpc-status ${String(headers['grpc-status'])}`));
    };
    stream.on('response', judge).on('trailers', judge).on('error', reject);
    stream.on('close', () => reject(new Error('the stream was closed without a status')));
    stream.resume();
    stream.end(body);
  });
}

/** `put` answers the revision. */
export async function serveGrpc(put: (key: Buffer, value: Buffer) => Promise<number>): Promise<{ server: Http2Server; port: number }> {
  const server = createServer();
  server.on('stream', (stream) => void answerPut(stream, put));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

async function answerPut(stream: ServerHttp2Stream, put: (key: Buffer, value: Buffer) => Promise<number>): Promise<void> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  if (!(await ended(stream))) return;
  const { key, value } = decodePutRequest(unframed(Buffer.concat(chunks)));
  const revision = await put(key, value);
  // A load that ends hangs up on what is still in flight.
  if (stream.destroyed) return;
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(framed(encodePutResponse(revision)));
}

/** Whether all of the request came. */
function ended(stream: ServerHttp2Stream): Promise<boolean> {
  return new Promise((resolve) => {
    stream.on('end', () => resolve(true));
    stream.on('error', () => resolve(false));
    stream.on('close', () => resolve(false));
  });
}
