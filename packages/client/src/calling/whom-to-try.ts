/** Whom of a pool the next try goes to. */
import type { Endpoint } from '../balancing/endpoint.js';
import type { Pool } from '../balancing/pool.js';
import type { OutlierDetector } from './outlier-detector.js';

export interface Seeking {
  readonly key: string | undefined;
  /** Did not take this call's connection: not again for it. */
  readonly refused: ReadonlySet<Endpoint> | undefined;
  /** Was tried for this call: again only if nobody else is left. */
  readonly tried: ReadonlySet<Endpoint> | undefined;
  /** Somebody who was not tried, or nobody. */
  readonly mustBeOther: boolean;
  /** It cannot be tried again if it goes wrong: no probe, as long as somebody else is there. */
  readonly isRisky: boolean;
  /** Who has so many calls has no room. */
  readonly callsMax: number;
}

export function whomToTry(pool: Pool, detector: OutlierDetector<Endpoint>, seeking: Seeking): Endpoint | 'nobody' | 'all-busy' {
  const { key, refused, tried, mustBeOther } = seeking;
  const left = tried ?? refused;
  const first = pool.pick(contextOf(key, left));
  // The usual case, in which nothing is put together.
  if (first !== undefined && isSuitable(first, detector, seeking)) return first;
  const excluded = new Set([...(tried ?? []), ...(refused ?? [])]);
  const found = firstSuitable(pool, detector, seeking, excluded, first);
  if (found !== 'nobody' || mustBeOther || tried === undefined) return found;
  return firstSuitable(pool, detector, seeking, new Set(refused), undefined);
}

function firstSuitable(
  pool: Pool,
  detector: OutlierDetector<Endpoint>,
  seeking: Seeking,
  excluded: Set<Endpoint>,
  begin: Endpoint | undefined,
): Endpoint | 'nobody' | 'all-busy' {
  let isSomebodyBusy = false;
  let unsuitable: Endpoint | undefined;
  let next = begin ?? pool.pick(contextOf(seeking.key, excluded));
  while (next !== undefined) {
    if (isSuitable(next, detector, seeking)) return next;
    if (hasRoom(next, seeking)) unsuitable ??= next;
    else isSomebodyBusy = true;
    excluded.add(next);
    next = pool.pick(contextOf(seeking.key, excluded));
  }
  return unsuitable ?? (isSomebodyBusy ? 'all-busy' : 'nobody');
}

/** Without an address it cannot be called at all; it is there for those who look. */
function isSuitable(endpoint: Endpoint, detector: OutlierDetector<Endpoint>, seeking: Seeking): boolean {
  return hasRoom(endpoint, seeking) && (!seeking.isRisky || !detector.isHalfOpen(endpoint));
}

function hasRoom({ outstanding }: Endpoint, { callsMax }: Seeking): boolean {
  return outstanding < callsMax;
}

function contextOf(key: string | undefined, exclude: ReadonlySet<Endpoint> | undefined): object {
  if (key === undefined) return exclude === undefined ? anybody : { exclude };
  return exclude === undefined ? { key } : { key, exclude };
}

const anybody = {};
