/** The calls that ask: who is there, now or from now on. */
import { demand, optional, readFields, ServiceName, wordKind, type FieldRules, type HealthFilter, type Namespace } from '@rollcall/core';
import { readService, readServices } from './answers.js';
import type { NativeAnswer, NativeContext, NativeRequest, NativeRoute, PlainAnswer } from './exchange.js';
import { read } from './map.js';
import { inNamespace, selected } from './selected.js';
import { watchService } from './watch.js';

function instance(request: NativeRequest, context: NativeContext): PlainAnswer {
  return { status: 200, body: read(selected(request, context)), revision: context.view.revision };
}

function services({ query, caller }: NativeRequest, { view }: NativeContext): PlainAnswer {
  const { namespace } = readFields(query, { namespace: inNamespace });
  return { status: 200, body: readServices(view, namespace, caller), revision: view.revision };
}

function instances({ parameters, query, accept, lastEventId, caller }: NativeRequest, { view }: NativeContext): NativeAnswer {
  const asked = { service: demand('service', ServiceName, parameters['name']), ...readFields(query, instancesRules) };
  if (!accept.includes('text/event-stream')) return { status: 200, body: readService(view, asked, caller), revision: view.revision };
  return { revision: view.revision, start: (sink) => watchService(view, { ...asked, since: lastEventId }, caller, sink) };
}

const instancesRules: FieldRules<{ namespace: Namespace; health: HealthFilter }> = {
  namespace: inNamespace,
  health: optional(wordKind(['any']), 'rotation'),
};

export const readRoutes: readonly NativeRoute[] = [
  { method: 'GET', path: '/instances/:id', handle: instance },
  { method: 'GET', path: '/services', handle: services },
  { method: 'GET', path: '/services/:name/instances', handle: instances },
];
