/** The calls about the nodes: the one that answers, at a glance, and all of them. */
import { NO_BOUND, readFields } from '@rollcall/core';
import type { SeenNode } from '../../shared/node-report.js';
import type { NativeContext, NativeRequest, NativeRoute, PlainAnswer } from './exchange.js';
import { time } from './map.js';

async function status({ query, caller }: NativeRequest, context: NativeContext): Promise<PlainAnswer> {
  readFields(query, {});
  const { view, clock, version, watches, guard } = context;
  const { startedAtMs, startedMs, ...node } = await context.status();
  const { staleSinceMs, revision, epoch } = view;
  const services = view.namespaces(caller).flatMap((namespace) => view.services(namespace, caller));
  const { holding, left } = guard.report(caller);
  const body = {
    version,
    startedAt: time(startedAtMs),
    uptimeSeconds: (clock.monotonicMs() - startedMs) / 1000,
    epoch,
    revision,
    stale: staleSinceMs !== null,
    ageSeconds: staleSinceMs === null ? 0 : Math.max(0, clock.wallMs() - staleSinceMs) / 1000,
    services: services.length,
    held: services.reduce((sum, { held }) => sum + held, 0),
    panicking: services.filter(({ panic }) => panic).length,
    watchers: watches.size,
    guard: { holding, ...(left === NO_BOUND ? {} : { left }) },
    ...node,
  };
  return { status: 200, body, revision };
}

async function nodes({ query }: NativeRequest, context: NativeContext): Promise<PlainAnswer> {
  readFields(query, {});
  const seen = await context.nodes();
  const furthest = Math.max(...seen.map(({ report }) => report?.revision ?? 0));
  const { revision } = context.view;
  return { status: 200, body: { revision, nodes: seen.map((one) => shownNode(one, furthest)) }, revision };
}

function shownNode({ node, self, leaving, http, peer, report }: SeenNode, furthest: number): object {
  const seen = { node, self, answers: report !== null, leaving: report?.leaving ?? leaving };
  const doors = { ...(http === null ? {} : { http }), ...(peer === null ? {} : { peer }) };
  if (report === null) return { ...seen, ...doors };
  const { role, version, startedAtMs, member, revision, ageMs, duty } = report;
  const view = { revision, behind: furthest - revision, stale: ageMs > 0, ageSeconds: ageMs / 1000 };
  return { ...seen, ...doors, role, member, version, startedAt: time(startedAtMs), ...view, duty };
}

export const nodeRoutes: readonly NativeRoute[] = [
  { method: 'GET', path: '/status', handle: status },
  { method: 'GET', path: '/nodes', handle: nodes },
];
