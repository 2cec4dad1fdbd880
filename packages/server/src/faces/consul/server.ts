/** The Consul face before the HTTP door: its routes under `/v1`, its refusals, and the end of its waits. */
import { isRollcallError, type Caller, type Lane, type Log } from '@rollcall/core';
import { bearerTokenIn } from '../../shared/bearer-token.js';
import type { HttpAnswer, HttpFace, HttpHead, HttpReply, HttpRoute, ReadyAnswer } from '../../shared/http-face.js';
import { headerIn } from '../../shared/http-headers.js';
import type { Blocking } from './waiting/blocking.js';
import { Gzip } from './gzip.js';
import { MethodTable } from './methods.js';
import { demandHere } from './place.js';
import { INDEX_HEADER } from './reads.js';
import { ConsulRefusal, NO_LEADER, refusalAnswer, refusalOf } from './refusal.js';
import { Ask, type ConsulRoute } from './route.js';

export interface ConsulFaceOptions {
  readonly routes: readonly ConsulRoute[];
  readonly blocking: Blocking;
  /** The answer that lies ready. Left out: none does. */
  readonly ready?: (head: HttpHead, caller: Caller) => HttpAnswer | null;
  readonly datacenter: string;
  /** It knows all that the log holds. Before, every read is refused: an absence would be a lie. */
  readonly isComplete: () => boolean;
  readonly defaultPolicy: () => 'allow' | 'deny';
  readonly log: Log;
}

const CONSUL_PREFIX = '/v1';

export class ConsulFace implements HttpFace {
  readonly name = 'consul';
  readonly prefix: string = `${CONSUL_PREFIX}/`;
  readonly headIsGet = false;
  readonly routes: readonly HttpRoute[];
  readonly #options: ConsulFaceOptions;
  readonly #methods: MethodTable;
  readonly #gzip = new Gzip();
  /** Those whose answers may lie ready, with what their addresses begin with. */
  readonly #kept: readonly { readonly start: string; readonly route: HttpRoute }[];

  constructor(options: ConsulFaceOptions) {
    this.#options = options;
    this.#methods = new MethodTable(CONSUL_PREFIX, options.routes);
    this.routes = options.routes.map(({ path, handle, ...route }) => ({
      ...route,
      lane: route.lane === undefined ? (route.method === 'GET' ? readOrWatch : 'register') : route.lane,
      path: `${CONSUL_PREFIX}${path}`,
      handle: (request) => {
        if (!options.isComplete()) throw new ConsulRefusal(500, NO_LEADER);
        const ask = new Ask(request);
        demandHere(ask, options.datacenter);
        const reply = handle(ask);
        const { head } = request;
        if (!(reply instanceof Promise)) return this.#gzip.reply(this.#usual(reply), head);
        return reply.then((later) => this.#gzip.reply(this.#usual(later), head));
      },
    }));
    this.#kept = this.routes
      .filter(({ method, path }) => method === 'GET' && /^\/v1\/(?:health|catalog)\//.test(path))
      .map((route) => ({ start: route.path.replace(/\*$/, ''), route }));
  }

  ready(head: HttpHead, caller: Caller, answer: ReadyAnswer): boolean {
    if (head.method !== 'GET' || saysWhere(head)) return false;
    const found = this.#options.ready?.(head, caller) ?? null;
    const route = found === null ? undefined : this.#kept.find(({ start }) => head.url?.startsWith(start) === true)?.route;
    if (found === null || route === undefined) return false;
    answer(this.#gzip.ready(found, head), route);
    return true;
  }

  drain(): void {
    this.#options.blocking.end();
  }

  /** What stands on every answer of Consul; those that have an index have it already. */
  #usual(reply: HttpReply): HttpReply {
    if ('start' in reply || 'open' in reply || reply.headers[0] === INDEX_HEADER) return reply;
    return { ...reply, headers: [...this.#usualHeaders, ...reply.headers] };
  }

  get #usualHeaders(): readonly string[] {
    return ['X-Consul-Default-Acl-Policy', this.#options.defaultPolicy(), 'Vary', 'Accept-Encoding'];
  }

  /** As Consul looks for it: in the query, then in its own header, then as HTTP has it. */
  tokenIn({ url = '', rawHeaders }: HttpHead): string | null {
    const queryAt = url.indexOf('token=');
    const asked = queryAt < 0 ? null : new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('token');
    const token = asked ?? headerIn(rawHeaders, 'x-consul-token') ?? '';
    return token === '' ? bearerTokenIn(rawHeaders) : token;
  }

  failed(thrown: unknown, head: HttpHead): HttpAnswer {
    const usual = this.#usualHeaders;
    if (isRollcallError(thrown, 'unknown-route')) return this.#methods.answer(head, usual);
    if (isFault(thrown)) this.#options.log.error('a request failed', { reason: (thrown as Error | undefined)?.stack ?? String(thrown) });
    return refusalAnswer(refusalOf(thrown), usual);
  }
}

/** Not in the address, by which answers lie ready. */
function saysWhere({ rawHeaders }: HttpHead): boolean {
  return headerIn(rawHeaders, 'x-consul-namespace') !== undefined || headerIn(rawHeaders, 'x-consul-partition') !== undefined;
}

function isFault(thrown: unknown): boolean {
  return isRollcallError(thrown) ? thrown.code === 'internal' : !(thrown instanceof ConsulRefusal);
}

/** Whoever waits can be put off sooner than whoever asks. */
function readOrWatch({ url = '' }: HttpHead): Lane {
  return /[?&](?:index|hash)=/.test(url) ? 'watch' : 'read';
}
