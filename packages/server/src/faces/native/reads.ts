/** The calls that ask: who is there, now or from now on. */
import {
  demand,
  demandRight,
  durationKind,
  findInstance,
  InstanceId,
  listKind,
  Namespace,
  optional,
  readFields,
  readInstanceQuery,
  refusal,
  RollcallError,
  ServiceName,
  textKind,
  type Caller,
  type FieldRules,
  type ValueKind,
} from '@rollcall/core';
import { EVENT_STREAM_TYPE } from '../../shared/server-event.js';
import type { Answers, Subject } from './answers.js';
import { parseCursor } from './cursor.js';
import type { NativeAnswer, NativeContext, NativeRequest, NativeRoute, PlainAnswer } from './exchange.js';
import { longPoll } from './long-poll.js';
import { read } from './map.js';
import { inNamespace } from './selected.js';
import { oneService, severalServices, type WatchQuestion } from './watch-question.js';

/** How long a read waits for the log to get where its sender says that it is. */
const MIN_REVISION_WAIT_MS = 5000;

/** Names in one stream: each is looked up at every snapshot. */
const WATCHED_SERVICES_MAX = 100;

/** Longer, and what lies between is likely to have closed the connection without telling anybody. */
const WAIT_MS_MAX = 600_000;
const WAIT_DEFAULT_MS = 30_000;

const revisionText: ValueKind<number> = {
  allowed: 'a revision: a whole number, as in the header Rollcall-Revision',
  parse: (text) => (typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined),
};
const cursorText = textKind<string>('a cursor: an ETag, or the id of an event', /^[^\p{Cc}]{1,200}$/u);
const duration = durationKind(0, WAIT_MS_MAX);
const wait: ValueKind<number> = {
  allowed: 'a duration from 0ms to 10m, such as 30s, or as many milliseconds',
  parse: (text) => duration.parse(typeof text === 'string' && /^\d{1,6}$/.test(text) ? Number(text) : text),
};
const namePrefix = textKind<string>('the beginning of a service name', /^[A-Za-z0-9][A-Za-z0-9._~:-]{0,127}$/);

interface Common {
  readonly namespace: Namespace;
  readonly minRevision: number;
}

export const commonRules: FieldRules<Common> = { namespace: inNamespace, minRevision: optional(revisionText, 0) };

function instance({ parameters, query, ifNoneMatch, caller }: NativeRequest, context: NativeContext): NativeAnswer | Promise<NativeAnswer> {
  const { minRevision, ...fields } = readFields(query, { ...commonRules, service: optional(ServiceName, null) });
  const selector = { ...fields, id: demand('id', InstanceId, parameters['id']) };
  if (fields.service !== null) demandRight(caller, 'read', { namespace: fields.namespace, service: fields.service });
  return onceReached(minRevision, context, (): PlainAnswer => {
    const { view, answers } = context;
    const found = findInstance(view, selector, caller);
    const { revision } = view;
    const etag = answers.etagOf(found, caller);
    if (isKnown(ifNoneMatch, found, answers, caller)) return { status: 304, etag, revision };
    return { status: 200, body: read(found), etag, revision };
  });
}

function services({ url, query, ifNoneMatch, caller }: NativeRequest, context: NativeContext): NativeAnswer | Promise<NativeAnswer> {
  const { namespace, minRevision } = readFields(query, commonRules);
  return onceReached(minRevision, context, () => {
    const { view, answers } = context;
    const about = { namespace, service: null };
    if (isKnown(ifNoneMatch, about, answers, caller)) return { status: 304, etag: answers.etagOf(about, caller), revision: view.revision };
    return { rendered: answers.services(namespace, caller, url) };
  });
}

function namespaces({ query, caller }: NativeRequest, context: NativeContext): NativeAnswer | Promise<NativeAnswer> {
  const { minRevision } = readFields(query, { minRevision: commonRules.minRevision });
  return onceReached(minRevision, context, (): PlainAnswer => {
    const { revision } = context.view;
    return { status: 200, body: { revision, namespaces: context.view.namespaces(caller) }, revision };
  });
}

