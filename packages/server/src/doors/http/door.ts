/**
 * The HTTP door: one port that several faces share. A request passes the host check, is answered at once if its face
 * has the answer lying ready, and otherwise takes its route. There is no framework: docs/adr/0005 says why.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIPv6, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { RollcallError, type Clock } from '@rollcall/core';
import type { HttpFace, HttpReply, HttpRequest, HttpRoute } from '../../shared/http-face.js';
import { hasBody, readBody } from './body.js';
import { HostCheck } from './host-check.js';
import { BODY_BYTES_MAX, GOODBYE_MS_MAX, HEAD_MS_MAX, IDLE_MS_MAX, REQUEST_MS_MAX } from './limits.js';
import { parseQuery } from './query.js';
import { RouteTable, type Found } from './routes.js';
import { send, sendLater, sendReady, sendStream } from './sending.js';

export interface HttpDoorOptions {
  /** One of them has no prefix. */
  readonly faces: readonly HttpFace[];
  readonly bind: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly clock: Clock;
}

interface FaceRoute extends HttpRoute {
  readonly face: HttpFace;
}

const NOTHING: Buffer = Buffer.alloc(0);

export class HttpDoor {
  readonly #options: HttpDoorOptions;
  readonly #server: Server;
  readonly #hosts: HostCheck;
  readonly #routes: RouteTable<FaceRoute>;
  /** The longest prefix first. */
  readonly #faces: readonly HttpFace[];
  #draining = false;

  constructor(options: HttpDoorOptions) {
    this.#options = options;
    this.#hosts = new HostCheck(options.bind);
    this.#routes = new RouteTable(options.faces.flatMap((face) => face.routes.map((route) => ({ ...route, face }))));
    this.#faces = options.faces.toSorted((one, other) => other.prefix.length - one.prefix.length);
    const timeouts = { requestTimeout: REQUEST_MS_MAX, headersTimeout: HEAD_MS_MAX, keepAliveTimeout: IDLE_MS_MAX };
    this.#server = createServer({ noDelay: true, ...timeouts }, (request, response) => this.#handle(request, response));
    this.#server.on('clientError', refuseNonsense);
  }

  /** `host:port` as a URL has it. Only after the start. */
  get address(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `${isIPv6(address) ? `[${address}]` : address}:${port}`;
  }

  /** Rejects with what the system says of an address that cannot be had. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, this.#options.bind, () => {
        this.#server.removeListener('error', reject);
        resolve();
      });
    });
  }

  /** From now on every answer says that its connection ends with it. */
  drain(): void {
    this.#draining = true;
  }

  /** Finishes the requests that are being answered. */
  async close(): Promise<void> {
    this.drain();
    if (!this.#server.listening) return;
    const cancel = this.#options.clock.after(GOODBYE_MS_MAX, () => this.#server.closeAllConnections());
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    cancel();
  }

  /** A connection that did not come through the port. */
  accept(connection: Duplex): void {
    this.#server.emit('connection', connection);
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#hosts.allows(request)) return this.#fail(this.#hosts.refusal(request), request, response);
    for (const face of this.#faces) {
      const answer = face.ready?.(request);
      if (answer !== undefined && answer !== null) return sendReady(response, answer);
    }
    try {
      this.#route(request, response);
    } catch (error) {
      this.#fail(error, request, response);
    }
  }

  #route(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? '';
    const queryAt = url.indexOf('?');
    const path = queryAt < 0 ? url : url.slice(0, queryAt);
    const found = this.#find(request, path);
    const asked = {
      head: request,
      parameters: found.parameters,
      query: queryAt < 0 ? {} : parseQuery(url.slice(queryAt + 1)),
      from: request.socket.remoteAddress ?? '',
    };
    if (!hasBody(request)) return this.#answer(found.route, { ...asked, body: NOTHING }, request, response);
    readBody(request, found.route.bodyBytesMax ?? BODY_BYTES_MAX).then(
      (body) => this.#answer(found.route, { ...asked, body }, request, response),
      (error: unknown) => this.#fail(error, request, response),
    );
  }

  /** HEAD is answered as GET, and Node leaves the body out. */
  #find({ method = 'GET' }: IncomingMessage, path: string): Found<FaceRoute> {
    const found = this.#routes.find(method === 'HEAD' ? 'GET' : method, path);
    if (found === null) throw new RollcallError('unknown-route', `There is nothing at ${method} ${path.slice(0, 200)}.`);
    return found;
  }

  #answer(route: FaceRoute, asked: HttpRequest, request: IncomingMessage, response: ServerResponse): void {
    const sendReply = (reply: HttpReply): void => this.#send(reply, request, response);
    const fail = (error: unknown): void => this.#fail(error, request, response, route.face);
    try {
      const reply = route.handle(asked);
      if (reply instanceof Promise) reply.then(sendReply).catch(fail);
      else sendReply(reply);
    } catch (error) {
      fail(error);
    }
  }

  #send(reply: HttpReply, request: IncomingMessage, response: ServerResponse): void {
    if ('start' in reply) sendLater(response, reply, (answer) => send(request, response, answer, this.#draining));
    else if ('open' in reply) sendStream(request, response, reply);
    else send(request, response, reply, this.#draining);
  }

  #fail(error: unknown, request: IncomingMessage, response: ServerResponse, face = this.#faceOf(request)): void {
    if (response.headersSent) return void response.destroy();
    // What is left of its body is not waited for.
    send(request, response, face.failed(error, request), this.#draining || !request.complete);
  }

  #faceOf({ url = '' }: IncomingMessage): HttpFace {
    return this.#faces.find(({ prefix }) => url.startsWith(prefix)) as HttpFace;
  }
}

const nonsense: ReadonlyMap<string | undefined, string> = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
]);

/** Where Node keeps the answer that is under way on a connection; its own way to refuse nonsense looks there too. */
const UNDER_WAY = '_httpMessage';

/** What is no HTTP has no face; it is told so in the fewest words, and the connection ends. */
function refuseNonsense(error: NodeJS.ErrnoException, socket: Duplex): void {
  const isAnswering = ((socket as unknown as Readonly<Record<string, unknown>>)[UNDER_WAY] ?? null) !== null;
  // Half an answer needs no second one in it.
  if (!socket.writable || error.code === 'ECONNRESET' || isAnswering) return void socket.destroy();
  socket.end(`HTTP/1.1 ${nonsense.get(error.code) ?? '400 Bad Request'}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
