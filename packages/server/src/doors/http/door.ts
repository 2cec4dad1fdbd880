/**
 * The HTTP door: one port that several faces share. A request passes the host check, is answered at once if its face
 * has the answer lying ready, and otherwise takes its route. There is no framework: docs/adr/0005 says why.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import { isIPv6, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  demandRightSomewhere,
  isRollcallError,
  RollcallError,
  type AccessControl,
  type Caller,
  type Clock,
  type Lane,
  type Load,
  type Meter,
  type Random,
} from '@rollcall/core';
import type { HttpAnswer, HttpFace, HttpHead, HttpReply, HttpRequest, HttpRoute, ReadyAnswer } from '../../shared/http-face.js';
import { Admission } from '../../shared/admission.js';
import { hasBody, isShort, readBody } from './body.js';
import { Callers } from './callers.js';
import { Gate } from './gate.js';
import {
  BODY_BYTES_MAX,
  GOODBYE_MS_MAX,
  HEAD_MS_MAX,
  IDLE_MS_MAX,
  REQUEST_MS_MAX,
  SLOW_LOOK_MS,
  SURPLUS_CONNECTIONS_MAX,
} from './limits.js';
import { Asked } from './asked.js';
import { parseQuery } from './query.js';
import { RouteTable, type Found } from './routes.js';
import { nonsenseIn } from './nonsense.js';
import { rawAnswer, send, sendLater, sendStream } from './sending.js';
import { Tally, type Count } from './tally.js';
import { secureOptions, type TlsMaterial } from './tls.js';

export interface HttpDoorOptions {
  /** One of them has no prefix. */
  readonly faces: readonly HttpFace[];
  readonly bind: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Whose web pages may ask, besides our own. */
  readonly corsOrigins: readonly string[];
  readonly connectionsMax: number;
  /** Left out: none. */
  readonly tls?: TlsMaterial | null;
  /** Who may do what. */
  readonly access: AccessControl;
  /** Told of whom was refused because of what it may not. Left out: nobody is. */
  readonly refused?: ((error: RollcallError, refused: Refused) => void) | undefined;
  /** Asked for every request: must be cheap. */
  readonly load: () => Load;
  /** How long a request may take to arrive, and how often that is looked at. Left out: what limits.ts says. */
  readonly patience?: { readonly headMs: number; readonly requestMs: number; readonly lookMs: number };
  readonly clock: Clock;
  readonly random: Random;
  readonly meter: Meter;
}

interface FaceRoute extends HttpRoute {
  readonly face: HttpFace;
  readonly count: Count;
}

const NOTHING: Buffer = Buffer.alloc(0);
const NO_HEAD: HttpHead = Object.freeze({ headers: {}, rawHeaders: [] });
/** As much of a path as is told of. */
const OPERATION_CHARACTERS_MAX = 200;
const NO_QUERY: HttpRequest['query'] = Object.freeze({});

/** The call that was refused, without its query: there may be a secret in it. */
export interface Refused {
  readonly from: string;
  readonly face: string;
  readonly operation: string;
}

export class HttpDoor {
  readonly #options: HttpDoorOptions;
  readonly #server: Server;
  /** The same one, where it speaks TLS. */
  readonly #secure: SecureServer | null;
  readonly #gate: Gate;
  readonly #admission: Admission;
  readonly #callers: Callers;
  readonly #tally: Tally;
  readonly #routes: RouteTable<FaceRoute>;
  /** The longest prefix first. */
  readonly #faces: readonly HttpFace[];
  #draining = false;

