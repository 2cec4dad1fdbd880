/** How sure an answer must be, as the query says it. */
import type { ConsulQuery } from './query.js';
import { ConsulRefusal } from './refusal.js';

/** `leader`: as this node knows it, which is what the log says while it can be followed. `consistent`: the log is asked. `stale`: whatever is known. */
export type Consistency = 'leader' | 'consistent' | 'stale';

/** Throws what Consul answers to those that exclude each other. */
export function consistencyOf(query: ConsulQuery): Consistency {
  const [stale, consistent, cached] = [query.has('stale'), query.has('consistent'), query.has('cached')];
  if (stale && consistent) throw conflicting('stale');
  if (cached && consistent) throw conflicting('cached');
  // How old is too old is asked only of those who take what is old, and the answer says how old it is.
  query.duration('max_stale', 'Invalid max_stale value');
  if (consistent) return 'consistent';
  // Whoever says how old is too old takes what is old; that a leader is asked as well changes nothing.
  return stale || query.text('max_stale') !== '' ? 'stale' : 'leader';
}

function conflicting(name: string): ConsulRefusal {
  return new ConsulRefusal(400, `Cannot specify ?${name} with ?consistent, conflicting semantics.`);
}
