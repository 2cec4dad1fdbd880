/** The native face on a socket: routes, limits, streams, and the end of them. */
import { isIPv6, type AddressInfo } from 'node:net';
import { RollcallError, type Caller, type Clock, type Log } from '@rollcall/core';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { EventStream } from '../../shared/event-stream.js';
import { parseJsonBody } from '../../shared/json-body.js';
import { hostNameIn, isLoopback } from '../../shared/loopback.js';
import type { NativeContext, NativeRequest, PlainAnswer, StreamAnswer } from './exchange.js';
import { answer, nativeRoutes } from './handler.js';
import { asRollcallError, PROBLEM_MEDIA_TYPE, problemOf } from './problem.js';

export interface NativeServerOptions extends Omit<NativeContext, 'isReady'> {
  readonly bind: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** A registration is at most 64 KiB; the rest is room for those that are laid out for reading. */
const BODY_BYTES_MAX = 1024 * 1024;

/** An id of 256 characters of four bytes, each written as `%XX`. */
const PATH_PARAMETER_CHARACTERS_MAX = 256 * 4 * 3;

/** Who sends a request more slowly than this is not sending one. */
const REQUEST_MS_MAX = 30_000;

/** Each holds a socket and a backlog. */
const STREAMS_MAX = 10_000;

/** Between the polite end and the other one. */
const GOODBYE_MS_MAX = 5000;

export class NativeServer {
  readonly #options: NativeServerOptions;
  readonly #http: FastifyInstance;
  readonly #streams = new Set<() => void>();
  #draining = false;

  constructor(options: NativeServerOptions) {
    this.#options = options;
    this.#http = fastify({
      bodyLimit: BODY_BYTES_MAX,
      requestTimeout: REQUEST_MS_MAX,
      exposeHeadRoutes: false,
      forceCloseConnections: 'idle',
      routerOptions: { maxParamLength: PATH_PARAMETER_CHARACTERS_MAX },
      frameworkErrors: (error, _request, reply) => void sendError(reply, error, options.log),
    });
    this.#addLimits();
    this.#addRoutes();
  }

  /** For tests: a request without a socket. */
  get http(): FastifyInstance {
    return this.#http;
  }

  /** `host:port` as a URL has it. Only after the start. */
  get address(): string {
    const { address, port } = this.#http.server.address() as AddressInfo;
    return `${isIPv6(address) ? `[${address}]` : address}:${port}`;
  }

  async start(): Promise<void> {
    await this.#http.listen({ host: this.#options.bind, port: this.#options.port });
  }

  /** No longer ready, and every watcher is told to go elsewhere. */
  drain(): Promise<void> {
    this.#draining = true;
    for (const end of this.#streams) end();
    return Promise.resolve();
  }

  /** Finishes the requests that are being answered. */
  async close(): Promise<void> {
    const cancel = this.#options.clock.after(GOODBYE_MS_MAX, () => this.#http.server.closeAllConnections());
    await this.#http.close();
    cancel();
  }

  #addLimits(): void {
    const http = this.#http;
    http.removeAllContentTypeParsers();
    http.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
      try {
        done(null, parseJsonBody(text as string));
      } catch (error) {
        done(error as Error);
      }
    });
    if (isLoopback(this.#options.bind)) http.addHook('onRequest', async (request) => checkHost(request.headers.host));
    http.setErrorHandler((error, _request, reply) => sendError(reply, error, this.#options.log));
    http.setNotFoundHandler((request) => {
      throw new RollcallError('unknown-route', `There is nothing at ${request.method} ${request.url.slice(0, 200)}.`);
    });
  }

  #addRoutes(): void {
    const context: NativeContext = { ...this.#options, isReady: () => this.#options.view.complete && !this.#draining };
    for (const route of nativeRoutes) {
      this.#http.route({
        method: route.method,
        url: route.path,
        handler: async (request, reply) => {
          const answered = await answer(route, nativeRequest(request), context);
          return 'start' in answered ? this.#stream(reply, answered) : sendPlain(reply, answered);
        },
      });
    }
  }

  #stream(reply: FastifyReply, { revision, start }: StreamAnswer): FastifyReply {
    if (this.#streams.size >= STREAMS_MAX) throw new RollcallError('too-many-requests', `There are ${STREAMS_MAX} streams already.`);
    reply.hijack();
    const connection = reply.raw;
    connection.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'rollcall-revision': revision });
    const stream = new EventStream(connection, this.#options.clock);
    const unfollow = start(stream);
    const end = (): void => {
      stream.send({ comment: 'this node is stopping; reconnect to go on' });
      stream.end();
    };
    this.#streams.add(end);
    connection.on('close', () => {
      unfollow();
      this.#streams.delete(end);
    });
    return reply;
  }
}

function nativeRequest({ params, query, body, headers, ip }: FastifyRequest): NativeRequest {
  const caller: Caller = { identity: 'anonymous', from: ip, face: 'native' };
  const lastEventId = headers['last-event-id'];
  return {
    parameters: params as NativeRequest['parameters'],
    query: query as NativeRequest['query'],
    body,
    accept: headers.accept ?? '',
    lastEventId: typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : null,
    caller,
  };
}

function sendPlain(reply: FastifyReply, { status, body, revision, location }: PlainAnswer): FastifyReply {
  if (revision !== undefined) reply.header('rollcall-revision', revision);
  if (location !== undefined) reply.header('location', location);
  reply.header('cache-control', 'no-store').code(status);
  return body === undefined ? reply.send() : sendJson(reply, 'application/json', body);
}

function sendError(reply: FastifyReply, thrown: unknown, log: Log): FastifyReply {
  const error = asRollcallError(thrown);
  if (error.code === 'internal') log.error('a request failed', { reason: (error.cause as Error | undefined)?.stack ?? error.message });
  const { status, body } = problemOf(error);
  if (error.retryable) reply.header('retry-after', 1);
  return sendJson(reply.code(status), PROBLEM_MEDIA_TYPE, body);
}

/** With a line end, so that a terminal's next prompt begins on a new line. */
function sendJson(reply: FastifyReply, type: string, body: object): FastifyReply {
  return reply.header('content-type', type).send(`${JSON.stringify(body)}\n`);
}

function checkHost(header: string | undefined): void {
  const name = hostNameIn(header);
  if (isLoopback(name)) return;
  throw new RollcallError(
    'host-not-allowed',
    `This door is on loopback and does not answer for ${JSON.stringify(name)}; ask for localhost.`,
  );
}
