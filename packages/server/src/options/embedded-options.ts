/** The options of an embedded registry: those of `rollcall serve` under their names in camelCase, read by the same table. */
import { describe, describeSecret, type Log, type ValueKind } from '@rollcall/core';
import { objectionsTo } from '../objections.js';
import { serveOptions, type ServeOptions } from './options.js';

/** `"30s"`, `"250ms"`, `"1h30m"`, or a number of milliseconds. */
type Duration = string | number;
/** `"256MiB"`, or a number of bytes. */
type Size = string | number;

/** Each is described in docs/reference/config.md, under its flag: `historyAge` is `--history-age`. */
export interface RegistryOptions {
  /** Left out: `embedded` (on disk) where `data` is given, else `memory`. `etcd://HOST:PORT,…`: an etcd, for several nodes. */
  readonly store?: 'embedded' | 'memory' | `etcd://${string}` | `etcds://${string}`;
  /** The directory of the embedded store. */
  readonly data?: string;
  /** What it is called. Left out: as its host is. */
  readonly node?: string;
  /** Left out: `full`. */
  readonly role?: 'full' | 'replica';
  /** Where the other nodes ask this one. Left out: any free port. */
  readonly peer?: number;
  readonly advertise?: string;
  readonly peerSecretFile?: string;
  readonly peerCert?: string;
  readonly peerKey?: string;
  readonly peerCa?: string;
  readonly etcdUser?: string;
  readonly etcdPasswordFile?: string;
  readonly etcdCa?: string;
  readonly etcdCert?: string;
  readonly etcdKey?: string;
  readonly etcdPrefix?: string;
  readonly etcdCompact?: boolean;
  readonly etcdLens?: string | readonly string[];
  readonly etcdProject?: string;
  /** Left out: loopback. */
  readonly bind?: string;
  /** Left out: any free port; `url` says which. */
  readonly http?: number;
  /** Left out: `true`. */
  readonly console?: boolean;
  /** Left out: there is no DNS door. */
  readonly dns?: 'off' | number;
  readonly dnsDomain?: string | readonly string[];
  readonly dnsDatacenter?: string;
  readonly dnsTtl?: string | readonly string[];
  readonly dnsUdpAnswers?: number;
  readonly dnsRate?: number;
  readonly dnsForward?: string | readonly string[];
  readonly dnsForwardFor?: string | readonly string[];
  /** The port of the etcd door. Left out: there is none. */
  readonly etcd?: 'off' | number;
  readonly etcdVersion?: string;
  /** Left out: `per-source`. */
  readonly consulAgent?: 'per-source' | 'single';
  readonly consulVersion?: string;
  /** Left out: Eureka has no door of its own; `/eureka` is answered where HTTP is. */
  readonly eureka?: 'off' | number;
  readonly eurekaProbe?: boolean;
  readonly eurekaDoubledLeases?: boolean;
  /** Eureka servers that are told what happens here. */
  readonly eurekaPeer?: string | readonly string[];
  readonly eurekaPeerCa?: string;
  readonly connections?: number;
  readonly corsOrigin?: string | readonly string[];
  readonly tokenFile?: string;
  readonly trustLoopback?: boolean;
  readonly insecure?: boolean;
  readonly audit?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsClientCa?: string;
  readonly answerCache?: Size;
  readonly watchers?: number;
  readonly historyRevisions?: number;
  readonly historyAge?: Duration;
  readonly guardShare?: `${number}%`;
  readonly guardDepartures?: number;
  readonly guardWindow?: Duration;
  /** Addresses or ranges such as `10.0.0.0/8`. */
  readonly probeAllow?: string | readonly string[];
  readonly probeCa?: string;
  readonly scriptChecks?: boolean;
  readonly scriptChecksFromNetwork?: boolean;
  readonly panicEligible?: number;
  readonly panicBelow?: `${number}%`;
  /** A directory of files that register services. Left out: none. */
  readonly servicesDir?: string;
  /** Who is told what happens; `console` will do. Left out: nobody, and nothing is printed. */
  readonly log?: Log;
}

type OptionName = Exclude<keyof RegistryOptions, 'log'>;

