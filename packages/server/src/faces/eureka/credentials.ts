/** Who asks, as Eureka's clients can say it: in the URL, `http://NAMESPACE:TOKEN@host/eureka`, which they send as Basic credentials. */
import { bearerTokenIn } from '../../shared/bearer-token.js';
import type { HttpHead } from '../../shared/http-face.js';
import { headerIn } from '../../shared/http-headers.js';

export interface Basic {
  readonly user: string;
  readonly password: string;
}

/** `null` for another scheme, and for what cannot be read. */
export function basicIn(header: string | undefined): Basic | null {
  const encoded = /^basic +([A-Za-z0-9+/_-]+=*) *$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? { user: text, password: '' } : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** The password, or, of those who can send one, a bearer token. */
export function tokenIn({ rawHeaders }: Pick<HttpHead, 'rawHeaders'>): string | null {
  const password = basicIn(headerIn(rawHeaders, 'authorization'))?.password ?? '';
  return password === '' ? bearerTokenIn(rawHeaders) : password;
}
