/** The Eureka face before the HTTP door: under `/eureka`, `/eureka-NAMESPACE`, and, on a door of its own, also at the root. */
import {
  isRollcallError,
  RollcallError,
  type CatalogView,
  type Caller,
  type Clock,
  type Lane,
  type Log,
  type Meter,
  type Metric,
} from '@rollcall/core';
import type { AnswerCache } from '../../shared/answer-cache.js';
import type { HttpAnswer, HttpFace, HttpHead, HttpReply, HttpRequest, HttpRoute, ReadyAnswer } from '../../shared/http-face.js';
import { headerIn } from '../../shared/http-headers.js';
import { Bodies } from './bodies.js';
import { callOf } from './call.js';
import { tokenIn } from './credentials.js';
import { Estates } from './estate.js';
import type { EurekaContext, EurekaRequest } from './exchange.js';
import { failure } from './failures.js';
import { formFor } from './forms.js';
import { Goodbyes } from './goodbyes.js';
import { HeartbeatCrowd } from './heartbeat-crowd.js';
import { operationAt, type Method } from './operations.js';
import { RecentChanges } from './recent-changes.js';
import { Renewals } from './renewals.js';
import { unpacked } from './unpacked.js';

export interface EurekaOptions extends Omit<EurekaContext, 'estates' | 'bodies' | 'renewals' | 'goodbyes' | 'startedMs'> {
  readonly view: CatalogView;
  /** Not filtered: what a delta may show is decided for each caller. */
  readonly changesOf: CatalogView;
  /** Shared with the other faces. */
  readonly cache: AnswerCache;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly log: Log;
}

const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'DELETE'];

/** A server tells at most this many things at once, each an instance of a few kilobytes. */
const BATCH_BYTES_MAX: number = 8 * 1024 * 1024;

const renewalsMetric: Metric = {
  name: 'rollcall_eureka_renewals',
  kind: 'gauge',
  help: 'Heartbeats that came by Eureka’s API within the last whole minute.',
};

/** What the faces of both doors have in common: they are one face at two places. */
export class EurekaDesk {
  readonly context: EurekaContext;
  readonly log: Log;
  readonly #changes: RecentChanges;
  readonly #goodbyes: Goodbyes;
  #draining = false;

  constructor({ changesOf, cache, meter, log, ...options }: EurekaOptions) {
    const { view, clock } = options;
    const changes = new RecentChanges({ view: changesOf, clock });
    const goodbyes = new Goodbyes({ view: changesOf, clock });
    const renewals = new Renewals(clock);
    const estates = new Estates({ view, changes, clock });
    this.#changes = changes;
    this.#goodbyes = goodbyes;
    this.log = log;
    this.context = { ...options, estates, renewals, goodbyes, bodies: new Bodies(cache), startedMs: clock.monotonicMs() };
    meter.gauge(renewalsMetric, () => renewals.lastMinute);
  }

  /** A list that is not whole would make every client drop whom it does not hold. */
  get isReady(): boolean {
    return this.context.view.complete && !this.#draining;
  }

  start(): void {
    this.#changes.start();
    this.#goodbyes.start();
  }

  drain(): void {
    this.#draining = true;
  }

  close(): void {
    this.#changes.close();
    this.#goodbyes.close();
  }
}

export class EurekaFace implements HttpFace {
  readonly name = 'eureka';
  readonly prefix: string;
  readonly routes: readonly HttpRoute[];
  readonly #desk: EurekaDesk;
  readonly #crowd: HeartbeatCrowd;

  /** `atRoot`: on a door where nobody else is. */
  constructor(desk: EurekaDesk, { atRoot = false }: { readonly atRoot?: boolean } = {}) {
    this.#desk = desk;
    this.prefix = atRoot ? '' : '/eureka';
    const bases = ['/eureka/*', '/eureka-:namespace/*', ...(atRoot ? ['/*'] : [])];
    this.routes = bases.flatMap((path) => methods.map((method) => this.#route(method, path)));
    const route = this.routes.find(({ method }) => method === 'PUT') as HttpRoute;
    this.#crowd = new HeartbeatCrowd({ ...desk.context, route, failed: (error, head) => this.failed(error, head) });
  }

  tokenIn(head: HttpHead): string | null {
    return tokenIn(head);
  }

  ready(head: HttpHead, caller: Caller, answer: ReadyAnswer): boolean {
    return head.method === 'PUT' && this.#desk.isReady && this.#crowd.take(head, caller, answer);
  }

  failed(error: unknown, head: HttpHead): HttpAnswer {
    if (!isRollcallError(error) || error.code === 'internal')
      this.#desk.log.error('a request failed', { reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    return failure(error, head);
  }

  #route(method: Method, path: string): HttpRoute {
    return {
      method,
      path,
      right: method === 'GET' ? 'read' : 'write',
      lane: lanes[method],
      ...(method === 'POST' ? { bodyBytesMax: BATCH_BYTES_MAX } : {}),
      handle: (request) => this.#answer(method, request),
    };
  }

  #answer(method: Method, { head, parameters, query, body, caller }: HttpRequest): HttpReply | Promise<HttpReply> {
    if (!this.#desk.isReady)
      throw new RollcallError('not-ready', 'This node is starting or stopping. Ask again shortly, or ask another one.');
    const { rawHeaders } = head;
    const call = callOf(parameters['*'] ?? '', parameters['namespace'] ?? null, head);
    const operation = operationAt(call.words, method);
    if (operation === 'method') return { status: 405, headers: [], body: null };
    // As it was asked: what stands before, of a door, a namespace or a version, may be what is wrong.
    if (operation === null)
      throw new RollcallError('unknown-route', `There is nothing at ${method} ${(head.url ?? '').split('?', 1).join().slice(0, 200)}.`);
    const request: EurekaRequest = {
      ...call,
      query,
      body,
      caller,
      type: headerIn(rawHeaders, 'content-type') ?? '',
      form: formFor(headerIn(rawHeaders, 'accept'), headerIn(rawHeaders, 'x-eureka-accept')),
      wantsGzip: /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:\s*,|\s*$))/i.test(headerIn(rawHeaders, 'accept-encoding') ?? ''),
      isReplicated: headerIn(rawHeaders, 'x-netflix-discovery-replication')?.toLowerCase() === 'true',
      server: method === 'POST' ? (headerIn(rawHeaders, 'discoveryidentity-id') ?? '') : '',
    };
    const { context } = this.#desk;
    if (method !== 'POST' || headerIn(rawHeaders, 'content-encoding')?.toLowerCase() !== 'gzip') return operation(request, context);
    return unpacked(body, BATCH_BYTES_MAX).then((plain) => operation({ ...request, body: plain }, context));
  }
}

/** By the method, which says it well enough: a `PUT` is nearly always a heartbeat. */
const lanes: Readonly<Record<Method, Lane>> = { GET: 'read', POST: 'register', PUT: 'heartbeat', DELETE: 'deregister' };
