/** One request in, one answer out; no socket. The table is the whole API. */
import { RollcallError } from '@rollcall/core';
import { bulkRoutes } from './bulk.js';
import { checkRoutes } from './checks.js';
import type { NativeAnswer, NativeContext, NativeRequest, NativeRoute } from './exchange.js';
import { machineRoutes } from './machines.js';
import { nodeRoutes } from './nodes.js';
import { explanationRoutes } from './explanations.js';
import { operationRoutes } from './operations.js';
import { operatorRoutes } from './operators.js';
import { readRoutes } from './reads.js';
import { writeRoutes } from './writes.js';

export const nativeRoutes: readonly NativeRoute[] = [
  ...writeRoutes,
  ...bulkRoutes,
  ...readRoutes,
  ...checkRoutes,
  ...explanationRoutes,
  ...machineRoutes,
  ...operationRoutes,
  ...nodeRoutes,
  ...operatorRoutes,
];

export function answer(route: NativeRoute, request: NativeRequest, context: NativeContext): NativeAnswer | Promise<NativeAnswer> {
  if (route.always !== true && !context.isReady()) {
    throw new RollcallError('not-ready', 'This node is starting or stopping. Ask again shortly, or ask another one.');
  }
  return route.handle(request, context);
}
