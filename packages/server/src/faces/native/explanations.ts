/** The calls that ask why. */
import {
  demand,
  demandRight,
  explain,
  findInstance,
  formatDuration,
  InstanceId,
  lasting,
  optional,
  readFields,
  remediesOf,
  ServiceName,
  summaryOf,
  type Caller,
  type CheckReport,
  type Instance,
  type ProbeResult,
  type Reason,
  type Why,
} from '@rollcall/core';
import type { NativeAnswer, NativeContext, NativeRequest, NativeRoute, PlainAnswer } from './exchange.js';
import { time } from './map.js';
import { commonRules, onceReached } from './reads.js';

function why({ parameters, query, caller }: NativeRequest, context: NativeContext): NativeAnswer | Promise<NativeAnswer> {
  const { minRevision, ...fields } = readFields(query, { ...commonRules, service: optional(ServiceName, null) });
  const selector = { ...fields, id: demand('id', InstanceId, parameters['id']) };
  if (fields.service !== null) demandRight(caller, 'read', { namespace: fields.namespace, service: fields.service });
  return onceReached(minRevision, context, () => whyOf(findInstance(context.view, selector, caller), context, caller));
}

/** What the node knows takes a moment; the view is asked behind it, so that all of the answer is of one. */
async function whyOf(found: Instance, context: NativeContext, caller: Caller): Promise<PlainAnswer> {
  const { view, guard, clock, node } = context;
  const insight = await context.insight(found);
  const instance = findInstance(view, { ...found, id: found.id, service: found.service }, caller);
  const { namespace, service, machine } = instance;
  const explained = explain({
    instance,
    machine: machine === null ? null : (view.machine({ namespace, name: machine }, caller) ?? null),
    service: view.service(namespace, service, caller) ?? { instances: 1, inRotation: 0, panic: false },
    panicRule: view.panicRule(namespace, service, caller),
    guard: instance.held ? guard.report(caller) : null,
    staleSinceMs: view.staleSinceMs,
    insight,
    node,
    wallNowMs: clock.wallMs(),
  });
  const { revision } = view;
  return { status: 200, body: { revision, ...shownWhy(explained), node, onDuty: insight.onDuty ?? undefined }, revision };
}

function shownWhy(explained: Why): object {
  const { instance, inRotation, answered, reasons, checks } = explained;
  const { namespace, service, id, mode, health } = instance;
  return {
    namespace,
    service,
    id,
    inRotation,
    answered,
    summary: summaryOf(explained),
    mode,
    health,
    reasons: reasons.map(shownReason),
    backWhen: remediesOf(explained),
    checks: checks.map(shownCheck),
  };
}

function shownReason({ about, keepsOut, text, sinceMs, untilMs, remedy }: Reason): object {
  const since = sinceMs === null ? undefined : time(sinceMs);
  const until = untilMs === null ? undefined : time(untilMs);
  return { about, keepsOut, text, since, until, remedy: remedy ?? undefined };
}

function shownCheck({ id, of, type, status, sinceMs, output, ttlMs, heardAgeMs, intervalMs, probe, remedy }: CheckReport): object {
  const probed = probe && {
    successes: probe.streak.successes,
    failures: probe.streak.failures,
    nextIn: lasting(probe.nextInMs),
    results: probe.results.map(shownResult),
  };
  return {
    name: id,
    of,
    type,
    status,
    since: sinceMs === null ? undefined : time(sinceMs),
    output: output === '' ? undefined : output,
    ttl: ttlMs === null ? undefined : formatDuration(ttlMs),
    heardAgo: heardAgeMs === null ? undefined : lasting(heardAgeMs),
    interval: intervalMs === null ? undefined : formatDuration(intervalMs),
    ...probed,
    remedy: remedy ?? undefined,
  };
}

function shownResult({ wallMs, tookMs, finding, output }: ProbeResult): object {
  return { at: time(wallMs), took: formatDuration(Math.round(tookMs)), finding, output };
}

export const explanationRoutes: readonly NativeRoute[] = [{ method: 'GET', path: '/instances/:id/why', handle: why }];
