/** The native face before the HTTP door: its routes, its answers as bytes, its streams and the end of them. */
import { RollcallError, type Caller, type Log, type Meter, type Metric } from '@rollcall/core';
import type { AnswerCache } from '../../shared/answer-cache.js';
import type { HttpAnswer, HttpFace, HttpHead, HttpReply, HttpRequest, HttpRoute, ReadyAnswer } from '../../shared/http-face.js';
import { headerIn } from '../../shared/http-headers.js';
import { retryAfterSeconds } from '../../shared/retry-after.js';
import { parseJsonBody } from '../../shared/json-body.js';
import { Answers, readHeaders } from './answers.js';
import type { NativeAnswer, NativeContext, NativeRequest, PlainAnswer, RenderedAnswer } from './exchange.js';
import { Fragments } from './fragments.js';
import { answer, nativeRoutes } from './handler.js';
import { HeartbeatCrowd } from './heartbeat-crowd.js';
import { laneOf, rightOf } from './lanes.js';
import { asRollcallError, challengeOf, PROBLEM_MEDIA_TYPE, problemOf } from './problem.js';
import { ageHeaders } from './staleness.js';
import { EVENT_STREAM_TYPE } from '../../shared/server-event.js';
import { WatchHub } from './watch-hub.js';
import { orRegisterAgain } from './writes.js';

export interface NativeFaceOptions extends Omit<NativeContext, 'answers' | 'watches' | 'isReady'> {
  /** Shared with the other faces. */
  readonly cache: AnswerCache;
  /** What the pieces of answers may take, besides the answers themselves. */
  readonly fragmentBytesMax: number;
  readonly watchersMax: number;
  readonly meter: Meter;
  readonly log: Log;
}

const watchStreams: Metric = {
  name: 'rollcall_watch_streams',
  kind: 'gauge',
  help: 'Who watches: open streams, and long polls that wait.',
};

export class NativeFace implements HttpFace {
  readonly name = 'native';
  readonly prefix = '';
  readonly routes: readonly HttpRoute[];
  readonly #context: NativeContext;
  readonly #crowd: HeartbeatCrowd;
  readonly #services: HttpRoute;
  readonly #instances: HttpRoute;
  readonly #log: Log;
  #draining = false;

