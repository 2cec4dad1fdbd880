/** How much of its calls a caller should keep near: all, as long as those who are near can carry their part of everybody's calls. */

/** What the shares of the endpoints sum up to, by where they are. */
export interface Capacity {
  /** In the caller's own zone. */
  readonly zone: number;
  /** In its region, its own zone included. */
  readonly region: number;
  readonly everywhere: number;
  /** How many zones have anybody, by the same three places. */
  readonly zonesInRegion: number;
  readonly zonesEverywhere: number;
}

export interface Nearness {
  /** Which part of all callers is in this zone. `undefined`: as many as in every other zone that has endpoints. */
  readonly callersShare: number | undefined;
  /** A zone takes its callers' calls until it would carry so many times its part. */
  readonly headroom: number;
}

/** Up to which part of the calls stays in the zone, and up to which in the region; the rest goes anywhere. */
export interface NearShares {
  readonly zone: number;
  readonly region: number;
}

export function nearShares(capacity: Capacity, { callersShare, headroom }: Nearness): NearShares {
  const { zone, region, everywhere, zonesInRegion, zonesEverywhere } = capacity;
  if (everywhere <= 0) return { zone: 0, region: 0 };
  // The caller's zone has callers, even where it has no endpoints.
  const [zonesHere, zonesAll] = zone > 0 ? [zonesInRegion, zonesEverywhere] : [zonesInRegion + 1, zonesEverywhere + 1];
  const own = callersShare ?? 1 / zonesAll;
  // Of the callers elsewhere, as many in one zone as in another.
  const others = zonesAll > 1 ? ((1 - own) * (zonesHere - 1)) / (zonesAll - 1) : 0;
  const inRegion = Math.min(1, headroomShare(region, everywhere * (own + others), headroom));
  return { zone: Math.min(inRegion, headroomShare(zone, everywhere * own, headroom)), region: inRegion };
}

/** What part of the need can be met, when each may carry more than its part. */
function headroomShare(available: number, needed: number, headroom: number): number {
  if (available <= 0) return 0;
  return needed <= 0 ? 1 : Math.min(1, (headroom * available) / needed);
}
