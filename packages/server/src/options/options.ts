/** The options of `rollcall serve`: one table, from which flags, environment, file, validation, help and documents follow. */
import { isIP } from 'node:net';
import { digitsKind, Host, inGroup, pathKind, typedDurationKind, wordKind, type OptionTable, type ValueKind } from '@rollcall/core';
import { accessOptions, type AccessOptions } from '../access/config.js';
import { answerCacheOption, connectionsOption, corsOriginOption, httpOption, tlsOptions } from '../doors/http/config.js';
import type { TlsPaths } from '../doors/http/tls.js';
import { peerOptions, type PeerOptions } from '../doors/peer/config.js';
import { consulOptions, type ConsulOptions } from '../faces/consul/config.js';
import { dnsOptions, type DnsOptions } from '../faces/dns/config.js';
import { etcdDoorOptions, type EtcdDoorOptions } from '../faces/etcd/config.js';
import { eurekaOptions, type EurekaSettings } from '../faces/eureka/config.js';
import { consoleOption } from '../faces/console/config.js';
import { watchersOption } from '../faces/native/config.js';
import { guardOptions, type GuardOptions } from './guard-options.js';
import { namingOptions, type NamingOptions } from './naming-options.js';
import { nodeOptions, type NodeOptions } from './node-options.js';
import { panicOptions, type PanicOptions } from './panic-options.js';
import { probeOptions, type ProbeOptions } from '../prober/config.js';
import { servicesDirOption } from '../services-dir/config.js';
import { defaultHistory } from '../shared/auto-compaction.js';
import { etcdAddressKind, etcdOptions, type EtcdAddress, type EtcdOptions } from '../stores/etcd/config.js';

export interface ServeOptions
  extends
    NodeOptions,
    NamingOptions,
    EtcdOptions,
    PeerOptions,
    GuardOptions,
    PanicOptions,
    ProbeOptions,
    AccessOptions,
    TlsPaths,
    DnsOptions,
    EtcdDoorOptions,
    ConsulOptions,
    EurekaSettings {
  /** The directory of the embedded store; on an etcd, of what is kept of the view, and empty for nowhere. */
  readonly data: string;
  readonly store: 'embedded' | 'memory' | EtcdAddress;
  readonly bind: string;
  readonly http: number;
  readonly connectionsMax: number;
  readonly console: boolean;
  readonly corsOrigins: readonly string[];
  readonly answerCacheBytesMax: number;
  readonly watchersMax: number;
  readonly historyRevisionsMax: number;
  readonly historyAgeMaxMs: number;
  /** The directory of files that register services; `null` for none. */
  readonly servicesDir: string | null;
}

const SECOND_MS = 1000;
const YEAR_MS = 365 * 24 * 60 * 60 * SECOND_MS;

const listenAddress: ValueKind<string> = {
  allowed: 'an IP address of this machine (0.0.0.0 for all of them), or a name that leads to one',
  parse: (text) => (typeof text === 'string' && isIP(text) !== 0 ? text : Host.parse(text)),
};

const ownEngines = wordKind(['embedded', 'memory']);

const storeKind: ValueKind<ServeOptions['store']> = {
  allowed: `embedded, memory, or ${etcdAddressKind.allowed}`,
  words: ['embedded', 'memory'],
  parse: (text) => ownEngines.parse(text) ?? etcdAddressKind.parse(text),
};

/** `null` where the store is none that others share. */
export function etcdOf({ store }: Pick<ServeOptions, 'store'>): EtcdAddress | null {
  return typeof store === 'object' ? store : null;
}

export const serveOptions: OptionTable<ServeOptions> = {
  ...inGroup('The log', {
    data: {
      flag: 'data',
      placeholder: 'DIR',
      kind: pathKind('the path of a directory'),
      default: './rollcall-data',
      defaultText: './rollcall-data',
      help: 'Where the embedded store keeps its file. On an etcd: what is kept of the view, to start from while etcd is away.',
    },
    store: {
      flag: 'store',
      placeholder: 'ENGINE',
      kind: storeKind,
      default: 'embedded',
      defaultText: 'embedded',
      help: 'embedded: on disk, for one machine. memory: forgotten at the end. etcd://…: an etcd cluster, for any number of nodes.',
    },
    historyRevisionsMax: {
      flag: 'history-revisions',
      placeholder: 'N',
      kind: digitsKind('a whole number from 1 to 100000000', 1, 100_000_000),
      default: defaultHistory.revisionsMax,
      defaultText: String(defaultHistory.revisionsMax),
      help: 'How many revisions watchers can come back over.',
    },
    historyAgeMaxMs: {
      flag: 'history-age',
      placeholder: 'DURATION',
      kind: typedDurationKind(SECOND_MS, YEAR_MS, '24h'),
      default: defaultHistory.ageMaxMs,
      defaultText: '24h',
      help: 'How old revisions may become.',
    },
  }),
  ...inGroup('An etcd cluster as the log', etcdOptions),
  ...inGroup('Keys as gRPC’s naming by etcd has them', namingOptions),
  ...inGroup('The node, and the others', { ...nodeOptions, ...peerOptions }),
  ...inGroup('Services from files', { servicesDir: servicesDirOption }),
  ...inGroup('Doors', {
    bind: {
      flag: 'bind',
      placeholder: 'ADDR',
      kind: listenAddress,
      default: '127.0.0.1',
      defaultText: '127.0.0.1',
      help: 'The address that the doors listen on. Wider than loopback it takes --token-file, --tls-client-ca or --insecure.',
    },
    http: httpOption,
    console: consoleOption,
    corsOrigins: corsOriginOption,
  }),
  ...inGroup('DNS', dnsOptions),
  ...inGroup('For clients of etcd', etcdDoorOptions),
  ...inGroup('Consul', consulOptions),
  ...inGroup('Eureka', eurekaOptions),
  ...inGroup('Access', { ...accessOptions, ...tlsOptions }),
  ...inGroup('Limits', {
    connectionsMax: connectionsOption,
    answerCacheBytesMax: answerCacheOption,
    watchersMax: watchersOption,
  }),
  ...inGroup('Checks that the registry makes by itself', probeOptions),
  ...inGroup('The guard, a brake on departures', guardOptions),
  ...inGroup('Panic, the answer of a service that seems to be ill as a whole', panicOptions),
};
