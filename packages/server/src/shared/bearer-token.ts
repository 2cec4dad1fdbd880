/** The token of a request as HTTP has it: `Authorization: Bearer TOKEN`. Another scheme is for somebody else, such as a proxy. */
import { headerIn } from './http-headers.js';

export function bearerTokenIn(rawHeaders: readonly string[]): string | null {
  const header = headerIn(rawHeaders, 'authorization');
  return header === undefined ? null : (/^bearer +(\S+) *$/i.exec(header)?.[1] ?? null);
}
