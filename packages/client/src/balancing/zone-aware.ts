/**
 * The caller's own zone first, then its region, then anywhere; within each, another balancer chooses. What a zone cannot carry, because it
 * has few endpoints, or few that are not ejected, or few whose slow start is over, flows over in proportion (`zone-shares.ts`).
 */
import type { Random } from '../ports.js';
import type { Instance } from '../shapes.js';
import type { Balancer, PickContext } from './balancer.js';
import type { Endpoint } from './endpoint.js';
import { hashOf } from './text-hash.js';
import { nearShares, type Nearness, type NearShares } from './zone-shares.js';

export interface ZoneOptions {
  /** Where the caller is. */
  readonly zone: string;
  /** Left out: of what is not in the zone, nothing is nearer. */
  readonly region?: string;
  /** Which part of all callers is in this zone, above 0 and up to 1. Left out: as many as in every other zone that has endpoints. */
  readonly callersShare?: number;
  /** A zone takes its own callers' calls until it would carry so many times its part. 1.4 if left out: it keeps them all with 72 % of its endpoints. */
  readonly headroom?: number;
}

/** The part of a zone among others; Envoy's overprovisioning factor. */
const HEADROOM = 1.4;
/** Which of a key's calls flow over has nothing to do with where they go. */
const OVERFLOW_START = 0x2545f491;

interface Tier {
  readonly balancer: Balancer;
  share: number;
  endpoints: number;
}

type Nearest = 0 | 1 | 2;

export class ZoneAware implements Balancer {
  readonly #zone: string;
  readonly #region: string | undefined;
  readonly #nearness: Nearness;
  readonly #random: Random;
  /** The zone, the rest of the region, the rest. */
  readonly #tiers: readonly [Tier, Tier, Tier];
  /** How many endpoints each zone has, and what is in the region. */
  readonly #zones = new Map<string, { endpoints: number; readonly near: boolean }>();
  /** What each share was when it was counted. */
  readonly #shares = new Map<Endpoint, number>();
  #near: NearShares | undefined;

  /** `within` makes a balancer for one of the places. */
  constructor(options: ZoneOptions, random: Random, within: () => Balancer) {
    const { zone, region, callersShare, headroom = HEADROOM } = options;
    if (callersShare !== undefined && !(callersShare > 0 && callersShare <= 1))
      throw new RangeError(`zone.callersShare is ${callersShare}; above 0 and up to 1 is possible`);
    if (!(headroom >= 1)) throw new RangeError(`zone.headroom is ${headroom}; 1 or more is possible`);
    this.#zone = zone;
    this.#region = region;
    this.#nearness = { callersShare, headroom };
    this.#random = random;
    const tier = (): Tier => ({ balancer: within(), share: 0, endpoints: 0 });
    this.#tiers = [tier(), tier(), tier()];
  }

  add(endpoint: Endpoint): void {
    const nearest = this.#nearestOf(endpoint.instance);
    const tier = this.#tiers[nearest];
    tier.endpoints++;
    tier.share += endpoint.share;
    this.#shares.set(endpoint, endpoint.share);
    const zone = zoneKey(endpoint.instance);
    const counted = this.#zones.get(zone) ?? { endpoints: 0, near: nearest < 2 };
    counted.endpoints++;
    this.#zones.set(zone, counted);
    this.#near = undefined;
    tier.balancer.add(endpoint);
  }

  remove(endpoint: Endpoint): void {
    const tier = this.#tierOf(endpoint);
    tier.balancer.remove(endpoint);
    tier.endpoints--;
    // Nobody is exactly nothing, whatever rounding left.
    tier.share = tier.endpoints === 0 ? 0 : tier.share - (this.#shares.get(endpoint) as number);
    this.#shares.delete(endpoint);
    const zone = zoneKey(endpoint.instance);
    const counted = this.#zones.get(zone);
    if (counted !== undefined && --counted.endpoints === 0) this.#zones.delete(zone);
    this.#near = undefined;
  }

  reweigh(endpoint: Endpoint): void {
    const tier = this.#tierOf(endpoint);
    tier.share += endpoint.share - (this.#shares.get(endpoint) as number);
    this.#shares.set(endpoint, endpoint.share);
    this.#near = undefined;
    tier.balancer.reweigh(endpoint);
  }

  loaded(endpoint: Endpoint, by: 1 | -1): void {
    this.#tierOf(endpoint).balancer.loaded?.(endpoint, by);
  }

  pick(context: PickContext): Endpoint | undefined {
    const { exclude } = context;
    let spare: Endpoint | undefined;
    const first = this.#nearestFor(context);
    for (let turn = 0; turn < this.#tiers.length; turn++) {
      const at = ((first + turn) % this.#tiers.length) as Nearest;
      const endpoint = this.#tiers[at].balancer.pick(context);
      if (endpoint !== undefined && exclude?.has(endpoint) !== true) return endpoint;
      spare ??= endpoint;
    }
    return spare;
  }

  /** Where this call should go, if somebody is there. */
  #nearestFor({ key }: PickContext): Nearest {
    this.#near ??= this.#judge();
    const { zone, region } = this.#near;
    if (zone === 1) return 0;
    // The same key flows over or does not, every time.
    const fraction = key === undefined ? this.#random.number() : hashOf(key, OVERFLOW_START) / 2 ** 32;
    if (fraction < zone) return 0;
    return fraction < region ? 1 : 2;
  }

  #judge(): NearShares {
    const [zone, region, rest] = this.#tiers;
    let zonesInRegion = 0;
    for (const { near } of this.#zones.values()) if (near) zonesInRegion++;
    const capacity = {
      zone: zone.share,
      region: zone.share + region.share,
      everywhere: zone.share + region.share + rest.share,
      zonesInRegion,
      zonesEverywhere: this.#zones.size,
    };
    return nearShares(capacity, this.#nearness);
  }

  #tierOf(endpoint: Endpoint): Tier {
    return this.#tiers[this.#nearestOf(endpoint.instance)];
  }

  #nearestOf({ zone, region }: Instance): Nearest {
    const sameRegion = this.#region !== undefined && region === this.#region;
    // A zone's name may be used in several regions; who says nothing of its region is taken at the zone's word.
    if (zone === this.#zone && (sameRegion || region === undefined || this.#region === undefined)) return 0;
    return sameRegion ? 1 : 2;
  }
}

function zoneKey({ region = '', zone = '' }: Instance): string {
  return `${region}/${zone}`;
}
