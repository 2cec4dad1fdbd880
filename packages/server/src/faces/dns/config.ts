/** The DNS door's rows of the options table. */
import { isIP } from 'node:net';
import {
  digitsKind,
  readAddressRange,
  separatedKind,
  typedDurationKind,
  type AddressRange,
  type Option,
  type OptionTable,
  type ValueKind,
} from '@rollcall/core';
import { parseName } from '@rollcall/wire';
import { manners, type DnsDomain, type Manner } from './domains.js';
import type { Upstream } from './messages.js';

/** `off`, or where it listens. A port that nobody asked for is done without where it is taken. */
type DnsPort = 'off' | { readonly port: number; readonly isWished: boolean };

interface DnsDomainOption {
  readonly name: string;
  readonly manner: keyof typeof manners;
}

export interface DnsOptions {
  readonly dns: DnsPort;
  readonly dnsDomains: readonly DnsDomainOption[];
  readonly dnsDatacenter: string;
  readonly dnsTtls: readonly DnsTtl[];
  readonly dnsUdpAnswers: number;
  readonly dnsRate: number;
  readonly dnsForward: readonly Upstream[];
  readonly dnsForwardFor: readonly AddressRange[];
}

/** For all services (`null`), for one, or for all that begin so (`prefix*`). */
interface DnsTtl {
  readonly pattern: string | null;
  readonly seconds: number;
}

const DEFAULT_PORT = 8600;
const PORT_MAX = 65_535;
const DNS_PORT = 53;

const portKind: ValueKind<DnsPort> = {
  allowed: 'off, a port from 1 to 65535, or 0 for any free one',
  words: ['off'],
  parse(text) {
    if (text === 'off') return 'off';
    const port = digitsKind('', 0, PORT_MAX).parse(text);
    return port === undefined ? undefined : { port, isWished: true };
  },
};

const DOMAINS_MAX = 16;

