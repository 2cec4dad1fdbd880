/** The calls of whoever runs the registry: does it live, is it ready, what is it. */
import type { NativeContext, NativeRequest, NativeRoute, PlainAnswer } from './exchange.js';

function live(): PlainAnswer {
  return { status: 200, body: { status: 'live' } };
}

function ready(_request: NativeRequest, { view }: NativeContext): PlainAnswer {
  return { status: 200, body: { status: 'ready', revision: view.revision } };
}

function version(_request: NativeRequest, context: NativeContext): PlainAnswer {
  return { status: 200, body: { name: 'rollcall', version: context.version } };
}

export const operationRoutes: readonly NativeRoute[] = [
  { method: 'GET', path: '/livez', handle: live, always: true },
  { method: 'GET', path: '/readyz', handle: ready },
  { method: 'GET', path: '/version', handle: version, always: true },
];
