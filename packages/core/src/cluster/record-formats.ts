/**
 * In which format records are written while programs of different versions are there: the newest that every live node reads. So a
 * cluster can be renewed node by node, and the newer half writes nothing that the older half would have to skip.
 */
import { FORMAT } from '../records/record-codec.js';
import type { VersionRange } from './node-record.js';
import type { Member } from './roster.js';

/** What this program reads. */
export const recordFormats: VersionRange = { min: 1, max: FORMAT };

/** Of whom nothing can be read it is believed that it reads the oldest. */
export function formatFor(nodes: readonly Pick<Member, 'record'>[], own: VersionRange = recordFormats): number {
  const newest = nodes.map(({ record }) => record?.records.max ?? own.min);
  return Math.max(own.min, Math.min(own.max, ...newest));
}
