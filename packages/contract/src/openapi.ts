/** The contract as an OpenAPI 3.1 document: nothing is said here that the routes and schemas do not say. */
import { PROBLEM_MEDIA_TYPE, problemStatuses, problemType, type ProblemCode } from './problems.js';
import { problemsOfAll, type QueryParameter, type Route, type RouteAnswer } from './route.js';
import { routes } from './routes.js';
import { SCHEMA_REF_PREFIX, type Schema, type Schemas } from './schema.js';
import { schemas, spellings, type SchemaName } from './schemas.js';

const all: Schemas = schemas;

export function openApiDocument(version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rollcall',
      version,
      summary: 'A service registry: services say where they are, callers ask.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    // Whether a token is needed is for the registry to say: `{}` allows for one that asks for none.
    security: [{ token: [] }, {}],
    components: {
      schemas: { ...schemas, Registration: withSpellings(schemas.Registration) },
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'A token of the registry’s token file.' } },
    },
  };
}

function operationOf(route: Route): object {
  const parameters = [
    ...Object.entries(route.parameters ?? {}).map(([name, schema]) => ({ name, in: 'path', required: true, schema: refTo(schema) })),
    ...(route.query ?? []).map(queryOf),
    ...(route.headers ?? []).map(({ name, description, example }) => ({
      name,
      in: 'header',
      description,
      schema: { type: 'string' },
      example,
    })),
  ];
  return {
    operationId: route.operation,
    tags: [route.area],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    ...(route.right === 'none' ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined ? {} : { requestBody: { required: route.body.required, content: jsonOf(route.body.schema) } }),
    responses: { ...answersOf(route), ...problemAnswersOf([...route.problems, ...problemsOfAll]) },
  };
}

function queryOf({ name, description, schema, repeatable, example }: QueryParameter): object {
  const one = typeof schema === 'string' ? refTo(schema) : schema;
  const given = { name, in: 'query', description };
  return repeatable === true ? { ...given, schema: { type: 'array', items: one }, example: [example] } : { ...given, schema: one };
}

function answersOf({ answers }: Route): object {
  const statuses = [...new Set(answers.map(({ status }) => status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const same = answers.filter((answer) => answer.status === status);
      const content = Object.fromEntries(same.flatMap((answer) => Object.entries(contentOf(answer))));
      const description = same.map((answer) => answer.description).join(' Or: ');
      return [status, Object.keys(content).length === 0 ? { description } : { description, content }];
    }),
  );
}

function contentOf({ schema, mediaType }: RouteAnswer): Record<string, object> {
  if (schema !== undefined) return jsonOf(schema);
  return mediaType === undefined ? {} : { [mediaType]: {} };
}

/** Several codes share a status: each is told, with its type. */
function problemAnswersOf(codes: readonly ProblemCode[]): object {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set(codes)) {
    const status = problemStatuses[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const content = { [PROBLEM_MEDIA_TYPE]: { schema: refTo('Problem') } };
  const answers = [...byStatus].map(([status, codes]) => [status, { description: codes.map(problemType).join(', '), content }] as const);
  return Object.fromEntries(answers);
}

function jsonOf(schema: SchemaName): Record<string, object> {
  const examples = all[schema]?.examples ?? [];
  const named = Object.fromEntries(examples.map((value, at) => [`example${at + 1}`, { value }]));
  return { 'application/json': { schema: refTo(schema), ...(examples.length === 0 ? {} : { examples: named }) } };
}

function refTo(name: SchemaName): Schema {
  return { $ref: `${SCHEMA_REF_PREFIX}${name}` };
}

/** The registration as it may come: with every spelling, each of which does for the field that it stands for. */
export function withSpellings(registration: Schema): Schema {
  const properties: Record<string, Schema> = { ...registration.properties };
  for (const [spelling, field] of Object.entries(spellings)) {
    properties[spelling] = { ...registration.properties?.[field], description: `Another spelling of \`${field}\`. One of them at a time.` };
  }
  const spelled = (field: string): readonly Schema[] =>
    [field, ...Object.keys(spellings).filter((spelling) => (spellings as Readonly<Record<string, string>>)[spelling] === field)].map(
      (name) => ({ required: [name] }),
    );
  const { required: _required, anyOf: _anyOf, ...rest } = registration;
  return { ...rest, properties, allOf: [{ anyOf: spelled('service') }, { anyOf: [...spelled('id'), ...spelled('host')] }] };
}
