/** The etcd engine's rows of the options table, and how `etcd://` addresses are read. */
import { Host, pathKind, switchOption, textKind, type Option, type OptionTable, type ValueKind } from '@rollcall/core';
import { readFileText } from '../../shared/file-text.js';
import type { EtcdStoreOptions } from './store.js';

/** What `--store etcd://…` says. */
export interface EtcdAddress {
  /** `host:port` each, without a repetition. */
  readonly endpoints: readonly string[];
  /** `etcds://`: TLS, also where no file is named. */
  readonly isEncrypted: boolean;
}

export interface EtcdOptions {
  readonly etcdUser: string | null;
  readonly etcdPasswordFile: string | null;
  readonly etcdCa: string | null;
  readonly etcdCert: string | null;
  readonly etcdKey: string | null;
  /** Before every key; empty for none. */
  readonly etcdPrefix: string;
  /** Nobody else minds if this etcd forgets its history. */
  readonly etcdCompact: boolean;
}

const USUAL_PORT = 2379;
const PORT_MAX = 65_535;

/** Clusters have three, five or seven members. */
const ENDPOINTS_MAX = 32;

export const etcdAddressKind: ValueKind<EtcdAddress> = {
  allowed: 'etcd://HOST:PORT,HOST:PORT,… with the members of one etcd cluster (etcds:// for TLS), such as etcd://10.0.0.1:2379',
  parse(text) {
    const [, scheme, list = ''] = /^(etcds?):\/\/([^/?#@]+)\/?$/.exec(typeof text === 'string' ? text : '') ?? [];
    const endpoints = list.split(',').map(endpointOf);
    const fits = scheme !== undefined && endpoints.length <= ENDPOINTS_MAX && endpoints.every((one) => one !== undefined);
    return fits ? { endpoints: [...new Set(endpoints)], isEncrypted: scheme === 'etcds' } : undefined;
  },
};

/** `host`, `host:port`, `[::1]:port`. */
function endpointOf(text: string): string | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const host = Host.parse(bracketed ?? plain);
  const port = digits === undefined ? USUAL_PORT : Number(digits);
  if (host === undefined || port < 1 || port > PORT_MAX || (bracketed !== undefined) !== host.includes(':')) return undefined;
  return bracketed === undefined ? `${host}:${port}` : `[${host}]:${port}`;
}

const etcdName: ValueKind<string> = textKind('1 to 128 visible characters, as etcd has its users', /^[^\s\p{C}]{1,128}$/u);

/** Behind it comes `/rollcall/`: a slash at its end would make two. */
const keyPrefix: ValueKind<string> = textKind(
  'at most 128 visible ASCII characters, the last one no slash, such as /staging',
  /^(?:[!-~]{0,127}[!-.0-~])?$/,
);

function fileOption(flag: string, help: string): Option<string | null> {
  return { flag, placeholder: 'FILE', kind: pathKind('the path of a file'), default: null, defaultText: '', help };
}

export const etcdOptions: OptionTable<EtcdOptions> = {
  etcdUser: {
    flag: 'etcd-user',
    placeholder: 'NAME',
    kind: etcdName,
    default: null,
    defaultText: '',
    help: 'Who the registry is to an etcd with users. It needs to read and write what begins with /rollcall.',
  },
  etcdPasswordFile: fileOption('etcd-password-file', 'The password of --etcd-user: the first line of a file.'),
  etcdCa: fileOption(
    'etcd-ca',
    'The authorities that etcd’s certificates come from, in PEM. With any of these three etcd is spoken to by TLS.',
  ),
  etcdCert: fileOption('etcd-cert', 'The certificate by which etcd knows the registry, in PEM.'),
  etcdKey: fileOption('etcd-key', 'The private key of that certificate, in PEM without a passphrase.'),
  etcdPrefix: {
    flag: 'etcd-prefix',
    placeholder: 'TEXT',
    kind: keyPrefix,
    default: '',
    defaultText: '',
    help: 'Stands before every key, so that several registries can share one etcd.',
  },
  etcdCompact: switchOption(
    'etcd-compact',
    'Lets the nodes compact this etcd by --history-revisions and --history-age. For an etcd that is the registry’s alone: its other users lose their history too.',
  ),
};

/** Sentences; empty if they make sense together. `null`: the store is no etcd. */
export function objectionsToEtcd(address: EtcdAddress | null, options: EtcdOptions): readonly string[] {
  const { etcdUser, etcdPasswordFile, etcdCert, etcdKey } = options;
  const given = Object.entries(etcdOptions).filter(([name, row]) => options[name as keyof EtcdOptions] !== row.default);
  if (address === null) return given.map(([, { flag }]) => `--${flag} needs an etcd: give --store etcd://HOST:PORT too.`);
  const objections: string[] = [];
  if ((etcdUser === null) !== (etcdPasswordFile === null)) {
    objections.push('--etcd-user and --etcd-password-file go together: give both.');
  }
  if ((etcdCert === null) !== (etcdKey === null)) objections.push('--etcd-cert and --etcd-key go together: give both.');
  return objections;
}

/** What these options say of how a store is opened. */
export type EtcdSettings = Required<Pick<EtcdStoreOptions, 'endpoints' | 'prefix' | 'tls' | 'user' | 'compacts'>>;

/** Reads the file of the password. Throws a sentence that says what to do. */
export async function readEtcdSettings(address: EtcdAddress, options: EtcdOptions): Promise<EtcdSettings> {
  const { etcdUser, etcdPasswordFile, etcdCa, etcdCert, etcdKey, etcdPrefix, etcdCompact } = options;
  const encrypted = address.isEncrypted || etcdCa !== null || etcdCert !== null || etcdKey !== null;
  return {
    endpoints: address.endpoints,
    prefix: etcdPrefix,
    tls: encrypted ? { caFile: etcdCa, certFile: etcdCert, keyFile: etcdKey } : null,
    user: etcdUser === null || etcdPasswordFile === null ? null : { name: etcdUser, password: await readPassword(etcdPasswordFile) },
    compacts: etcdCompact,
  };
}

/** Nobody has a longer one. */
const PASSWORD_FILE_BYTES_MAX = 4096;

async function readPassword(path: string): Promise<string> {
  const text = await readFileText(path, PASSWORD_FILE_BYTES_MAX).catch((error: unknown) => {
    throw new Error(`--etcd-password-file ${path} cannot be read: ${(error as Error).message}.`, { cause: error });
  });
  const [password = ''] = text.split(/\r?\n/);
  if (password === '') throw new Error(`--etcd-password-file ${path} holds no password: its first line is empty.`);
  return password;
}
