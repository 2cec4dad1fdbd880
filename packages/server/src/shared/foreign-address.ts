/**
 * An address that somebody gave an instance in a protocol that takes any text for one, and that is no host. It is kept beside the
 * registration: the instance has no host then, and nobody takes that of its machine in its place.
 */
import type { Origin } from '@rollcall/core';

/** Its name in what is kept. */
export const FOREIGN_ADDRESS = 'foreign-address';

export function hasForeignAddress({ kept }: Origin): boolean {
  return kept?.[FOREIGN_ADDRESS] !== undefined;
}
