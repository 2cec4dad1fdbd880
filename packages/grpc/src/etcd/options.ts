/** Where the members of an etcd are, and how they are spoken to, from what is written. Pure. */

export interface EtcdOptions {
  /** `host:port` each, or as a URL; `https:` is TLS. As a text also several with commas between. Left out: `localhost:2379`. */
  readonly endpoints?: string | readonly string[];
  /** `true`: with the authorities that Node trusts; else PEM, as files have it. */
  readonly tls?: boolean | EtcdTls;
  /** For an etcd with users. */
  readonly user?: EtcdUser;
  /** A token instead, for a Rollcall that keeps its doors. */
  readonly token?: string;
}

export interface EtcdUser {
  readonly name: string;
  readonly password: string;
}

export interface EtcdTls {
  readonly ca?: string | Uint8Array;
  /** By which etcd knows who asks; both or neither. */
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
}

export interface Members {
  /** As grpc-js takes them, each once. */
  readonly addresses: readonly string[];
  readonly isEncrypted: boolean;
}

const USUAL_ENDPOINT = 'localhost:2379';

/** Throws a `TypeError` that says what was meant to be there. */
export function membersOf({ endpoints = USUAL_ENDPOINT, tls = false, user, token }: EtcdOptions): Members {
  const texts = (typeof endpoints === 'string' ? endpoints.split(',') : endpoints).map((one) => one.trim());
  const parsed = texts.filter((one) => one !== '').map(memberOf);
  if (parsed.length === 0) throw new TypeError('An etcd has at least one endpoint, such as 127.0.0.1:2379.');
  const schemes = new Set(parsed.flatMap(({ isEncrypted }) => (isEncrypted === null ? [] : [isEncrypted])));
  if (schemes.size > 1) throw new TypeError('Some of the endpoints say http: and some https:; an etcd has either.');
  if (schemes.has(false) && tls !== false) throw new TypeError('The endpoints say http:, and `tls` is given; an etcd has either.');
  if (typeof tls === 'object' && (tls.cert === undefined) !== (tls.key === undefined)) {
    throw new TypeError('`tls.cert` and `tls.key` go together: give both.');
  }
  if (user !== undefined && token !== undefined) throw new TypeError('`user` and `token` are two ways to be let in: give one.');
  return { addresses: [...new Set(parsed.map(({ address }) => address))], isEncrypted: tls !== false || schemes.has(true) };
}

function memberOf(text: string): { readonly address: string; readonly isEncrypted: boolean | null } {
  const [, scheme, host, port = '2379'] =
    /^(?:(https?|etcds?):\/\/)?(\[[\dA-Fa-f:.]+\]|[^:[\]/?#@\s]+)(?::(\d{1,5}))?\/?$/.exec(text) ?? [];
  if (host === undefined || Number(port) === 0 || Number(port) > 65_535) {
    throw new TypeError(`${JSON.stringify(text)} is no endpoint of an etcd: write 127.0.0.1:2379 or https://etcd.example:2379.`);
  }
  return { address: `${host}:${port}`, isEncrypted: scheme === undefined ? null : scheme === 'https' || scheme === 'etcds' };
}
