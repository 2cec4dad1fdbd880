/** One request in, one answer out; no socket, no framework. The table at the end is the whole API. */
import {
  demand,
  findInstance,
  InstanceId,
  isRollcallError,
  Namespace,
  optional,
  readFields,
  RollcallError,
  ServiceName,
  wordKind,
  type Caller,
  type CatalogView,
  type FieldRules,
  type HealthFilter,
  type Instance,
  type Registrar,
} from '@rollcall/core';
import { readService, readServices } from './answers.js';
import { read, write } from './map.js';
import { watchService, type EventSink } from './watch.js';

export interface NativeContext {
  readonly view: CatalogView;
  readonly registrar: Registrar;
  readonly version: string;
  /** Not before the view is complete, and not after the end has begun. */
  isReady(): boolean;
}

export interface NativeRequest {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** The Accept header. */
  readonly accept: string;
  /** The Last-Event-ID header. */
  readonly lastEventId: string | null;
  readonly caller: Caller;
}

export interface PlainAnswer {
  readonly status: number;
  /** Left out: nothing. */
  readonly body?: object;
  /** The header Rollcall-Revision: whoever reads at this revision or later sees what is answered here. */
  readonly revision?: number;
  readonly location?: string;
}

/** An answer that goes on. `start` begins it, and what that answers ends it. */
export interface StreamAnswer {
  readonly revision: number;
  readonly start: (sink: EventSink) => () => void;
}

export type NativeAnswer = PlainAnswer | StreamAnswer;

export interface NativeRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** Also answered while the node is starting or stopping. */
  readonly always?: boolean;
  readonly handle: (request: NativeRequest, context: NativeContext) => NativeAnswer | Promise<NativeAnswer>;
}

export async function answer(route: NativeRoute, request: NativeRequest, context: NativeContext): Promise<NativeAnswer> {
  if (route.always !== true && !context.isReady()) {
    throw new RollcallError('not-ready', 'This node is starting or stopping. Ask again shortly, or ask another one.');
  }
  return route.handle(request, context);
}

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

function live(): PlainAnswer {
  return { status: 200, body: { status: 'live' } };
}

function ready(_request: NativeRequest, { view }: NativeContext): PlainAnswer {
  return { status: 200, body: { status: 'ready', revision: view.revision } };
}

function version(_request: NativeRequest, context: NativeContext): PlainAnswer {
  return { status: 200, body: { name: 'rollcall', version: context.version } };
}

/** The instance that the path and the query name. */
function selected({ parameters, query, caller }: NativeRequest, { view }: NativeContext): Instance {
  const selector = readFields(query, { namespace: inNamespace, service: optional(ServiceName, null) });
  return findInstance(view, { ...selector, id: demand('id', InstanceId, parameters['id']) }, caller);
}

const inNamespace = optional(Namespace, Namespace.default);

const instancesRules: FieldRules<{ namespace: Namespace; health: HealthFilter }> = {
  namespace: inNamespace,
  health: optional(wordKind(['any']), 'rotation'),
};

export const nativeRoutes: readonly NativeRoute[] = [
  { method: 'POST', path: '/register', handle: register },
  { method: 'PUT', path: '/heartbeat/:id', handle: heartbeat },
  { method: 'DELETE', path: '/instances/:id', handle: deregister },
  { method: 'DELETE', path: '/deregister/:id', handle: deregister },
  { method: 'GET', path: '/instances/:id', handle: instance },
  { method: 'GET', path: '/services', handle: services },
  { method: 'GET', path: '/services/:name/instances', handle: instances },
  { method: 'GET', path: '/livez', handle: live, always: true },
  { method: 'GET', path: '/readyz', handle: ready },
  { method: 'GET', path: '/version', handle: version, always: true },
];
