/** How nodes and checks are, as far as sessions hang on them. */
import { NODE_CHECK } from './rules.js';
import type { SessionRecord } from '../keyspace/records.js';

export type CheckStatus = 'passing' | 'warning' | 'critical';

export interface Standing {
  /** An absence means something: the catalog has been read, and follows the log. */
  isKnown(): boolean;
  hasNode(name: string): boolean;
  /** By its id as Consul has it; `undefined` where the node has no such check. */
  checkStatus(node: string, checkId: string): CheckStatus | undefined;
  /** Calls when any of that may have changed, with the node that it concerns; `null` for any. The answer ends it. */
  follow(moved: (node: string | null) => void): () => void;
}

/** Why a session cannot be, or can no longer be; `null` if it can. */
export function faultOf({ node, nodeChecks, serviceChecks }: SessionRecord, standing: Standing): string | null {
  if (!standing.hasNode(node)) return 'Missing node registration';
  for (const check of [...nodeChecks, ...serviceChecks]) {
    const status = standing.checkStatus(node, check);
    // A node that is there has this one, whether anybody registered it or not.
    if (status === undefined && check === NODE_CHECK) continue;
    if (status === undefined) return `Missing check '${check}' registration`;
    if (status === 'critical') return `Check '${check}' is in critical state`;
  }
  return null;
}
