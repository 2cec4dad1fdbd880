/** What a check looks at, as it is typed: `http:/health`, `http://127.0.0.1:3000/health`, `tcp`, `tcp:3001`. */
import type { ValueKind } from '@rollcall/core';
import { typedPortKind } from '../typed-port.js';

export type CheckTarget =
  /** A path at the program's own port. */
  | { readonly type: 'path'; readonly path: string }
  | { readonly type: 'url'; readonly url: string }
  /** `null`: the program's own port. */
  | { readonly type: 'tcp'; readonly port: number | null };

export const checkTargetKind: ValueKind<CheckTarget | null> = {
  allowed: 'http:/PATH or tcp at the port of the program, tcp:PORT, a URL such as http://127.0.0.1:3000/health, or none',
  parse(text) {
    if (typeof text !== 'string') return undefined;
    if (text === 'none') return null;
    if (text === 'tcp') return { type: 'tcp', port: null };
    const [, digits] = /^tcp:(\d+)$/.exec(text) ?? [];
    const port = typedPortKind.parse(digits);
    if (port !== undefined) return { type: 'tcp', port };
    if (/^https?:\/\/[^/]/.test(text)) return URL.canParse(text) ? { type: 'url', url: text } : undefined;
    const [, path] = /^http:(\/(?!\/)[\x21-\x7e]*)$/.exec(text) ?? [];
    return path === undefined ? undefined : { type: 'path', path };
  },
};

/** Does it need to know the program's port? */
export function looksAtPort(target: CheckTarget | null): boolean {
  return target === null || target.type === 'path' || (target.type === 'tcp' && target.port === null);
}

/** For people. */
export function shownTarget(target: CheckTarget | null, host: string, port: number | null): string {
  const at = (port: number | null): string => `${host.includes(':') ? `[${host}]` : host}:${port ?? 0}`;
  switch (target?.type) {
    case undefined:
      return at(port);
    case 'path':
      return `http://${at(port)}${target.path}`;
    case 'url':
      return target.url;
    case 'tcp':
      return at(target.port ?? port);
  }
}
