/** The native API as data: what is sent, what is answered, and what is answered instead. */
export * from './openapi.js';
export * from './problems.js';
export * from './route.js';
export * from './routes.js';
export type { FromSchema, Schema, Schemas } from './schema.js';
export * from './schemas.js';
