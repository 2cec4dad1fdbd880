/** All schemas of the native API by their names, and the types that follow from them. */
import type { FromSchema, Schemas } from './schema.js';
import { answerSchemas } from './schemas/answers.js';
import { bulkSchemas } from './schemas/bulk.js';
import { explanationSchemas } from './schemas/explanations.js';
import { checkSchemas } from './schemas/check.js';
import { instanceSchemas } from './schemas/instance.js';
import { machineSchemas } from './schemas/machine.js';
import { nodeSchemas } from './schemas/nodes.js';
import { operatorSchemas } from './schemas/operators.js';
import { partSchemas } from './schemas/parts.js';

export const schemas = {
  ...partSchemas,
  ...checkSchemas,
  ...instanceSchemas,
  ...machineSchemas,
  ...bulkSchemas,
  ...answerSchemas,
  ...operatorSchemas,
  ...explanationSchemas,
  ...nodeSchemas,
} as const satisfies Schemas;

type Named = typeof schemas;

export type SchemaName = keyof Named;

/** The type of what fits the schema of this name: `Contract<'Instance'>`. */
export type Contract<Name extends SchemaName> = FromSchema<Named[Name], Named>;

/**
 * Other spellings in common use. They are understood wherever a registration comes in, one of them at a time; what comes
 * out is always the one on the right.
 */
export const spellings = {
  serviceName: 'service',
  service_name: 'service',
  instanceId: 'id',
  instance_id: 'id',
  address: 'host',
  deregister_after: 'deregisterAfter',
} as const satisfies Readonly<Record<string, keyof (typeof schemas.Registration)['properties']>>;
