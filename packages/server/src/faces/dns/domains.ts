/** The zones that are answered for, each in its manner: Rollcall's own, or Consul's for who comes from there. */
import { formatName, labelsOf, parseName, type WireName } from '@rollcall/wire';

/** What differs from domain to domain. */
export interface Manner {
  /** A service that is known but has nobody in rotation: an empty answer, or a name that is not there. */
  readonly whenEmpty: 'nodata' | 'nxdomain';
  /** What a plain question over udp (without EDNS) is answered with at most; `null` for as many as fit. */
  readonly plainUdpAnswersMax: number | null;
  /** How long an answer may be kept. */
  readonly ttlSeconds: number;
  /** The same for some services: by name, or by `prefix*`, of which the longest counts. */
  readonly serviceTtls: readonly ServiceTtl[];
  /** How long a "no" may be kept. */
  readonly negativeTtlSeconds: number;
  /** Consul names the datacenter in the targets that it writes, and a machine where the instance's address is one of its own. */
  readonly targets: 'plain' | 'consul';
}

interface ServiceTtl {
  readonly pattern: string;
  readonly ttlSeconds: number;
}

export interface DnsDomain {
  /** `rollcall`, `consul`, `svc.example.com` … */
  readonly name: string;
  readonly manner: Manner;
}

export const manners: { readonly rollcall: Manner; readonly consul: Manner } = {
  rollcall: {
    whenEmpty: 'nodata',
    plainUdpAnswersMax: null,
    // An instance that left is called for at most so long by who resolves again for each call.
    ttlSeconds: 5,
    serviceTtls: [],
    // Whoever asked too early finds a newcomer after a second; without any, a missing name would be asked for at every call.
    negativeTtlSeconds: 1,
    targets: 'plain',
  },
  consul: { whenEmpty: 'nxdomain', plainUdpAnswersMax: 3, ttlSeconds: 0, serviceTtls: [], negativeTtlSeconds: 0, targets: 'consul' },
};

/** A name's zone as it is looked for: folded, and as bytes. */
export interface Zone {
  readonly kind: 'domain' | 4 | 6;
  readonly name: WireName;
  readonly labels: number;
  readonly manner: Manner;
  /** The primary domain's, in reverse zones too. */
  readonly nameServer: WireName;
  readonly hostmaster: WireName;
  /** What stands behind the digits of an address's name. */
  readonly addressEnd: WireName;
}

/** All zones; throws for what is no domain. The first domain is the one that addresses are named in. */
export function zonesOf(domains: readonly DnsDomain[], datacenter: string): readonly Zone[] {
  const named = domains.map(({ name, manner }) => zone('domain', name, manner, name, datacenter));
  const [primary] = domains;
  if (primary === undefined) throw new Error('At least one domain is needed.');
  const reverse = (kind: 4 | 6, name: string): Zone => zone(kind, name, primary.manner, primary.name, datacenter);
  return [...named, reverse(4, 'in-addr.arpa'), reverse(6, 'ip6.arpa')];
}

function zone(kind: Zone['kind'], text: string, manner: Manner, home: string, datacenter: string): Zone {
  const name = wireName(text.toLowerCase());
  const below = home.toLowerCase();
  return {
    kind,
    name,
    labels: labelsOf(name).length,
    manner,
    nameServer: wireName(`ns.${below}`),
    hostmaster: wireName(`hostmaster.${below}`),
    addressEnd: wireName(`addr.${manner.targets === 'consul' ? `${datacenter}.` : ''}${below}`),
  };
}

function wireName(text: string): WireName {
  const name = parseName(text);
  if (name === undefined || formatName(name) === '.') throw new Error(`${text} is no domain.`);
  return name;
}

/** How long an answer about this service may be kept. `service` is folded. */
export function serviceTtl({ serviceTtls, ttlSeconds }: Manner, service: string): number {
  let best: ServiceTtl | null = null;
  for (const one of serviceTtls) {
    const pattern = one.pattern.toLowerCase();
    const fits = pattern.endsWith('*') ? service.startsWith(pattern.slice(0, -1)) : service === pattern;
    // A name that is written out is longer than any beginning of it, but not than the beginning with its star.
    if (fits && (best === null || rank(pattern) > rank(best.pattern))) best = one;
  }
  return best?.ttlSeconds ?? ttlSeconds;
}

function rank(pattern: string): number {
  return pattern.endsWith('*') ? pattern.length - 1 : pattern.length + 0.5;
}
