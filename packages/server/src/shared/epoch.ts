/** A log's identity: random, and long enough that no two logs ever share one. */
import type { Random } from '@rollcall/core';

const EPOCH_BYTES = 8;

export function newEpoch(random: Random): string {
  return Buffer.from(random.bytes(EPOCH_BYTES)).toString('hex');
}
