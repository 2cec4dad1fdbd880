/** All routes of the native API, and the names of its calls. */
import type { Route } from './route.js';
import { discoveryRoutes } from './routes/discovery.js';
import { instanceRoutes } from './routes/instances.js';
import { machineRoutes } from './routes/machines.js';
import { operationRoutes } from './routes/operations.js';
import { operatorRoutes } from './routes/operators.js';

const all = [...instanceRoutes, ...discoveryRoutes, ...machineRoutes, ...operationRoutes, ...operatorRoutes] as const;

export type Operation = (typeof all)[number]['operation'];

export const routes: readonly (Route & { readonly operation: Operation })[] = all;
