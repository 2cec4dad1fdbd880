/** The calls of whoever runs the registry: does it live, is it ready, how does it go, what is in it. */
import { openApiDocument } from '@rollcall/contract';
import { demandRight, RollcallError } from '@rollcall/core';
import { streamBytes } from './byte-stream.js';
import { ageSeconds } from './staleness.js';
import type { NativeContext, NativeRequest, NativeRoute, PlainAnswer, StreamAnswer, TextAnswer } from './exchange.js';

/** Each reads the whole log; a second one is for whoever did not wait for the first. */
const SNAPSHOTS_MAX = 2;

function live(): PlainAnswer {
  return { status: 200, body: { status: 'live' } };
}

/** A view that is stale still answers: a reason to look, and none to send everybody elsewhere at once. */
function ready(_request: NativeRequest, { view, clock }: NativeContext): PlainAnswer {
  const { staleSinceMs, revision } = view;
  return { status: 200, body: { status: 'ready', revision, stale: staleSinceMs !== null, ageSeconds: ageSeconds(view, clock) } };
}

function version(_request: NativeRequest, context: NativeContext): PlainAnswer {
  return { status: 200, body: { name: 'rollcall', version: context.version } };
}

function openapi(_request: NativeRequest, context: NativeContext): PlainAnswer {
  return { status: 200, body: openApiDocument(context.version) };
}

async function metrics(_request: NativeRequest, { metrics }: NativeContext): Promise<TextAnswer> {
  return { mediaType: 'text/plain; version=0.0.4; charset=utf-8', text: await metrics() };
}

function snapshotRoute(): NativeRoute['handle'] {
  let open = 0;
  return async ({ caller }, { snapshot }): Promise<StreamAnswer> => {
    demandRight(caller, 'operate', null);
    if (open >= SNAPSHOTS_MAX)
      throw new RollcallError('too-many-requests', `${SNAPSHOTS_MAX} snapshots are being taken already. Wait for one of them to end.`);
    open++;
    const closed = (): void => void open--;
    try {
      const chunks = snapshot()[Symbol.asyncIterator]();
      // While there is still time to say what is wrong.
      const first = await chunks.next();
      return { mediaType: 'application/octet-stream', open: (outlet) => streamBytes(first, chunks, outlet, closed) };
    } catch (error) {
      closed();
      throw error;
    }
  };
}

export const operationRoutes: readonly NativeRoute[] = [
  { method: 'GET', path: '/livez', handle: live, always: true },
  { method: 'GET', path: '/readyz', handle: ready },
  { method: 'GET', path: '/metrics', handle: metrics, always: true },
  { method: 'GET', path: '/openapi.json', handle: openapi, always: true },
  { method: 'GET', path: '/version', handle: version, always: true },
  { method: 'GET', path: '/snapshot', handle: snapshotRoute() },
];