function instances(request: NativeRequest, context: NativeContext): NativeAnswer | Promise<NativeAnswer> {
  const { url, parameters, accept, lastEventId, ifNoneMatch, caller } = request;
  const service = demand('service', ServiceName, parameters['name']);
  const rules = { ...commonRules, since: optional(cursorText, null), wait: optional(wait, null) };
  const { namespace, minRevision, since, wait: waitMs, query } = readInstanceQuery(request.query, rules);
  const question = { namespace, service, query };
  demandRight(caller, 'read', question);
  const streams = accept.includes(EVENT_STREAM_TYPE);
  const from = streams ? (lastEventId ?? since) : since;
  return onceAsFar({ minRevision, from }, context, () => {
    const { view, answers } = context;
    if (streams) {
      refuseWith(waitMs === null ? null : 'wait', 'left out: a stream goes on until it is closed');
      return stream(oneService(namespace, service, query), from, context, caller);
    }
    if (since !== null) return longPoll({ question, url, since, waitMs: waitMs ?? WAIT_DEFAULT_MS }, context, caller);
    refuseWith(waitMs === null ? null : 'wait', 'left out, or together with since, the cursor behind which to wait');
    if (isKnown(ifNoneMatch, question, answers, caller))
      return { status: 304, etag: answers.etagOf(question, caller), revision: view.revision };
    return { rendered: answers.service(question, caller, url) };
  });
}

function watch({ query: parameters, lastEventId, caller }: NativeRequest, context: NativeContext): NativeAnswer | Promise<NativeAnswer> {
  const rules = {
    ...commonRules,
    since: optional(cursorText, null),
    service: optional(servicesKind, null),
    prefix: optional(namePrefix, null),
  };
  const { namespace, minRevision, since, service, prefix, query } = readInstanceQuery(parameters, rules);
  for (const one of service ?? []) demandRight(caller, 'read', { namespace, service: one });
  const question = severalServices(namespace, service, prefix, query);
  const from = lastEventId ?? since;
  return onceAsFar({ minRevision, from }, context, () => stream(question, from, context, caller));
}

const serviceList = listKind(ServiceName, WATCHED_SERVICES_MAX);

/** A parameter that may come several times. */
const servicesKind: ValueKind<readonly ServiceName[]> = {
  allowed: `${ServiceName.allowed}, at most ${WATCHED_SERVICES_MAX} times`,
  parse: (value) => serviceList.parse(Array.isArray(value) ? value : [value]),
};

/** A stream tells of everybody who fits: whom to leave out because there are enough others, it could not say. */
function stream(question: WatchQuestion, since: string | null, { watches }: NativeContext, caller: Caller): NativeAnswer {
  refuseWith(question.query.limit === null ? null : 'limit', 'left out: a stream tells of all');
  watches.admit();
  return { mediaType: EVENT_STREAM_TYPE, open: (outlet) => watches.stream(question, since, outlet, caller) };
}

/** The answer as of this revision or a later one. */
export function onceReached(
  revision: number,
  context: NativeContext,
  answer: () => NativeAnswer | Promise<NativeAnswer>,
): NativeAnswer | Promise<NativeAnswer> {
  if (revision <= context.view.revision) return answer();
  return context.reached(revision, MIN_REVISION_WAIT_MS).then((reached) => {
    if (reached) return answer();
    throw behind(revision, context);
  });
}

interface Place {
  readonly minRevision: number;
  /** The cursor that is gone on from. */
  readonly from: string | null;
}

/**
 * Who comes from another node may be ahead of this one, which is on its way there. One that cannot get there, because its log is
 * away, would lead back to what is over; a log that goes on and has no such place has lost it, and is read anew.
 */
function onceAsFar({ minRevision, from }: Place, context: NativeContext, answer: () => NativeAnswer): NativeAnswer | Promise<NativeAnswer> {
  const { view } = context;
  const cursor = from === null ? null : parseCursor(from);
  if (cursor?.epoch !== view.epoch || cursor.revision <= view.revision) return onceReached(minRevision, context, answer);
  return context.reached(cursor.revision, MIN_REVISION_WAIT_MS).then((reached) => {
    if (!reached && view.staleSinceMs !== null) throw behind(cursor.revision, context);
    return onceReached(minRevision, context, answer);
  });
}

function behind(revision: number, { view }: NativeContext): RollcallError {
  return new RollcallError(
    'revision-in-future',
    `This node shows revision ${view.revision} and has waited ${MIN_REVISION_WAIT_MS / 1000} s for ${revision}. Ask again, or ask another node.`,
    { revision: view.revision },
  );
}

/** If-None-Match may be a list. Every cursor since the last change is as good as the ETag. */
function isKnown(ifNoneMatch: string | null, about: Subject, answers: Answers, caller: Caller): boolean {
  return ifNoneMatch?.split(',').some((etag) => answers.isUnchangedSince(etag, about, caller)) === true;
}

function refuseWith(field: string | null, allowed: string): void {
  if (field !== null) throw refusal([{ field, came: 'given', allowed }]);
}

export const readRoutes: readonly NativeRoute[] = [
  { method: 'GET', path: '/instances/:id', handle: instance },
  { method: 'GET', path: '/services', handle: services },
  { method: 'GET', path: '/namespaces', handle: namespaces },
  { method: 'GET', path: '/services/:name/instances', handle: instances },
  { method: 'GET', path: '/watch', handle: watch },
];
