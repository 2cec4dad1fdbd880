/** The metadata of instances, as pairs for TXT records. */
import type { Instance } from '@rollcall/core';

/** More than a message holds, most of them being said by all. */
const PAIRS_MAX = 16_384;

export function* pairsOf(instances: readonly Instance[]): Iterable<readonly [string, string]> {
  const seen = new Set<object>();
  let left = PAIRS_MAX;
  for (const { metadata } of instances) {
    // Instances that say the same mostly share it.
    if (seen.has(metadata)) continue;
    seen.add(metadata);
    for (const pair of Object.entries(metadata)) {
      if (left-- === 0) return;
      yield pair;
    }
  }
}
