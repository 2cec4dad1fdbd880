/** The calls that change something: arrivals, signs of life, departures. */
import { isRollcallError, Namespace, optional, readFields, RollcallError } from '@rollcall/core';
import type { NativeContext, NativeRequest, NativeRoute, PlainAnswer } from './exchange.js';
import { read, write } from './map.js';
import { selected } from './selected.js';

async function register({ body, query, caller }: NativeRequest, { registrar }: NativeContext): Promise<PlainAnswer> {
  const { namespace } = readFields(query, { namespace: optional(Namespace, null) });
  const { instance, created, revision } = await registrar.register(write(body, namespace), caller);
  const location = `/instances/${encodeURIComponent(instance.id)}`;
  return { status: created ? 201 : 200, body: read(instance), revision, ...(created ? { location } : {}) };
}

async function heartbeat(request: NativeRequest, context: NativeContext): Promise<PlainAnswer> {
  if (request.body !== undefined) readFields(request.body, {});
  try {
    await context.registrar.heartbeat(selected(request, context), request.caller);
    return { status: 204 };
  } catch (error) {
    if (!isRollcallError(error, 'not-found')) throw error;
    throw new RollcallError('not-found', `${error.message} It has left, or was never here: register again with POST /register.`);
  }
}

async function deregister(request: NativeRequest, context: NativeContext): Promise<PlainAnswer> {
  const { revision } = await context.registrar.deregister(selected(request, context), request.caller);
  return { status: 204, revision };
}

export const writeRoutes: readonly NativeRoute[] = [
  { method: 'POST', path: '/register', handle: register },
  { method: 'PUT', path: '/heartbeat/:id', handle: heartbeat },
  { method: 'DELETE', path: '/instances/:id', handle: deregister },
  { method: 'DELETE', path: '/deregister/:id', handle: deregister },
];
