/** What the console answers: its page, its files, and the way there. No socket. */
import { RollcallError } from '@rollcall/core';
import type { HttpAnswer, HttpRequest } from '../../shared/http-face.js';
import { headerIn } from '../../shared/http-headers.js';
import type { ConsoleFile, ConsoleFiles } from './files.js';

/**
 * Scripts, styles and requests of this registry and nothing else: nothing from elsewhere, nothing inline, no frame round it, and
 * no text that becomes markup (`require-trusted-types-for`), whatever a service says about itself.
 */
const CONTENT_SECURITY_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const guarded = [
  ['content-security-policy', CONTENT_SECURITY_POLICY],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
].flat();

/** Names of files hold what is in them, so they may be kept for as long as one likes. */
const FOR_EVER = 'public, max-age=31536000, immutable';

export function showPage({ head }: HttpRequest, { page, hash }: ConsoleFiles): HttpAnswer {
  const etag = `"${hash}"`;
  const headers = [...guarded, 'cache-control', 'no-cache', 'etag', etag];
  if (isKnown(headerIn(head.rawHeaders, 'if-none-match'), etag)) return { status: 304, headers, body: null };
  return whole(page, headers);
}

export function showFile({ parameters }: HttpRequest, { hash, others }: ConsoleFiles): HttpAnswer {
  const path = parameters['*'] ?? '';
  const file = parameters['hash'] === hash ? others.get(path) : undefined;
  // Of another version: what it would be given might not go with what it has.
  if (file === undefined)
    throw new RollcallError('unknown-route', `The console has no file ${path.slice(0, 200)} of that version. Reload the page.`);
  return whole(file, [...guarded, 'cache-control', FOR_EVER]);
}

/** Relative, so that it also holds behind a proxy that puts something before it: from `/ui` as from `/`. */
export function leadToPage(): HttpAnswer {
  return { status: 307, headers: ['location', 'ui/', 'cache-control', 'no-store', 'vary', 'accept'], body: null };
}

/** People with a browser. For everybody else there is nothing at the root. */
export function leadBrowserToPage({ head }: HttpRequest): HttpAnswer {
  if (headerIn(head.rawHeaders, 'accept')?.includes('text/html') === true) return leadToPage();
  throw new RollcallError('unknown-route', `There is nothing at ${head.method ?? 'GET'} /.`);
}

function whole({ mediaType, body }: ConsoleFile, headers: readonly string[]): HttpAnswer {
  return { status: 200, headers: [...headers, 'content-type', mediaType], body };
}

function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch !== undefined && ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
}
