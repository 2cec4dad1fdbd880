/**
 * A request may name the whole URL that it is for, as proxies are asked; every server has to take that, and the host in it counts
 * then, whatever the header says. From here on it is a request like any other.
 */
import type { IncomingMessage } from 'node:http';

/** Credentials in it are nobody's business here: one with an `@` stays as it is, and is found nowhere. */
const WHOLE = /^https?:\/\/([^/?#@]+)([/?].*)?$/i;

export function takeWholeTarget(request: IncomingMessage): void {
  const { url = '', rawHeaders } = request;
  // Nearly all begin with their path.
  if (url.startsWith('/')) return;
  const [, host, behind = '/'] = WHOLE.exec(url) ?? [];
  if (host === undefined) return;
  request.url = behind.startsWith('/') ? behind : `/${behind}`;
  const at = rawHeaders.findIndex((name, place) => place % 2 === 0 && name.toLowerCase() === 'host');
  if (at >= 0) rawHeaders[at + 1] = host;
  request.headers.host = host;
}
