/** Whether an answer has the shape that the contract promises. */
import { openApiDocument, type SchemaName } from '@rollcall/contract';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

const ajv = new Ajv2020({ strict: false });
ajv.addFormat('date-time', true);
ajv.addSchema({ ...openApiDocument('1.2.3'), $id: 'rollcall' });

export function expectShape(name: SchemaName, value: unknown): void {
  const validate = ajv.getSchema(`rollcall#/components/schemas/${name}`);
  expect(validate?.(value), JSON.stringify(validate?.errors)).toBe(true);
}

export function fits(name: string, value: unknown): boolean {
  return ajv.getSchema(`rollcall#/components/schemas/${name}`)?.(value) === true;
}
