/** The calls that change something: arrivals, signs of life, wishes, departures. */
import {
  demand,
  InstanceId,
  isRollcallError,
  Namespace,
  often,
  optional,
  readFields,
  readModeChange,
  readPatch,
  readWord,
  RollcallError,
  ServiceName,
  type FieldRules,
  type InstanceSelector,
} from '@rollcall/core';
import type { NativeContext, NativeRequest, NativeRoute, PlainAnswer } from './exchange.js';
import { read, write } from './map.js';
import { inNamespace, selected } from './selected.js';

async function register({ body, query, caller }: NativeRequest, { registrar }: NativeContext): Promise<PlainAnswer> {
  const { namespace } = readFields(query, namespaceRules);
  const { instance, created, revision } = await registrar.register(write(body, namespace), caller);
  const location = `/instances/${encodeURIComponent(instance.id)}`;
  return { status: created ? 201 : 200, body: read(instance), revision, ...(created ? { location } : {}) };
}

export const namespaceRules: FieldRules<{ readonly namespace: Namespace | null }> = often({ namespace: optional(Namespace, null) });

async function heartbeat({ parameters, query, body, caller }: NativeRequest, { view, registrar }: NativeContext): Promise<PlainAnswer> {
  const word = body === undefined ? {} : readWord(body);
  const selector = { ...readFields(query, selectorRules), id: demand('id', InstanceId, parameters['id']) };
  const [only, ...others] = selector.service === null ? view.instancesById(selector.namespace, selector.id, caller) : [];
  try {
    if (only !== undefined && others.length === 0) await registrar.heartbeat(only, caller, word);
    // Whoever is not in sight may still be in the log: the registrar asks there before it says so.
    else throwIf((await registrar.heartbeats([{ ...selector, ...word }], caller))[0]);
    return { status: 204 };
  } catch (error) {
    throw orRegisterAgain(error);
  }
}

function throwIf(error: RollcallError | null | undefined): void {
  if (error !== null && error !== undefined) throw error;
}

const selectorRules: FieldRules<Omit<InstanceSelector, 'id'>> = { namespace: inNamespace, service: optional(ServiceName, null) };

/** To a heartbeat, an absence is a verdict. */
export function orRegisterAgain(error: unknown): unknown {
  if (!isRollcallError(error, 'not-found')) return error;
  return new RollcallError(
    'not-found',
    `${error.message} It has left, or was never here: register again (POST /register, or rollcall register).`,
  );
}

async function deregister(request: NativeRequest, context: NativeContext): Promise<PlainAnswer> {
  const { revision } = await context.registrar.deregister(selected(request, context), request.caller);
  return { status: 204, revision };
}

async function setMode(request: NativeRequest, context: NativeContext): Promise<PlainAnswer> {
  const change = readModeChange(request.body);
  const { instance, revision } = await context.registrar.setMode(selected(request, context), change, request.caller);
  return { status: 200, body: read(instance), revision };
}

async function patch(request: NativeRequest, context: NativeContext): Promise<PlainAnswer> {
  const wish = readPatch(request.body);
  const { instance, revision } = await context.registrar.patch(selected(request, context), wish, request.caller);
  return { status: 200, body: read(instance), revision };
}

export const writeRoutes: readonly NativeRoute[] = [
  { method: 'POST', path: '/register', handle: register },
  { method: 'PUT', path: '/heartbeat/:id', handle: heartbeat },
  { method: 'DELETE', path: '/instances/:id', handle: deregister },
  { method: 'DELETE', path: '/deregister/:id', handle: deregister },
  { method: 'PUT', path: '/instances/:id/mode', handle: setMode },
  { method: 'PATCH', path: '/instances/:id', handle: patch },
];
