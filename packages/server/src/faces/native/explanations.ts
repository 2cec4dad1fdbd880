/** The calls that ask why. */
import {
  demand,
  demandRight,
  explain,
  findInstance,
  formatDuration,
  isRollcallError,
  InstanceId,
  lasting,
  mayDo,
  optional,
  readFields,
  remediesOf,
  SERVICE_EVENTS_MAX,
  ServiceName,
  summaryOf,
  type Caller,
  type CheckReport,
  type Departed,
  type Instance,
  type InstanceSelector,
  type ProbeResult,
  type Reason,
  type TimelineEvent,
  type ValueKind,
  type Why,
} from '@rollcall/core';
import type { NativeAnswer, NativeContext, NativeRequest, NativeRoute, PlainAnswer } from './exchange.js';
import { time } from './map.js';
import { commonRules, onceReached } from './reads.js';

const limitKind: ValueKind<number> = {
  allowed: `a whole number from 1 to ${SERVICE_EVENTS_MAX}`,
  parse: (text) =>
    typeof text === 'string' && /^[1-9]\d{0,2}$/.test(text) && Number(text) <= SERVICE_EVENTS_MAX ? Number(text) : undefined,
};

function why({ parameters, query, caller }: NativeRequest, context: NativeContext): NativeAnswer | Promise<NativeAnswer> {
  const { minRevision, ...fields } = readFields(query, { ...commonRules, service: optional(ServiceName, null) });
  const selector = { ...fields, id: demand('id', InstanceId, parameters['id']) };
  if (fields.service !== null) demandRight(caller, 'read', { namespace: fields.namespace, service: fields.service });
  // Who departs while it is asked about has departed.
  return onceReached(minRevision, context, async () => {
    try {
      return await whyOf(findInstance(context.view, selector, caller), context, caller);
    } catch (error) {
      const departed = isRollcallError(error, 'not-found') ? departedOf(selector, context, caller) : undefined;
      if (departed === undefined) throw error;
      return whyGone(departed, context);
    }
  });
}

/** Who went last, of those that one may read. */
function departedOf(selector: InstanceSelector, { timeline }: NativeContext, caller: Caller): Departed | undefined {
  return timeline.departed(selector).find(({ instance }) => mayDo(caller, 'read', instance));
}

function whyGone({ instance, event }: Departed, { view, node }: NativeContext): PlainAnswer {
  const { namespace, service, id, mode, health } = instance;
  const { revision } = view;
  const at = time(event.wallMs);
  const remedy = 'a registration';
  const body = {
    revision,
    namespace,
    service,
    id,
    inRotation: false,
    answered: false,
    summary: `It is not here: it ${event.text} (${at}).`,
    mode,
    health,
    reasons: [{ about: 'departed', keepsOut: true, text: `it ${event.text}`, since: at, remedy }],
    backWhen: [remedy],
    checks: [],
    departed: { at, by: event.by, text: event.text },
    node,
  };
  return { status: 200, body, revision };
}

/** Others may be asked for by the same id; a service that has nobody has a timeline all the same. */
function timelineOf({ parameters, query, caller }: NativeRequest, context: NativeContext): NativeAnswer | Promise<NativeAnswer> {
  const { minRevision, namespace, id, limit } = readFields(query, {
    ...commonRules,
    id: optional(InstanceId, null),
    limit: optional(limitKind, null),
  });
  const service = demand('service', ServiceName, parameters['name']);
  demandRight(caller, 'read', { namespace, service });
  return onceReached(minRevision, context, (): PlainAnswer => {
    const { view, timeline, node } = context;
    const events = timeline.of({ namespace, service }).filter((event) => id === null || event.id === id);
    const name = view.service(namespace, service, caller)?.service ?? service;
    const shown = events.slice(0, limit ?? SERVICE_EVENTS_MAX).map(shownEvent);
    const { revision } = view;
    return { status: 200, body: { namespace, service: name, revision, node, since: time(timeline.sinceMs), events: shown }, revision };
  });
}

function shownEvent({ wallMs, id, what, text, by, face, revision }: TimelineEvent): object {
  return { at: time(wallMs), id, what, text, by, face: face ?? undefined, revision };
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

function shownCheck({
  id,
  of,
  type,
  status,
  sinceMs,
  output,
  flapping,
  ttlMs,
  heardAgeMs,
  intervalMs,
  probe,
  remedy,
}: CheckReport): object {
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
    flapping: flapping || undefined,
    ttl: ttlMs === null ? undefined : formatDuration(ttlMs),
    heardAgo: heardAgeMs === null ? undefined : lasting(heardAgeMs),
    interval: intervalMs === null ? undefined : formatDuration(intervalMs),
    ...probed,
    remedy: remedy ?? undefined,
  };
}

function shownResult({ wallMs, tookMs, finding, output, doubted }: ProbeResult): object {
  return { at: time(wallMs), took: formatDuration(Math.round(tookMs)), finding, output, doubted };
}

export const explanationRoutes: readonly NativeRoute[] = [
  { method: 'GET', path: '/instances/:id/why', handle: why },
  { method: 'GET', path: '/services/:name/timeline', handle: timelineOf },
];
