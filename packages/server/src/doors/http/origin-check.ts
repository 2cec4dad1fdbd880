/**
 * Web pages may not ask a registry, unless they come from it or were named. A browser carries a page's requests to wherever
 * the page likes, also to `localhost`: without this check, any page that somebody visits could register instances there.
 * Browsers say where a page comes from, and pages cannot change what they say.
 */
import { RollcallError } from '@rollcall/core';
import type { HttpAnswer, HttpHead } from '../../shared/http-face.js';
import { headerIn } from '../../shared/http-headers.js';

/** How long a browser may remember what it was allowed. */
const PREFLIGHT_SECONDS = 600;

const METHODS = 'GET, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS = 'accept, authorization, content-type, if-none-match, last-event-id';
const ANSWER_HEADERS = 'etag, location, retry-after, rollcall-age, rollcall-revision';

export class OriginCheck {
  readonly #allowed: ReadonlySet<string>;

  /** Origins as browsers write them: `https://console.example`. */
  constructor(allowed: readonly string[]) {
    this.#allowed = new Set(allowed);
  }

  /** `null`: it may be answered. */
  refusal(head: HttpHead): RollcallError | null {
    const { rawHeaders } = head;
    const site = headerIn(rawHeaders, 'sec-fetch-site');
    const origin = headerIn(rawHeaders, 'origin');
    if (site === undefined && origin === undefined) return null;
    // The browser compared them itself, and so knows better than we do behind a proxy that puts a name of its own for the host.
    if (site === 'same-origin') return null;
    if (origin !== undefined) return this.#allowed.has(origin) || isOwn(origin, rawHeaders) ? null : refused(origin);
    if (site === 'none' || isVisit(head)) return null;
    return refused('another site');
  }

  /** What a browser wants to read before it shows a page our answer; nothing for everybody else. */
  headers({ rawHeaders }: HttpHead): readonly string[] {
    const origin = this.#allowedOriginIn(rawHeaders);
    if (origin === undefined) return [];
    return ['access-control-allow-origin', origin, 'access-control-expose-headers', ANSWER_HEADERS, 'vary', 'origin'];
  }

  /** The answer to a browser that asks before it asks; `null` for what is no such question. */
  preflight({ method, rawHeaders }: HttpHead): HttpAnswer | null {
    if (method !== 'OPTIONS' || headerIn(rawHeaders, 'access-control-request-method') === undefined) return null;
    const origin = this.#allowedOriginIn(rawHeaders);
    if (origin === undefined) return null;
    const headers = ['access-control-allow-origin', origin, 'vary', 'origin'];
    headers.push('access-control-allow-methods', METHODS, 'access-control-allow-headers', REQUEST_HEADERS);
    headers.push('access-control-max-age', String(PREFLIGHT_SECONDS));
    // A public page asks once more before it may reach into a private network.
    if (headerIn(rawHeaders, 'access-control-request-private-network') === 'true')
      headers.push('access-control-allow-private-network', 'true');
    return { status: 204, headers, body: null };
  }

  #allowedOriginIn(rawHeaders: readonly string[]): string | undefined {
    if (this.#allowed.size === 0) return undefined;
    const origin = headerIn(rawHeaders, 'origin');
    return origin !== undefined && this.#allowed.has(origin) ? origin : undefined;
  }
}

/** A page of this registry itself, by whatever name and scheme it was reached: a proxy may have taken the TLS off. */
function isOwn(origin: string, rawHeaders: readonly string[]): boolean {
  const host = headerIn(rawHeaders, 'host')?.toLowerCase();
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}

/** Somebody followed a link and looks at the answer; the page with the link does not see it. */
function isVisit({ method, rawHeaders }: HttpHead): boolean {
  return method === 'GET' && headerIn(rawHeaders, 'sec-fetch-mode') === 'navigate' && headerIn(rawHeaders, 'sec-fetch-dest') === 'document';
}

function refused(whose: string): RollcallError {
  return new RollcallError(
    'origin-not-allowed',
    `A browser asks for a page of ${JSON.stringify(whose.slice(0, 200))}. If that page is yours, start the registry with --cors-origin and its origin.`,
  );
}
