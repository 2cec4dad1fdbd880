/**
 * HTTP/1.1 over bare sockets, one request in flight on each: as little client as there can be, so that what is measured
 * is the server. It understands answers with a length or without a body, which is what our subjects send.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface HttpConnection {
  /** Settles with the status when the answer is there, and throws for one that is not 2xx. */
  send(request: Buffer): Promise<number>;
  close(): void;
}

export async function connectHttp(port: number): Promise<HttpConnection> {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  await once(socket, 'connect');
  return connectionOn(socket);
}

export function requestOf(method: string, path: string, body: string): Buffer {
  const head = `${method} ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
}

const HEAD_END = '\r\n\r\n';

function connectionOn(socket: Socket): HttpConnection {
  let waiting: { readonly resolve: (status: number) => void; readonly reject: (error: Error) => void } | null = null;
  let received: Buffer = Buffer.alloc(0);
  const settle = (outcome: number | Error): void => {
    const { resolve, reject } = waiting ?? { resolve: () => undefined, reject: () => undefined };
    waiting = null;
    if (typeof outcome === 'number') resolve(outcome);
    else reject(outcome);
  };
  socket.on('data', (piece: Buffer) => {
    received = received.length === 0 ? piece : Buffer.concat([received, piece]);
    const answer = wholeAnswerIn(received);
    if (answer === null) return;
    received = received.subarray(answer.length);
    settle(answer.status < 300 ? answer.status : new Error(`answered ${answer.text.slice(0, 500)}`));
  });
  socket.on('error', settle).on('close', () => settle(new Error('the connection was closed')));
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

function wholeAnswerIn(received: Buffer): { readonly status: number; readonly length: number; readonly text: string } | null {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd < 0) return null;
  const head = received.toString('latin1', 0, headEnd);
  const bodyLength = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
  const length = headEnd + HEAD_END.length + bodyLength;
  return received.length < length ? null : { status: Number(head.slice(9, 12)), length, text: received.toString('latin1', 0, length) };
}
