/** The head of a request as HTTP/2 has it: what is asked, and what is said beside it. */
import type { Headers } from '@rollcall/wire';
import type { GrpcMetadata } from '../../shared/grpc-face.js';

export interface RequestHead extends GrpcMetadata {
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly headers: Headers;
  readonly isGrpc: boolean;
}

const known = new WeakMap<Headers, RequestHead>();

const PSEUDO = [':method', ':path', ':scheme', ':authority'] as const;
/** They speak of the connection, of which HTTP/2 speaks otherwise. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);
/** As gRPC writes it: nothing behind it, a subtype, or parameters. */
const GRPC_TYPE = /^application\/grpc(?:$|[+;])/;

/** `null` for what is no request. The same headers have the same head. */
export function headOf(headers: Headers): RequestHead | null {
  const before = known.get(headers);
  if (before !== undefined) return before;
  const head = isSound(headers) ? new Head(headers) : null;
  if (head !== null) known.set(headers, head);
  return head;
}

class Head implements RequestHead {
  readonly headers: Headers;
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly isGrpc: boolean;

  constructor(headers: Headers) {
    this.headers = headers;
    this.method = this.get(':method') ?? '';
    this.path = this.get(':path') ?? '';
    this.authority = this.get(':authority') ?? this.get('host') ?? '';
    this.isGrpc = GRPC_TYPE.test(this.get('content-type') ?? '');
  }

  get(name: string): string | undefined {
    let found: string | undefined;
    for (let at = 0; at < this.headers.length; at += 2) {
      if (this.headers[at] !== name) continue;
      const value = this.headers[at + 1] as string;
      found = found === undefined ? value : `${found},${value}`;
    }
    return found;
  }
}

function isSound(headers: Headers): boolean {
  const seen = new Set<string>();
  let isBehindPseudo = false;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string;
    const value = headers[at + 1] as string;
    if (name.startsWith(':')) {
      if (isBehindPseudo || seen.has(name) || !(PSEUDO as readonly string[]).includes(name)) return false;
      seen.add(name);
    } else {
      isBehindPseudo = true;
      if (/[A-Z\s:]/.test(name) || name === '' || OF_THE_CONNECTION.has(name) || (name === 'te' && value !== 'trailers')) return false;
    }
    if (/[\0\r\n]/.test(value) || (name === ':path' && value === '')) return false;
  }
  return seen.has(':method') && seen.has(':path') && seen.has(':scheme');
}
