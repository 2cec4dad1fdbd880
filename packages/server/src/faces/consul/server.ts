/** The Consul face before the HTTP door: its routes under `/v1`, its refusals, and the end of its waits. */
import { isRollcallError, type Lane, type Log } from '@rollcall/core';
import { bearerTokenIn } from '../../shared/bearer-token.js';
import type { HttpAnswer, HttpFace, HttpHead, HttpRoute } from '../../shared/http-face.js';
import { headerIn } from '../../shared/http-headers.js';
import type { Blocking } from './blocking.js';
import { MethodTable } from './methods.js';
import { ConsulRefusal, NO_LEADER, refusalAnswer, refusalOf } from './refusal.js';
import { Ask, type ConsulRoute } from './route.js';

export interface ConsulFaceOptions {
  readonly routes: readonly ConsulRoute[];
  readonly blocking: Blocking;
  /** It knows all that the log holds. Before, every read is refused: an absence would be a lie. */
  readonly isComplete: () => boolean;
  readonly defaultPolicy: () => 'allow' | 'deny';
  readonly log: Log;
}

export const CONSUL_PREFIX = '/v1';

export class ConsulFace implements HttpFace {
  readonly name = 'consul';
  readonly prefix: string = `${CONSUL_PREFIX}/`;
  readonly headIsGet = false;
  readonly routes: readonly HttpRoute[];
  readonly #options: ConsulFaceOptions;
  readonly #methods: MethodTable;

  constructor(options: ConsulFaceOptions) {
    this.#options = options;
    this.#methods = new MethodTable(CONSUL_PREFIX, options.routes);
    this.routes = options.routes.map(({ path, handle, ...route }) => ({
      ...route,
      lane: route.lane === undefined ? (route.method === 'GET' ? readOrWatch : 'register') : route.lane,
      path: `${CONSUL_PREFIX}${path}`,
      handle: (request) => {
        if (!options.isComplete()) throw new ConsulRefusal(500, NO_LEADER);
        return handle(new Ask(request));
      },
    }));
  }

  drain(): void {
    this.#options.blocking.end();
  }

  /** As Consul looks for it: in the query, then in its own header, then as HTTP has it. */
  tokenIn({ url = '', rawHeaders }: HttpHead): string | null {
    const queryAt = url.indexOf('token=');
    const asked = queryAt < 0 ? null : new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('token');
    const token = asked ?? headerIn(rawHeaders, 'x-consul-token') ?? '';
    return token === '' ? bearerTokenIn(rawHeaders) : token;
  }

  failed(thrown: unknown, head: HttpHead): HttpAnswer {
    const usual = ['x-consul-default-acl-policy', this.#options.defaultPolicy(), 'vary', 'Accept-Encoding'];
    if (isRollcallError(thrown, 'unknown-route')) return this.#methods.answer(head, usual);
    if (isFault(thrown)) this.#options.log.error('a request failed', { reason: (thrown as Error | undefined)?.stack ?? String(thrown) });
    return refusalAnswer(refusalOf(thrown), usual);
  }
}

function isFault(thrown: unknown): boolean {
  return isRollcallError(thrown) ? thrown.code === 'internal' : !(thrown instanceof ConsulRefusal);
}

/** Whoever waits can be put off sooner than whoever asks. */
function readOrWatch({ url = '' }: HttpHead): Lane {
  return /[?&](?:index|hash)=/.test(url) ? 'watch' : 'read';
}
