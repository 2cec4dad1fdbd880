/** The calls about one check of an instance. */
import { demand, partNameKind, readAskedCheck, type AskedCheck } from '@rollcall/core';
import type { NativeContext, NativeRequest, NativeRoute, PlainAnswer } from './exchange.js';
import { read } from './map.js';
import { selected } from './selected.js';

export function checkNamed({ parameters }: NativeRequest): string {
  return demand('check', partNameKind, parameters['check']);
}

/** Throws `invalid-request`. */
export function checkAsked(request: NativeRequest): AskedCheck {
  return readAskedCheck(checkNamed(request), request.body);
}

async function putCheck(request: NativeRequest, context: NativeContext): Promise<PlainAnswer> {
  const asked = checkAsked(request);
  const changed = context.registrar.changeCheck(selected(request, context), checkNamed(request), asked, request.caller);
  const { instance, revision } = await changed;
  return { status: 200, body: read(instance), revision };
}

async function removeCheck(request: NativeRequest, context: NativeContext): Promise<PlainAnswer> {
  const name = checkNamed(request);
  const { revision } = await context.registrar.changeCheck(selected(request, context), name, null, request.caller);
  return { status: 204, revision };
}

export const checkRoutes: readonly NativeRoute[] = [
  { method: 'PUT', path: '/instances/:id/checks/:check', handle: putCheck },
  { method: 'DELETE', path: '/instances/:id/checks/:check', handle: removeCheck },
];