const domainKind: ValueKind<DnsDomainOption> = {
  allowed: 'a domain such as svc.example.com; with =consul or =rollcall behind it, in the manner of that one',
  parse(text) {
    const [, name = '', manner] =
      /^([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)\.?(?:=(consul|rollcall))?$/i.exec(typeof text === 'string' ? text : '') ?? [];
    if (name === '' || parseName(name) === undefined || name.length > 100) return undefined;
    const folded = name.toLowerCase();
    const own = folded === 'consul' ? 'consul' : 'rollcall';
    return { name: folded, manner: (manner?.toLowerCase() as keyof typeof manners | undefined) ?? own };
  },
};

const datacenterKind: ValueKind<string> = {
  allowed: 'a label of a domain name',
  parse: (text) => (typeof text === 'string' && /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(text) ? text.toLowerCase() : undefined),
};

const DAY_MS = 24 * 60 * 60 * 1000;
const TTLS_MAX = 1000;
const ttlDuration = typedDurationKind(0, DAY_MS, '5s');

const ttlKind: ValueKind<DnsTtl> = {
  allowed: `${ttlDuration.allowed} for all services, or payments=1s or pay*=1s for some`,
  parse(text) {
    const [, pattern = null, duration = ''] = /^(?:([^=]+)=)?([^=]+)$/.exec(typeof text === 'string' ? text : '') ?? [];
    const ms = duration === '0' ? 0 : ttlDuration.parse(duration);
    if (pattern !== null && !/^[a-z0-9][a-z0-9._~:-]*\*?$/i.test(pattern)) return undefined;
    // A time to live is in whole seconds; what is shorter is none.
    return ms === undefined ? undefined : { pattern, seconds: Math.floor(ms / 1000) };
  },
};

const upstreamKind: ValueKind<Upstream> = {
  allowed: 'the address of a DNS server, such as 9.9.9.9, 10.0.0.2:5353 or [2620:fe::fe]:53',
  parse(text) {
    if (typeof text !== 'string') return undefined;
    if (isIP(text) !== 0) return { address: text, port: DNS_PORT };
    const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
    const address = bracketed ?? plain ?? '';
    const port = digits === undefined ? DNS_PORT : Number(digits);
    return isIP(address) === 0 || port === 0 || port > PORT_MAX ? undefined : { address, port };
  },
};

const rangeKind: ValueKind<AddressRange> = {
  allowed: 'an address, or a range of them such as 10.0.0.0/8',
  parse: (text) => (typeof text === 'string' ? (readAddressRange(text) ?? undefined) : undefined),
};

const UPSTREAMS_MAX = 8;
const RANGES_MAX = 100;

/** This machine, whatever it calls itself. */
const ourselves: readonly AddressRange[] = ['127.0.0.0/8', '::1'].flatMap((text) => readAddressRange(text) ?? []);

const portOption: Option<DnsPort> = {
  flag: 'dns',
  placeholder: 'PORT',
  kind: portKind,
  default: { port: DEFAULT_PORT, isWished: false },
  // Not to be typed: whoever types a port wishes for it.
  defaultText: `${DEFAULT_PORT} where it is free`,
  help: 'Where DNS is answered, over udp and TCP; 0 picks a free port. off: nowhere, which saves the memory of a second view.',
};

export const dnsOptions: OptionTable<DnsOptions> = {
  dns: portOption,
  dnsDomains: {
    flag: 'dns-domain',
    placeholder: 'DOMAIN',
    kind: separatedKind(domainKind, DOMAINS_MAX),
    form: 'list',
    default: [
      { name: 'rollcall', manner: 'rollcall' },
      { name: 'consul', manner: 'consul' },
    ],
    defaultText: 'rollcall,consul',
    help: 'The domains that are answered for, instead of these two. Under consul, and with =consul, answers are as Consul gives them.',
  },
  dnsDatacenter: {
    flag: 'dns-datacenter',
    placeholder: 'NAME',
    kind: datacenterKind,
    default: 'dc1',
    defaultText: 'dc1',
    help: 'What may stand between service and domain, as in payments.service.dc1.consul.',
  },
  dnsTtls: {
    flag: 'dns-ttl',
    placeholder: 'DURATION',
    kind: separatedKind(ttlKind, TTLS_MAX),
    form: 'list',
    default: [],
    defaultText: '5s',
    help: 'How long an answer may be kept, and for which services; under consul it is 0 unless this says otherwise for the service.',
  },
  dnsUdpAnswers: {
    flag: 'dns-udp-answers',
    placeholder: 'N',
    kind: digitsKind('a whole number from 1 to 1000', 1, 1000),
    default: manners.consul.plainUdpAnswersMax ?? 3,
    defaultText: String(manners.consul.plainUdpAnswersMax ?? 3),
    help: 'How many answers there are at most to a plain question over udp under consul: one without EDNS.',
  },
  dnsRate: {
    flag: 'dns-rate',
    placeholder: 'N',
    kind: digitsKind('a whole number from 0 (no bound) to 1000000', 0, 1_000_000),
    default: 1000,
    defaultText: '1000',
    help: 'How many answers a second go over udp to one network (/24, or /56 of IPv6); beyond that it is told to ask by TCP. This machine, and who shows a DNS cookie, has no such bound.',
  },
  dnsForward: {
    flag: 'dns-forward',
    placeholder: 'ADDR[:PORT]',
    kind: separatedKind(upstreamKind, UPSTREAMS_MAX),
    form: 'list',
    default: [],
    defaultText: 'none',
    help: 'Other DNS servers, which are asked about all other names, in this order. Without any, those are refused.',
  },
  dnsForwardFor: {
    flag: 'dns-forward-for',
    placeholder: 'CIDR',
    kind: separatedKind(rangeKind, RANGES_MAX),
    form: 'list',
    default: ourselves,
    defaultText: '127.0.0.0/8,::1',
    help: 'For whom other servers are asked: a server that does that for everybody is used to attack others.',
  },
};

/** As the door answers for them. */
export function domainsOf({ dnsDomains, dnsTtls, dnsUdpAnswers }: DnsOptions): readonly DnsDomain[] {
  const serviceTtls = dnsTtls.flatMap(({ pattern, seconds }) => (pattern === null ? [] : [{ pattern, ttlSeconds: seconds }]));
  const forAll = dnsTtls.findLast(({ pattern }) => pattern === null)?.seconds;
  return dnsDomains.map(({ name, manner: kind }) => {
    const usual: Manner = { ...manners[kind], serviceTtls };
    const manner =
      kind === 'consul' ? { ...usual, plainUdpAnswersMax: dnsUdpAnswers } : { ...usual, ttlSeconds: forAll ?? usual.ttlSeconds };
    return { name, manner };
  });
}

/** Sentences; empty if they make sense together. */
export function dnsObjections({ dns, dnsForward, dnsDomains, bind }: DnsOptions & { readonly bind: string }): readonly string[] {
  const names = dnsDomains.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  const own = dns === 'off' ? undefined : dnsForward.find(({ address, port }) => port === dns.port && isOurs(address, bind));
  return [
    ...(twice === undefined ? [] : [`--dns-domain ${twice} stands there twice.`]),
    ...(own === undefined ? [] : [`--dns-forward ${own.address}:${own.port} is this DNS door itself: name another server.`]),
  ];
}

function isOurs(address: string, bind: string): boolean {
  const isLocal = address === '::1' || address.startsWith('127.');
  return address === bind || (isLocal && (bind === '0.0.0.0' || bind === '::' || bind === 'localhost'));
}
