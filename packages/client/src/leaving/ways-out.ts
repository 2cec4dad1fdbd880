/** How servers of different makes stop: first their connections are asked to go, then nothing new is taken, in the end all is cut. */
import type { EventEmitter } from 'node:events';
import type { Clock } from '../ports.js';

/** `node:http` and `node:https`, and what Express's `app.listen()` answers. */
export interface HttpServer extends EventEmitter {
  close(callback?: (error?: Error) => void): unknown;
  closeIdleConnections(): void;
  closeAllConnections(): void;
}

/** `node:http2`: its connections are sessions. */
export interface Http2Server extends EventEmitter {
  close(callback?: (error?: Error) => void): unknown;
}

/** Fastify. */
export interface AppWithServer {
  readonly server: HttpServer | Http2Server;
  close(): PromiseLike<unknown>;
}

/** `@grpc/grpc-js`. */
export interface RpcServer {
  tryShutdown(callback: (error?: Error) => void): void;
  forceShutdown(): void;
}

/** Anything else that can be closed. */
export interface Closable {
  close(): unknown;
}

export type Closing = HttpServer | Http2Server | AppWithServer | RpcServer | Closable;

export interface WayOut {
  /** It goes on serving; but whoever is connected is asked to come anew, which is elsewhere from now on. */
  begin(): void;
  /** Takes nothing new; settles when the last request is answered. */
  close(): Promise<void>;
  /** Ends what is still there. */
  cut(): void;
}

/** How often connections are looked for that have become idle. */
const IDLE_LOOK_MS = 50;

export function wayOut(server: Closing, clock: Clock): WayOut {
  if (typeof server === 'function') {
    throw new TypeError('This is an app and not its server: give what app.listen() answered.');
  }
  if ('tryShutdown' in server) return rpcWayOut(server);
  if ('server' in server) return appWayOut(server, clock);
  if ('closeIdleConnections' in server) return httpWayOut(server, clock);
  if ('on' in server) return http2WayOut(server);
  return { begin: () => undefined, close: async () => void (await server.close()), cut: () => undefined };
}

function rpcWayOut(server: RpcServer): WayOut {
  return {
    begin: () => undefined,
    close: () => called((callback) => server.tryShutdown(callback)),
    cut: () => server.forceShutdown(),
  };
}

function appWayOut(app: AppWithServer, clock: Clock): WayOut {
  const way = 'closeIdleConnections' in app.server ? httpWayOut(app.server, clock) : http2WayOut(app.server);
  const close = async (): Promise<void> => void (await app.close());
  return {
    ...way,
    close: 'closeIdleConnections' in app.server ? () => whileIdleAreClosed(app.server as HttpServer, clock, close()) : close,
  };
}

interface Answer {
  readonly headersSent: boolean;
  setHeader(name: string, value: string): unknown;
}

function httpWayOut(server: HttpServer, clock: Clock): WayOut {
  return {
    begin() {
      // Before whatever answers. A connection that idles now is left alone: closing it could meet a request that is on its way.
      server.prependListener('request', (_request: unknown, response: Answer) => {
        if (!response.headersSent) response.setHeader('connection', 'close');
      });
    },
    close: () =>
      whileIdleAreClosed(
        server,
        clock,
        called((callback) => server.close(callback)),
      ),
    cut: () => server.closeAllConnections(),
  };
}

/** An answer that had begun before did not say that it is the last one on its connection. */
async function whileIdleAreClosed(server: HttpServer, clock: Clock, closing: Promise<void>): Promise<void> {
  let cancel = (): void => undefined;
  const look = (): void => {
    server.closeIdleConnections();
    cancel = clock.after(IDLE_LOOK_MS, look);
  };
  look();
  await closing.finally(() => cancel());
}

interface Session extends EventEmitter {
  close(): void;
  destroy(): void;
}

function http2WayOut(server: Http2Server): WayOut {
  const sessions = new Set<Session>();
  server.on('session', (session: Session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  const ask = (): void => {
    for (const session of sessions) session.close();
  };
  return {
    begin: ask,
    close: () => {
      const closed = called((callback) => server.close(callback));
      ask();
      return closed;
    },
    cut: () => {
      for (const session of sessions) session.destroy();
    },
  };
}

/** A server that is closed already is none to wait for. */
function called(start: (callback: (error?: Error) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => {
      if (error === undefined || error === null || (error as NodeJS.ErrnoException).code === 'ERR_SERVER_NOT_RUNNING') resolve();
      else reject(error);
    });
  });
}
