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
    const [, name, address] = /^(?:([^=/:]+)=)?(https?:\/\/.+)$/s.exec(typeof text === 'string' ? text.trim() : '') ?? [];
    const namespace = name === undefined ? Namespace.default : Namespace.parse(name);
    const url = address === undefined || !URL.canParse(address) ? null : new URL(address);
    if (namespace === undefined || url === null || url.hostname === '' || url.search !== '' || url.hash !== '') return undefined;
    const { username, password } = url;
    const said = decoded(`${username}:${password}`);
    if (said === undefined) return undefined;
    url.username = '';
    url.password = '';
    const base = url.href.endsWith('/') ? url.href : `${url.href}/`;
    const isNamed = username !== '' || password !== '';
    return { namespace, base, authorization: isNamed ? `Basic ${Buffer.from(said).toString('base64')}` : null };
  },
};

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
