/** What this node says of itself, and what it sees of the others. */
import { nodeNameOf } from '../node-options.js';
import type { ServeOptions } from '../options.js';
import type { DutyCounts, NodeReport, SeenNode } from '../shared/node-report.js';
import type { Surroundings } from '../surroundings.js';
import type { Ledger } from './ledger.js';

export interface NodeSources extends Pick<Ledger, 'catalog'> {
  readonly duty: () => DutyCounts;
  /** Where each open door listens. */
  readonly doors: () => Readonly<Record<string, string>>;
}

/** To be called when the node starts. */
export function reportOf({ catalog, duty }: NodeSources, options: ServeOptions, { clock, version }: Surroundings): () => NodeReport {
  const [node, startedAtMs] = [nodeNameOf(options), clock.wallMs()];
  return () => {
    const { revision, staleSinceMs } = catalog.view;
    const ageMs = staleSinceMs === null ? 0 : Math.max(0, clock.wallMs() - staleSinceMs);
    return { node, role: 'full', version, startedAtMs, leaving: false, revision, ageMs, duty: duty() };
  };
}

/** A node that has no others. */
export function nodeAlone(report: () => NodeReport, { doors }: NodeSources): () => Promise<readonly SeenNode[]> {
  return () => {
    const told = report();
    return Promise.resolve([{ node: told.node, self: true, peer: null, http: urlOf(doors()), leaving: false, report: told }]);
  };
}

function urlOf(doors: Readonly<Record<string, string>>): string | null {
  const [scheme, address] = Object.entries(doors).find(([door]) => door === 'http' || door === 'https') ?? [];
  return address === undefined ? null : `${scheme}://${address}`;
}