  constructor({ cache, fragmentBytesMax, watchersMax, meter, log, ...options }: NativeFaceOptions) {
    const { view, clock, random } = options;
    const fragments = new Fragments(fragmentBytesMax);
    const answers = new Answers({ view, cache, fragments });
    const watches = new WatchHub({ view, answers, fragments, clock, random, watchersMax });
    this.#context = { ...options, answers, watches, isReady: () => view.complete && !this.#draining };
    this.#log = log;
    meter.gauge(watchStreams, () => watches.size);
    this.routes = nativeRoutes.map((route) => ({
      method: route.method,
      path: route.path,
      right: rightOf(route),
      lane: laneOf(route),
      handle: (request) => this.#reply(answer(route, new Asking(request), this.#context)),
    }));
    const routeTo = (path: string): HttpRoute => this.routes.find((route) => route.path === path) as HttpRoute;
    this.#services = routeTo(SERVICES_PATH);
    this.#instances = routeTo(INSTANCES_PATH);
    this.#crowd = new HeartbeatCrowd({
      ...options,
      route: routeTo(HEARTBEAT_PATH),
      failed: (error) => this.failed(orRegisterAgain(error)),
    });
  }

  /** Who watches and who polls. */
  get watchers(): number {
    return this.#context.watches.size;
  }

  /** No longer ready, and every watcher is told to go elsewhere. */
  drain(): void {
    this.#draining = true;
    this.#context.watches.end();
  }

  ready(head: HttpHead, caller: Caller, answer: ReadyAnswer): boolean {
    if (!this.#context.isReady()) return false;
    if (head.method === 'PUT') return this.#crowd.take(head, caller, answer);
    return head.method === 'GET' && this.#answerReady(head, caller, answer);
  }

  #answerReady({ url = '', rawHeaders }: HttpHead, caller: Caller, answer: ReadyAnswer): boolean {
    const { answers, view } = this.#context;
    const found = answers.ready(url, caller);
    if (found === null || view.staleSinceMs !== null) return false;
    if (headerIn(rawHeaders, 'accept')?.includes(EVENT_STREAM_TYPE) === true) return false;
    const known = headerIn(rawHeaders, 'if-none-match');
    if (known !== undefined && known !== found.etag) return false;
    const same = known !== undefined;
    const route = found.about.service === null ? this.#services : this.#instances;
    answer(same ? { status: 304, headers: readHeaders(known, view.revision), body: null } : found.answer(view.revision), route);
    return true;
  }

  failed(thrown: unknown): HttpAnswer {
    const error = asRollcallError(thrown);
    if (error.code === 'internal')
      this.#log.error('a request failed', { reason: (error.cause as Error | undefined)?.stack ?? error.message });
    const { status, body } = problemOf(error);
    const retry = error.retryable ? ['retry-after', String(retryAfterSeconds(this.#context.random))] : [];
    return { status, headers: ['content-type', PROBLEM_MEDIA_TYPE, ...retry, ...challengeOf(error), ...this.#age()], body: jsonLine(body) };
  }

  #reply(answered: NativeAnswer | Promise<NativeAnswer>): HttpReply | Promise<HttpReply> {
    return answered instanceof Promise ? answered.then((found) => this.#replyOf(found)) : this.#replyOf(answered);
  }

  #replyOf(answered: NativeAnswer): HttpReply {
    if ('later' in answered) return { start: (send) => answered.later((found) => send(this.#rendered(found))) };
    if ('rendered' in answered) return this.#rendered(answered);
    if ('open' in answered) return { status: 200, headers: this.#unkept(answered.mediaType), open: answered.open };
    if ('text' in answered) return { status: 200, headers: this.#unkept(answered.mediaType), body: answered.text };
    return this.#plain(answered);
  }

  #rendered({ rendered, etag = rendered.etag }: RenderedAnswer): HttpAnswer {
    const headers = [...readHeaders(etag, this.#context.view.revision), 'content-type', JSON_TYPE, ...this.#age()];
    return { status: 200, headers, body: rendered.body };
  }

  #plain({ status, body, revision, location, etag }: PlainAnswer): HttpAnswer {
    const headers = etag === undefined ? ['cache-control', 'no-store'] : ['etag', etag, 'cache-control', 'no-cache'];
    if (revision !== undefined) headers.push('rollcall-revision', String(revision));
    if (location !== undefined) headers.push('location', location);
    if (body !== undefined) headers.push('content-type', JSON_TYPE);
    headers.push(...this.#age());
    return { status, headers, body: body === undefined ? null : jsonLine(body) };
  }

  #unkept(mediaType: string): readonly string[] {
    const revision = String(this.#context.view.revision);
    return ['content-type', mediaType, 'cache-control', 'no-store', 'rollcall-revision', revision, ...this.#age()];
  }

  #age(): readonly string[] {
    return ageHeaders(this.#context.view, this.#context.clock);
  }
}

/** The routes whose answers may lie ready. */
const SERVICES_PATH = '/services';
const INSTANCES_PATH = '/services/:name/instances';
const HEARTBEAT_PATH = '/heartbeat/:id';

const JSON_TYPE = 'application/json';

/** What nobody asks for is not looked up. */
class Asking implements NativeRequest {
  readonly url: string;
  readonly parameters: NativeRequest['parameters'];
  readonly query: NativeRequest['query'];
  readonly body: unknown;
  readonly caller: Caller;
  readonly #head: HttpHead;

  constructor({ head, parameters, query, body, caller }: HttpRequest) {
    this.#head = head;
    this.url = head.url ?? '';
    this.parameters = parameters;
    this.query = query;
    this.body = body.length === 0 ? undefined : parsedBody(body, headerIn(head.rawHeaders, 'content-type') ?? '');
    this.caller = caller;
  }

  get accept(): string {
    return headerIn(this.#head.rawHeaders, 'accept') ?? '';
  }

  get lastEventId(): string | null {
    return this.#header('last-event-id');
  }

  get ifNoneMatch(): string | null {
    return this.#header('if-none-match');
  }

  /** `null` for one that is empty, too. */
  #header(name: string): string | null {
    const value = headerIn(this.#head.rawHeaders, name) ?? '';
    return value === '' ? null : value;
  }
}

function parsedBody(body: Buffer, type: string): unknown {
  if (type !== JSON_TYPE && !/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new RollcallError('unsupported-media-type', 'Bodies are JSON here: send it with "content-type: application/json".');
  }
  return parseJsonBody(body.toString('utf8'));
}

/** With a line end, so that a terminal's next prompt begins on a new line. */
function jsonLine(body: object): string {
  return `${JSON.stringify(body)}\n`;
}
