/** What this node says of itself, and what it sees of the others. */
import type { Clock } from '@rollcall/core';
import { nodeNameOf } from '../options/node-options.js';
import type { ServeOptions } from '../options/options.js';
import type { NodeReport, SeenNode } from '../shared/node-report.js';
import type { ClusterStatus } from '../shared/node-status.js';
import type { Surroundings } from '../surroundings.js';
import type { ClusterNode } from './cluster.js';
import type { Ledger } from './ledger.js';

export interface NodesDesk {
  readonly report: () => NodeReport;
  /** Every node, in the order of their names, each asked now. */
  readonly all: () => Promise<readonly SeenNode[]>;
  /** `null` for a node that has no others. */
  readonly status: ((report: NodeReport) => ClusterStatus) | null;
}

interface NodeSources extends Pick<Ledger, 'catalog' | 'duty'> {
  readonly cluster: ClusterNode | null;
  /** Where its HTTP door is. */
  readonly http: () => string | null;
}

/** Other nodes ask every second, and counting walks over every row. */
const COUNTS_KEPT_MS = 1000;

/** To be called when the node starts. */
export function nodesOf({ catalog, duty, cluster, http }: NodeSources, options: ServeOptions, { clock, version }: Surroundings): NodesDesk {
  const about = { node: nodeNameOf(options), role: options.role, version, startedAtMs: clock.wallMs() };
  const counted = keptFor(COUNTS_KEPT_MS, duty, clock);
  const report = (): NodeReport => {
    const { revision, staleSinceMs } = catalog.view;
    const ageMs = staleSinceMs === null ? 0 : Math.max(0, clock.wallMs() - staleSinceMs);
    return {
      ...about,
      http: http(),
      member: cluster?.isMember ?? true,
      leaving: cluster?.isLeaving ?? false,
      revision,
      ageMs,
      duty: counted(),
    };
  };
  if (cluster === null) return { report, all: async () => [alone(report())], status: null };
  return { report, all: () => cluster.nodes(report()), status: (told) => cluster.status(told) };
}

function alone(report: NodeReport): SeenNode {
  return { node: report.node, self: true, peer: null, http: report.http, leaving: false, report };
}

function keptFor<Answer>(keptMs: number, ask: () => Answer, clock: Clock): () => Answer {
  let kept: { readonly answer: Answer; readonly untilMs: number } | null = null;
  return () => {
    const nowMs = clock.monotonicMs();
    if (kept === null || nowMs >= kept.untilMs) kept = { answer: ask(), untilMs: nowMs + keptMs };
    return kept.answer;
  };
}
