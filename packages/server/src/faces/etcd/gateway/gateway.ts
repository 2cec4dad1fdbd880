/** etcd's HTTP: its services as JSON under `/v3`, and the pages that tell how it is. */
import { isRollcallError, RollcallError } from '@rollcall/core';
import type { Message } from '@rollcall/wire';
import { bearerTokenIn } from '../../../shared/bearer-token.js';
import { GrpcFailure, type GrpcFace, type GrpcMetadata, type GrpcMethod } from '../../../shared/grpc-face.js';
import type { HttpAnswer, HttpFace, HttpHead, HttpReply, HttpRequest, HttpRoute } from '../../../shared/http-face.js';
import { failureAnswer } from './failures.js';
import { fromJson, toJson } from './json.js';
import { messagesIn } from './messages-in.js';
import { gatewayPaths } from './paths.js';
import { LineStreams } from './stream-reply.js';

export interface GatewayOptions {
  readonly face: GrpcFace;
  readonly version: string;
  /** `null`: all is well. Otherwise why not, in a sentence. */
  readonly trouble: () => string | null;
  /** All that is measured, in the text format of Prometheus. */
  readonly metrics: () => Promise<string>;
}

/** A request of etcd's, a third larger in base64, and what stands around it. */
const BODY_BYTES_MAX: number = 3 * 1024 * 1024;

const JSON_TYPE = ['content-type', 'application/json'];
const METRICS_TYPE = ['content-type', 'text/plain; version=0.0.4; charset=utf-8'];
const PLAIN_TYPE = ['content-type', 'text/plain; charset=utf-8'];

export interface Gateway {
  readonly face: HttpFace;
  /** What goes on ends, and is told why. */
  drain(): void;
}

export function gateway(options: GatewayOptions): Gateway {
  const streams = new LineStreams((error) => options.face.failed(error));
  return {
    face: {
      name: options.face.name,
      prefix: '',
      tokenIn,
      failed: (error, head) =>
        failureAnswer(isElsewhere(error, head) ? new GrpcFailure('NOT_FOUND', error.message) : options.face.failed(error)),
      routes: [...pages(options), ...options.face.methods.flatMap((method) => routesOf(method, streams))],
    },
    drain: () => streams.fail(new RollcallError('not-ready', 'This node is stopping; ask another one.')),
  };
}

/** Below `/v3` there may be calls that another etcd has. A path that none has is not there, which is no fault of a server's. */
function isElsewhere(error: unknown, { url = '' }: HttpHead): error is RollcallError {
  return isRollcallError(error) && error.code === 'unknown-route' && !/^\/v3(?:\/|\?|$)/.test(url);
}

function pages({ version, trouble, metrics }: GatewayOptions): readonly HttpRoute[] {
  const page = (path: string, answer: () => HttpAnswer): HttpRoute => ({ method: 'GET', path, right: 'none', lane: null, handle: answer });
  const health = (): HttpAnswer => {
    const reason = trouble();
    const body = JSON.stringify({ health: String(reason === null), reason: reason ?? '' });
    return { status: reason === null ? 200 : 503, headers: JSON_TYPE, body };
  };
  const ready = (): HttpAnswer => {
    const reason = trouble();
    return { status: reason === null ? 200 : 503, headers: PLAIN_TYPE, body: reason === null ? 'ok\n' : `${reason}\n` };
  };
  const versions = JSON.stringify({ etcdserver: version, etcdcluster: version.replace(/\d+$/, '0') });
  return [
    page('/version', () => ({ status: 200, headers: JSON_TYPE, body: versions })),
    page('/health', health),
    page('/livez', () => ({ status: 200, headers: PLAIN_TYPE, body: 'ok\n' })),
    page('/readyz', ready),
    {
      method: 'GET',
      path: '/metrics',
      right: 'read',
      lane: null,
      handle: async () => ({ status: 200, headers: METRICS_TYPE, body: await metrics() }),
    },
  ];
}

function routesOf(method: GrpcMethod, streams: LineStreams): readonly HttpRoute[] {
  const { right, lane } = method;
  return gatewayPaths(method.path).map((path) => ({
    method: 'POST',
    path,
    right,
    lane,
    bodyBytesMax: BODY_BYTES_MAX,
    handle: (request) => answer(method, request, streams),
  }));
}

function answer(method: GrpcMethod, { head, body, caller }: HttpRequest, streams: LineStreams): HttpReply | Promise<HttpReply> {
  const question = method.request as Message<unknown>;
  const messages = messagesIn(body).map((json) => fromJson(question, json));
  const call = { caller, metadata: metadataOf(head) };
  if (method.kind === 'stream') return streams.reply({ method, messages, call });
  return handled(
    () => method.handle(messages[0] ?? question.empty, { ...call, signal: new AbortController().signal }),
    method.response as Message<unknown>,
  );
}

async function handled(handle: () => unknown, response: Message<unknown>): Promise<HttpAnswer> {
  return { status: 200, headers: JSON_TYPE, body: JSON.stringify(toJson(response, await handle())) };
}

function metadataOf({ headers }: HttpHead): GrpcMetadata {
  return {
    get: (name) => {
      const value = name === ':authority' ? headers.host : headers[name];
      return Array.isArray(value) ? value.join(',') : value;
    },
  };
}

/** As HTTP has it, and as etcd's own page shows it: the token alone. */
function tokenIn({ headers, rawHeaders }: HttpHead): string | null {
  return bearerTokenIn(rawHeaders) ?? /^(\S+)$/.exec(headers.authorization ?? '')?.[1] ?? null;
}
