/** Many at once: each with a result of its own, so that one mistake does not cost the others their answer. */
import {
  InstanceId,
  isRollcallError,
  listKind,
  Namespace,
  demand,
  optional,
  readFields,
  required,
  RollcallError,
  ServiceName,
  type FieldRules,
  type InstanceSelector,
  type ItemResult,
  type Registered,
  type Registration,
  type ValueKind,
} from '@rollcall/core';
import type { NativeContext, NativeRequest, NativeRoute, PlainAnswer } from './exchange.js';
import { write } from './map.js';
import { problemOf } from './problem.js';
import { inNamespace } from './selected.js';
import { namespaceRules, orRegisterAgain } from './writes.js';

/** A fleet comes back in a few calls, and no call holds the others up for long. */
const REGISTRATIONS_MAX = 1000;

/** The heartbeats of a large machine or of a whole sidecar fleet; each costs a number in memory. */
const HEARTBEATS_MAX = 10_000;

async function registerMany({ body, query, caller }: NativeRequest, { registrar }: NativeContext): Promise<PlainAnswer> {
  const { namespace } = readFields(query, namespaceRules);
  const { instances } = readFields(body, registrationsRules);
  const parsed = instances.map((one) => attempt(() => write(one, namespace)));
  const sound = parsed.filter((one): one is Registration => !isRollcallError(one));
  const answers = (await registrar.registerMany(sound, caller)).values();
  const results = parsed.map((one) => (isRollcallError(one) ? refused(one) : registrationResult(answers.next().value)));
  return { status: 200, body: { results } };
}

async function heartbeats({ body, query, caller }: NativeRequest, { registrar }: NativeContext): Promise<PlainAnswer> {
  const { namespace, service } = readFields(query, selectorRules);
  const { ids } = readFields(body, heartbeatsRules);
  const parsed = ids.map((id) => selectorOf(namespace, service, id));
  const sound = parsed.filter((one): one is InstanceSelector => !isRollcallError(one));
  const answers = await registrar.heartbeats(sound, caller);
  let next = 0;
  const results = parsed.map((one, at) => {
    const error = isRollcallError(one) ? one : (answers[next++] ?? null);
    // Nearly all of them are heard, and then nothing is put together.
    if (error === null) return { id: ids[at], status: 204 };
    return { ...asSent(ids[at]), ...refused(orRegisterAgain(error) as RollcallError) };
  });
  return { status: 200, body: { results } };
}

function selectorOf(namespace: Namespace, service: ServiceName | null, sent: unknown): InstanceSelector | RollcallError {
  const id = InstanceId.parse(sent);
  return id === undefined ? attempt(() => ({ namespace, service, id: demand('id', InstanceId, sent) })) : { namespace, service, id };
}

/** Each is judged by itself, later. */
const anything: ValueKind<unknown> = { allowed: 'an item', parse: (value) => value };

const registrationsRules: FieldRules<{ instances: readonly unknown[] }> = { instances: required(listKind(anything, REGISTRATIONS_MAX)) };
const heartbeatsRules: FieldRules<{ ids: readonly unknown[] }> = { ids: required(listKind(anything, HEARTBEATS_MAX)) };
const selectorRules: FieldRules<Omit<InstanceSelector, 'id'>> = { namespace: inNamespace, service: optional(ServiceName, null) };

function attempt<Result>(parse: () => Result): Result | RollcallError {
  try {
    return parse();
  } catch (error) {
    if (isRollcallError(error)) return error;
    throw error;
  }
}

function registrationResult(result: ItemResult<Registered> | undefined): object {
  if (result === undefined) throw new RollcallError('internal', 'A registration of many has no result.');
  if ('error' in result) return refused(result.error);
  const { instance, created, revision } = result.answer;
  const { namespace, service, id } = instance;
  return { status: created ? 201 : 200, namespace, service, id, revision };
}

/** What is no text is no id, and not repeated. */
function asSent(id: unknown): object {
  return typeof id === 'string' ? { id } : {};
}

/** What it alone would have been answered. */
function refused(error: RollcallError): object {
  const { status, body } = problemOf(error);
  return { status, problem: body };
}

export const bulkRoutes: readonly NativeRoute[] = [
  { method: 'POST', path: '/register/bulk', handle: registerMany },
  { method: 'PUT', path: '/heartbeats', handle: heartbeats },
];
