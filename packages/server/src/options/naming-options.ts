/** The options of etcd's naming layout: which keys of others are registrations, and whether instances are shown as keys. */
import { asPrefix, separatedKind, type LensScope, type OptionTable, type ValueKind } from '@rollcall/core';
import type { ServeOptions } from './options.js';

export interface NamingOptions {
  /** Each is empty or ends with a slash; none: as it is usual for the store. */
  readonly etcdLens: readonly string[];
  /** `null`: as the etcd door is. */
  readonly etcdProject: { readonly prefix: string } | 'off' | null;
}

/** Longer than any path that people give their services. */
const PREFIX_CHARACTERS_MAX = 256;

/** As many as there are teams that share an etcd. */
const PREFIXES_MAX = 64;

const prefixKind: ValueKind<string> = {
  allowed: `the beginning of keys, of at most ${PREFIX_CHARACTERS_MAX} printable characters, and not /rollcall/`,
  parse(text) {
    if (typeof text !== 'string' || text.length > PREFIX_CHARACTERS_MAX || /[\p{Cc}\p{Cs}]/u.test(text)) return undefined;
    const prefix = asPrefix(text);
    return prefix.startsWith('/rollcall/') ? undefined : prefix;
  },
};

const projectKind: ValueKind<NonNullable<NamingOptions['etcdProject']>> = {
  allowed: `off, or ${prefixKind.allowed}; / for keys that begin with the service`,
  words: ['off'],
  parse(text) {
    if (text === 'off') return 'off';
    if (text === '/') return { prefix: '' };
    const prefix = text === '' ? undefined : prefixKind.parse(text);
    return prefix === undefined ? undefined : { prefix };
  },
};

export const namingOptions: OptionTable<NamingOptions> = {
  etcdLens: {
    flag: 'etcd-lens',
    placeholder: 'PREFIX',
    kind: separatedKind(prefixKind, PREFIXES_MAX),
    form: 'list',
    default: [],
    defaultText: 'every key of the embedded store; none of an etcd cluster',
    help: 'Behind it keys of the form SERVICE/ID whose value names an address are registrations, whoever wrote them.',
  },
  etcdProject: {
    flag: 'etcd-project',
    placeholder: 'PREFIX',
    kind: projectKind,
    default: null,
    defaultText: 'as the etcd door: / while it is open',
    help: 'Shows instances in rotation as keys PREFIX/SERVICE/ID, for gRPC’s naming by etcd. /: without a prefix. off: not, and takes them out.',
  },
};

/** Where keys of others count as registrations. */
export function lensOf({ store, etcdLens }: Pick<ServeOptions, 'store' | 'etcdLens'>): LensScope {
  return typeof store !== 'object' && etcdLens.length === 0 ? 'everything' : etcdLens;
}

export function hasEtcdDoor({ etcd }: Pick<ServeOptions, 'etcd'>): boolean {
  return etcd !== null;
}
