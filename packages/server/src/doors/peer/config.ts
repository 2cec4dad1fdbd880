/** The peer door's rows of the options table: where the nodes of a cluster meet, and how they know each other. */
import { digitsKind, Host, pathKind, type Option, type OptionTable, type ValueKind } from '@rollcall/core';
import type { PeerPaths } from '../../shared/peer-trust.js';

/** Where others find this node. */
export interface Advertised {
  readonly host: string;
  /** `null` for the one that the door listens on. */
  readonly port: number | null;
}

export interface PeerOptions extends PeerPaths {
  readonly peer: number;
  /** `null` for the address that the door is bound to. */
  readonly advertise: Advertised | null;
}

const PORT_MAX = 65_535;

const advertisedKind: ValueKind<Advertised> = {
  allowed: 'a host or HOST:PORT as other nodes reach it, with brackets round an IPv6 address that has a port',
  parse(text) {
    if (typeof text !== 'string') return undefined;
    const bare = Host.parse(text);
    if (bare !== undefined) return { host: bare, port: null };
    const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
    const host = Host.parse(bracketed ?? plain);
    const port = digits === undefined ? null : Number(digits);
    return host === undefined || port === 0 || (port ?? 0) > PORT_MAX ? undefined : { host, port };
  },
};

function fileOption(flag: string, help: string): Option<string | null> {
  return { flag, placeholder: 'FILE', kind: pathKind('the path of a file'), default: null, defaultText: '', help };
}

export const peerOptions: OptionTable<PeerOptions> = {
  peer: {
    flag: 'peer',
    placeholder: 'PORT',
    kind: digitsKind('a port from 1 to 65535, or 0 for any free one', 0, PORT_MAX),
    default: 8510,
    defaultText: '8510',
    help: 'Where the other nodes of a cluster ask this one; 0 picks a free port. Only on an etcd store.',
  },
  advertise: {
    flag: 'advertise',
    placeholder: 'HOST[:PORT]',
    kind: advertisedKind,
    default: null,
    defaultText: 'the address of --bind',
    help: 'Where the other nodes find this one.',
  },
  peerSecretFile: fileOption(
    'peer-secret-file',
    'The secret that the nodes of a cluster share, a line of at least 32 characters; a second one is taken too. Read anew on SIGHUP.',
  ),
  peerCert: fileOption('peer-cert', 'Instead of a secret: the certificate of this node, in PEM, shown to the others.'),
  peerKey: fileOption('peer-key', 'The private key of that certificate, in PEM without a passphrase.'),
  peerCa: fileOption('peer-ca', 'The authorities whose certificates make a node a peer. All three are read anew on SIGHUP.'),
};

/** `host:port` for the others, of a door that listens on this port. */
export function advertisedAt({ bind, advertise }: { readonly bind: string; readonly advertise: Advertised | null }, port: number): string {
  const host = advertise?.host ?? bind;
  return `${host.includes(':') ? `[${host}]` : host}:${advertise?.port ?? port}`;
}
