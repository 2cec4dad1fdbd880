import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument } from './openapi.js';
import { problemStatuses } from './problems.js';
import { routeRights, routeScopes } from './route.js';
import { routes } from './routes.js';
import type { Schema } from './schema.js';
import { schemas, spellings } from './schemas.js';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string; readonly responses: object }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const document = openApiDocument('1.2.3') as Document;
const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
ajv.addFormat('date-time', (text) => !Number.isNaN(Date.parse(text)));

beforeAll(() => {
  ajv.addSchema({ ...document, $id: 'rollcall' }, 'rollcall', false, false);
  ajv.addKeyword('openapi').addKeyword('info').addKeyword('paths').addKeyword('components').addKeyword('security');
});

/** What is wrong with a value, by the schema of that name. */
function objections(name: string, value: unknown): unknown {
  const validate = ajv.getSchema(`rollcall#/components/schemas/${name}`);
  if (validate === undefined) throw new Error(`There is no schema ${name}.`);
  void validate(value);
  return validate.errors ?? null;
}

describe('every schema', () => {
  it.each(Object.entries(document.components.schemas))('%s compiles, and its examples fit', (name, { examples = [] }) => {
    for (const example of examples) expect(objections(name, example)).toBeNull();
    expect(objections(name, Symbol.iterator)).not.toBeNull();
  });

  it('that has fields has an example', () => {
    const mute = Object.entries<Schema>(schemas).filter(
      ([, { properties, examples }]) => properties !== undefined && examples === undefined,
    );
    expect(mute.map(([name]) => name)).toEqual([]);
  });
});

describe('a registration', () => {
  it.each(Object.entries(spellings))('may say %s for %s', (spelling, field) => {
    const { [field]: value, ...rest } = { service: 'payments', id: 'a', host: '10.0.0.5', deregisterAfter: '90s' };
    expect(objections('Registration', { ...rest, [spelling]: value })).toBeNull();
  });

  it.each([
    ['no service', { id: 'a' }],
    ['neither id nor host', { service: 'payments' }],
    ['a field that nobody knows', { service: 'payments', id: 'a', colour: 'red' }],
  ])('with %s is none', (_what, body) => {
    expect(objections('Registration', body)).not.toBeNull();
  });
});

describe('the routes', () => {
  it.each(routes)('$method $path says what right it takes, and for what', ({ right, over }) => {
    expect(routeRights).toContain(right);
    expect(routeScopes).toContain(over);
  });

  it('that change something take a right to write at least', () => {
    const lax = routes.filter(({ method, right }) => method !== 'GET' && !['write', 'operate'].includes(right));
    expect(lax).toEqual([]);
  });

  it('that are open are those that tell nothing of anybody', () => {
    const open = routes.filter(({ right }) => right === 'none').map(({ path }) => path);
    expect(open).toEqual(['/livez', '/readyz', '/openapi.json', '/version']);
  });

  it('have names of their own, and are all in the OpenAPI document', () => {
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { operationId }]) => `${operationId}: ${method.toUpperCase()} ${path}`),
    );
    expect(documented.toSorted()).toEqual(routes.map(({ operation, method, path }) => `${operation}: ${method} ${path}`).toSorted());
    expect(new Set(routes.map(({ operation }) => operation)).size).toBe(routes.length);
  });

  it.each(routes)('$method $path names every part of its path, and only schemas that exist', (route) => {
    expect(Object.keys(route.parameters ?? {})).toEqual([...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    const named = [route.body?.schema, ...Object.values(route.parameters ?? {}), ...route.answers.map(({ schema }) => schema)];
    for (const name of named) if (name !== undefined) expect(schemas).toHaveProperty(name);
    for (const { schema } of route.query ?? []) if (typeof schema === 'string') expect(schemas).toHaveProperty(schema);
  });

  it.each(routes)('$method $path tells each of its problems', (route) => {
    const { responses } = document.paths[route.path]?.[route.method.toLowerCase()] ?? { responses: {} };
    for (const code of route.problems) expect(responses).toHaveProperty(String(problemStatuses[code]));
  });
});

it('references lead somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  expect(references.filter((name) => !((name ?? '') in document.components.schemas))).toEqual([]);
});