  constructor(options: HttpDoorOptions) {
    this.#options = options;
    this.#gate = new Gate(options);
    this.#admission = new Admission(options);
    this.#callers = new Callers(options.access);
    this.#tally = new Tally(
      options.faces.flatMap(({ routes }) => routes),
      options.meter,
    );
    const routes = options.faces.flatMap((face) => face.routes.map((route) => ({ ...route, face, count: this.#tally.of(route) })));
    this.#routes = new RouteTable(routes);
    this.#faces = options.faces.toSorted((one, other) => other.prefix.length - one.prefix.length);
    const { headMs, requestMs, lookMs } = options.patience ?? { headMs: HEAD_MS_MAX, requestMs: REQUEST_MS_MAX, lookMs: SLOW_LOOK_MS };
    const settings = {
      noDelay: true,
      requestTimeout: requestMs,
      headersTimeout: headMs,
      connectionsCheckingInterval: lookMs,
      keepAliveTimeout: IDLE_MS_MAX,
      // The gate says it in better words.
      requireHostHeader: false,
    };
    const { tls = null } = options;
    const handle = (request: IncomingMessage, response: ServerResponse): void => this.#handle(request, response);
    this.#secure = tls === null ? null : createSecureServer({ ...settings, ...secureOptions(tls) }, handle);
    this.#server = this.#secure ?? createServer(settings, handle);
    // Whatever somebody expects beyond an answer: it gets that.
    this.#server.on('checkExpectation', handle);
    this.#server.maxConnections = options.connectionsMax + SURPLUS_CONNECTIONS_MAX;
    this.#server.on(tls === null ? 'connection' : 'secureConnection', (socket: Duplex) => this.#gate.connected(socket));
    this.#server.on('clientError', (error, socket) => this.#refuseNonsense(error, socket));
    this.#secure?.on('tlsClientError', (_error, socket) => socket.destroy()); // What is said before the handshake never arrives.
  }

  /** `host:port` as a URL has it. Only after the start. */
  get address(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `${isIPv6(address) ? `[${address}]` : address}:${port}`;
  }

  /** From now on, for new connections; those that are open stay. */
  secure({ context }: TlsMaterial): void {
    this.#secure?.setSecureContext(context);
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

  /** Instead: takes the connections of another door. Node looks after those of a server that listens. */
  startBehind(): void {
    this.#server.emit('listening');
  }

  /** From now on every answer says that its connection ends with it. */
  drain(): void {
    this.#draining = true;
  }

  /** Finishes the requests that are being answered. */
  async close(): Promise<void> {
    this.drain();
    this.#callers.close();
    const cancel = this.#options.clock.after(GOODBYE_MS_MAX, () => this.#server.closeAllConnections());
    // Those that came through another door are not waited for here: whoever let them in does.
    if (!this.#server.listening) return void this.#server.close();
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
    const refused = this.#gate.refusal(request, response);
    if (refused !== null) return this.#fail(refused, request, response);
    // Whatever the load: to refuse it would cost as much.
    if (this.#ready(request, response)) return;
    try {
      const preflight = this.#gate.preflight(request);
      if (preflight === null) this.#route(request, response);
      else this.#send(preflight, request, response, this.#tally.none);
    } catch (error) {
      this.#fail(error, request, response);
    }
  }

  #ready(request: IncomingMessage, response: ServerResponse): boolean {
    const answer: ReadyAnswer = (answer, route) => {
      this.#tally.of(route)(answer.status);
      send(request, response, answer, this.#draining);
    };
    const face = this.#faceOf(request);
    if (face.ready === undefined) return false;
    const caller = this.#callers.hastily(request, face);
    return caller !== null && face.ready(request, caller, answer);
  }

  #route(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? '';
    const queryAt = url.indexOf('?');
    const path = queryAt < 0 ? url : url.slice(0, queryAt);
    const { route, parameters } = this.#find(request, path);
    const lane = laneOf(route, request);
    const shed = lane === null ? null : this.#admission.refusal(lane);
    if (shed !== null) return this.#fail(shed, request, response, route);
    const caller = this.#callerFor(route, request);
    const query = queryAt < 0 ? NO_QUERY : parseQuery(url.slice(queryAt + 1));
    if (!hasBody(request)) return this.#answer(route, new Asked(request, parameters, query, NOTHING, caller), request, response);
    readBody(request, route.bodyBytesMax ?? BODY_BYTES_MAX)
      // Whoever sends slowly may have lost a right meanwhile.
      .then((body) => new Asked(request, parameters, query, body, this.#callerFor(route, request)))
      .then((asked) => this.#answer(route, asked, request, response))
      .catch((error: unknown) => this.#fail(error, request, response, route));
  }

  /** Who has the right nowhere is told so before its body is read. What the call is about, others judge. */
  #callerFor({ face, right }: FaceRoute, request: IncomingMessage): Caller {
    if (right === 'none') return this.#callers.anybody(request, face);
    const caller = this.#callers.of(request, face);
    demandRightSomewhere(caller, right);
    return caller;
  }

  /** HEAD is answered as GET, and Node leaves the body out; unless its face has it otherwise. */
  #find({ method = 'GET' }: IncomingMessage, path: string): Found<FaceRoute> {
    const found = this.#routes.find(method === 'HEAD' ? 'GET' : method, path);
    if (found === null || (method === 'HEAD' && found.route.face.headIsGet === false))
      throw new RollcallError('unknown-route', `There is nothing at ${method} ${path.slice(0, 200)}.`);
    return found;
  }

  #answer(route: FaceRoute, asked: HttpRequest, request: IncomingMessage, response: ServerResponse): void {
    const sendReply = (reply: HttpReply): void => {
      if ('start' in reply || 'open' in reply) this.#callers.hold(request, response, route.face, asked.caller);
      this.#send(reply, request, response, route.count);
    };
    const fail = (error: unknown): void => this.#fail(error, request, response, route);
    try {
      const reply = route.handle(asked);
      if (reply instanceof Promise) reply.then(sendReply).catch(fail);
      else sendReply(reply);
    } catch (error) {
      fail(error);
    }
  }

  #send(reply: HttpReply, request: IncomingMessage, response: ServerResponse, count: Count): void {
    const sendWhole = (answer: HttpAnswer): void => {
      count(answer.status);
      send(request, response, answer, this.#draining);
    };
    if ('start' in reply) return sendLater(response, reply, sendWhole);
    if (!('open' in reply)) return sendWhole(reply);
    count(reply.status);
    sendStream(request, response, reply);
  }

  #fail(error: unknown, request: IncomingMessage, response: ServerResponse, route: FaceRoute | null = null): void {
    if (response.headersSent) return void response.destroy();
    const face = route?.face ?? this.#faceOf(request);
    const answer = face.failed(error, request);
    if (isRollcallError(error, 'unauthenticated') || isRollcallError(error, 'forbidden')) {
      const { method = '', url = '', socket } = request;
      const operation = `${method} ${url.split('?', 1)[0]?.slice(0, OPERATION_CHARACTERS_MAX) ?? ''}`;
      this.#options.refused?.(error, { from: socket.remoteAddress ?? '', face: face.name, operation });
    }
    (route?.count ?? this.#tally.none)(answer.status);
    // What is left of a long body is not waited for.
    send(request, response, answer, this.#draining || !(request.complete || isShort(request)));
  }

  /** What is no HTTP has no head that could be read; whoever sent it is told so, and the connection ends. */
  #refuseNonsense(error: NodeJS.ErrnoException, socket: Duplex): void {
    const answering = (socket as unknown as Readonly<Record<string, ServerResponse | null | undefined>>)[UNDER_WAY] ?? null;
    const isLost = error.code === 'ECONNRESET';
    // What is wrong is in its body. Behind a whole request it would be in the next one's head.
    if (answering !== null && !answering.req.complete && !answering.headersSent && !isLost) {
      answering.shouldKeepAlive = false;
      return this.#fail(nonsenseIn(error), answering.req, answering);
    }
    // Half an answer needs no second one in it.
    if (!socket.writable || isLost || answering !== null) return void socket.destroy();
    const answer = this.#faceOf(NO_HEAD).failed(nonsenseIn(error), NO_HEAD);
    this.#tally.none(answer.status);
    // Whoever does not close its side would keep the connection for ever.
    socket.end(rawAnswer(answer), () => socket.destroy());
  }

  #faceOf({ url = '' }: HttpHead): HttpFace {
    return this.#faces.find(({ prefix }) => url.startsWith(prefix)) as HttpFace;
  }
}

function laneOf({ lane = 'read' }: HttpRoute, request: IncomingMessage): Lane | null {
  return typeof lane === 'function' ? lane(request) : lane;
}

/** Where Node keeps the answer that is under way on a connection; its own way to refuse nonsense looks there too. */
const UNDER_WAY = '_httpMessage';
