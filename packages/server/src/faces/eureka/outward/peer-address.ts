/** Where another Eureka server is, and which of our namespaces is told it: `http://10.0.0.1:8761/eureka/`, `team-a=https://name:word@host/eureka/`. */
import { Namespace, type ValueKind } from '@rollcall/core';

export interface PeerAddress {
  readonly namespace: Namespace;
  /** Ends in a slash, and shows nobody's password. */
  readonly base: string;
  /** What stands in the URL before the host, as a header says it; `null` for nothing. */
  readonly authorization: string | null;
}

export const peerAddressKind: ValueKind<PeerAddress> = {
  allowed:
    'the address of a Eureka server as its clients have it, such as http://10.0.0.1:8761/eureka/, with NAMESPACE= before it for another namespace than default',
  parse(text) {
    const read = readPeer(text);
    return typeof read === 'string' ? undefined : read;
  },
  whyNot(text) {
    const read = readPeer(text);
    return typeof read === 'string' ? read : '';
  },
};

/** A text says why it is none, and repeats nothing: anything of it may be a password, or a piece of one. */
function readPeer(typed: unknown): PeerAddress | string {
  const text = typeof typed === 'string' ? typed.trim() : '';
  const [, name, address] = /^(?:([^/:]*)=)?(https?:\/\/.*)$/is.exec(text) ?? [];
  if (address === undefined) return 'it begins neither with http:// nor with https://';
  const namespace = name === undefined ? Namespace.default : Namespace.parse(name);
  if (namespace === undefined) return `what stands before its = is no namespace; allowed is ${Namespace.allowed}`;
  if (!URL.canParse(address))
    return 'it is no URL: its host or its port cannot be read (a comma, @, / or # within a name or password is written with a %)';
  const url = new URL(address);
  if (url.search !== '' || url.hash !== '') return 'it has a ? or a # in it, which no address of a server has';
  const { username, password } = url;
  const said = decoded(`${username}:${password}`);
  if (said === undefined) return 'its name or password has a % that no two hexadecimal digits follow; a % itself is written %25';
  url.username = '';
  url.password = '';
  const base = url.href.endsWith('/') ? url.href : `${url.href}/`;
  const isNamed = username !== '' || password !== '';
  return { namespace, base, authorization: isNamed ? `Basic ${Buffer.from(said).toString('base64')}` : null };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
