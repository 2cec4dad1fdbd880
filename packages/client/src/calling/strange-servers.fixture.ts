/** Servers that behave as servers do on bad days: they hang, break off, drip, refuse, or answer. Real ones, on this machine. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface StrangeServer {
  readonly name: string;
  readonly port: number;
  readonly server: Server;
  /** Requests that reached it, as `METHOD path`. */
  readonly asked: string[];
  readonly headers: IncomingMessage['headers'][];
  /** Connections that were made to it. */
  connections: number;
  behaviour: Behaviour;
  close(): Promise<void>;
}

export type Behaviour = (request: IncomingMessage, response: ServerResponse, server: StrangeServer) => void;

/** Says its name, and what it was sent. */
export const wellBehaved: Behaviour = (request, response, { name }) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (piece: string) => (body += piece));
  request.on('end', () => response.setHeader('content-type', 'application/json').end(JSON.stringify({ name, body })));
};

export const hangs: Behaviour = () => undefined;

/** Breaks the connection before a word. */
export const resets: Behaviour = (request) => void request.socket.resetAndDestroy();

/** Breaks it in the middle of the body. */
export const resetsInTheMiddle: Behaviour = (request, response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('the beginning', () => request.socket.resetAndDestroy());
};

export const answers =
  (status: number, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (request, response) => {
    request.resume();
    response.writeHead(status, headers).end(`status ${status}`);
  };

/** A byte of the head at a time, never to its end. */
export const dripsItsHead: Behaviour = (request) => {
  const words = 'HTTP/1.1 200 OK\r\nx-long: ';
  let at = 0;
  const drip = setInterval(() => request.socket.write(words[at++] ?? 'x'), 5);
  request.socket.once('close', () => clearInterval(drip));
};

/** A byte of the body at a time, never to its end. */
export const dripsItsBody: Behaviour = (request, response) => {
  response.writeHead(200);
  const drip = setInterval(() => response.write('x'), 5);
  request.socket.once('close', () => clearInterval(drip));
};

export async function strangeServer(name: string, behaviour: Behaviour = wellBehaved, port = 0): Promise<StrangeServer> {
  const listener: RequestListener = (request, response) => {
    strange.asked.push(`${request.method} ${request.url}`);
    strange.headers.push(request.headers);
    response.on('error', () => undefined);
    strange.behaviour(request, response, strange);
  };
  const server = createServer(listener).listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.on('connection', (socket: Socket) => {
    strange.connections++;
    socket.on('error', () => undefined);
  });
  const strange: StrangeServer = {
    name,
    server,
    asked: [],
    headers: [],
    connections: 0,
    behaviour,
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
  return strange;
}