/** Which row of the table each option is. A test holds that the names are those of the flags, and that no row is missing. */
export const embeddedRows: Readonly<Record<OptionName, keyof ServeOptions>> = {
  store: 'store',
  data: 'data',
  node: 'node',
  role: 'role',
  peer: 'peer',
  advertise: 'advertise',
  peerSecretFile: 'peerSecretFile',
  peerCert: 'peerCert',
  peerKey: 'peerKey',
  peerCa: 'peerCa',
  probeAllow: 'probeAllow',
  probeCa: 'probeCa',
  scriptChecks: 'scriptChecks',
  scriptChecksFromNetwork: 'scriptChecksFromNetwork',
  etcdUser: 'etcdUser',
  etcdPasswordFile: 'etcdPasswordFile',
  etcdCa: 'etcdCa',
  etcdCert: 'etcdCert',
  etcdKey: 'etcdKey',
  etcdPrefix: 'etcdPrefix',
  etcdCompact: 'etcdCompact',
  etcdLens: 'etcdLens',
  etcdProject: 'etcdProject',
  bind: 'bind',
  http: 'http',
  console: 'console',
  dns: 'dns',
  dnsDomain: 'dnsDomains',
  dnsDatacenter: 'dnsDatacenter',
  dnsTtl: 'dnsTtls',
  dnsUdpAnswers: 'dnsUdpAnswers',
  dnsRate: 'dnsRate',
  dnsForward: 'dnsForward',
  dnsForwardFor: 'dnsForwardFor',
  etcd: 'etcd',
  etcdVersion: 'etcdVersion',
  consulAgent: 'consulAgent',
  consulVersion: 'consulVersion',
  eureka: 'eureka',
  eurekaProbe: 'eurekaProbe',
  eurekaDoubledLeases: 'eurekaDoubledLeases',
  eurekaPeer: 'eurekaPeers',
  eurekaPeerCa: 'eurekaPeerCa',
  connections: 'connectionsMax',
  corsOrigin: 'corsOrigins',
  tokenFile: 'tokenFile',
  trustLoopback: 'trustLoopback',
  insecure: 'insecure',
  audit: 'audit',
  tlsCert: 'tlsCert',
  tlsKey: 'tlsKey',
  tlsClientCa: 'tlsClientCa',
  answerCache: 'answerCacheBytesMax',
  watchers: 'watchersMax',
  historyRevisions: 'historyRevisionsMax',
  historyAge: 'historyAgeMaxMs',
  guardShare: 'guardShare',
  guardDepartures: 'guardDeparturesMin',
  guardWindow: 'guardWindowMs',
  panicEligible: 'panicEligibleMin',
  panicBelow: 'panicBelowShare',
  servicesDir: 'servicesDir',
};

/** Throws a TypeError that says everything that is wrong at once. The environment is not looked at: the caller's words alone count. */
export function readEmbedded({ log: _log, ...given }: RegistryOptions): ServeOptions {
  const complaints: string[] = [];
  const values: Record<string, unknown> = Object.fromEntries(Object.entries(serveOptions).map(([row, option]) => [row, option.default]));
  const asked = {
    http: 0,
    dns: 'off',
    store: given.data === undefined ? 'memory' : 'embedded',
    ...nodeOfItsOwn(given),
    ...withoutGaps(given),
  };
  for (const [name, came] of Object.entries(asked)) {
    if (!isOption(name)) {
      complaints.push(`${name} is not known; there are ${[...Object.keys(embeddedRows), 'log'].join(', ')}.`);
      continue;
    }
    const { kind, secret } = serveOptions[embeddedRows[name]];
    const value = readTyped(kind, came);
    if (value === undefined)
      complaints.push(`${name} is ${secret === true ? describeSecret(came, kind) : describe(came)}; allowed is ${kind.allowed}.`);
    values[embeddedRows[name]] = value;
  }
  if (asked.store === 'embedded' && asked.data === undefined) {
    complaints.push('store is "embedded" without data; name the directory that is to keep the log.');
  }
  const options = { ...values, data: given.data ?? NO_DIRECTORY } as unknown as ServeOptions;
  if (complaints.length === 0) complaints.push(...objectionsTo(options));
  if (complaints.length > 0) throw new TypeError(complaints.join(' '));
  return options;
}

/** Nothing is left behind of what nobody named a place for. */
const NO_DIRECTORY = '';

/** A node among others takes any port for them, too. */
function nodeOfItsOwn({ store }: RegistryOptions): RegistryOptions {
  return String(store).startsWith('etcd') ? { peer: 0 } : {};
}

/** The table reads what one types. A program has numbers, truths and lists as such, which are the same when typed. */
function readTyped(kind: ValueKind<unknown>, came: unknown): unknown {
  const read = kind.parse(came);
  if (read !== undefined) return read;
  if (Array.isArray(came)) return came.length === 0 ? [] : kind.parse(came.join(','));
  return typeof came === 'number' || typeof came === 'boolean' ? kind.parse(String(came)) : undefined;
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(embeddedRows, name);
}

/** What is said to be `undefined` is not said. */
function withoutGaps(given: RegistryOptions): RegistryOptions {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
