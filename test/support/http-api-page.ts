/** docs/reference/http-api.md, as it follows from the contract. */
import {
  lanes,
  problemsOfAll,
  problemStatuses,
  routes,
  schemas,
  spellings,
  type ProblemCode,
  type QueryParameter,
  type Route,
  type Schema,
} from '@rollcall/contract';

const areas: Readonly<Record<Route['area'], string>> = {
  instances: 'Instances: come, beat, change, go',
  discovery: 'Discovery: who should be called',
  machines: 'Machines: where instances run',
  operations: 'Operations: how the node is',
};

const intro = `# The HTTP API

This page follows from [\`packages/contract\`](../../packages/contract), as do \`GET /openapi.json\` and the types of our
clients; a test compares them. \`npm run docs\` writes it anew.

- Bodies are JSON, sent as \`application/json\`; a field that nobody knows is refused by name. At most 1 MiB, nested at most 16
  deep.
- Durations are text such as \`"30s"\`, \`"250ms"\` or \`"2m"\`, or a number of milliseconds.
- \`Rollcall-Revision\` is the revision that an answer shows, or that a write made. A cursor is \`epoch-revision\`: the ETag,
  the id of an event, and what \`since\` takes.
- A route that names an instance by its id alone serves it if only one service of the namespace uses that id; otherwise it
  answers \`409\` with the candidates, and \`?service=\` decides. \`?namespace=\` chooses another namespace than \`default\`.
- Whatever is refused is a problem document (RFC 9457). Its \`type\` ends in a code of the [catalogue](errors.md); where fields
  are wrong, it says of each what came and what is allowed. What is \`retryable\` comes with \`Retry-After\`.
- When there is more to do than can be done, calls are sent away by their lane, the last one first: ${lanes
  .filter((lane) => lane !== 'always')
  .join(', ')}.
- Web pages of other origins are refused, unless \`--cors-origin\` names them.
- Where a [token file](../security.md) is used, each call takes the right that is named with it: for the service that it
  names, for *some* service (it answers what the caller may read), for all services of the *namespace*, or for the whole
  *registry*.
`;

export function httpApiPage(): string {
  const sections = Object.entries(areas).map(([area, title]) =>
    [`## ${title}`, ...routes.filter((route) => route.area === area).map(routeSection)].join('\n\n'),
  );
  const shapes = Object.entries<Schema>(schemas).map(([name, schema]) => schemaSection(name, schema));
  const everywhere = `## What every call can be answered\n\n${problemTable(problemsOfAll)}`;
  return `${[intro.trimEnd(), ...sections, everywhere, '## Shapes', ...shapes].join('\n\n')}\n`;
}

function routeSection({
  method,
  path,
  summary,
  description,
  parameters,
  query,
  headers,
  body,
  answers,
  problems,
  ...route
}: Route): string {
  const given = [
    ...Object.entries(parameters ?? {}).map(([name, schema]) => row(`\`{${name}}\``, shapeOf({ schema }), '')),
    ...(query ?? []).map((one) => row(`\`?${one.name}=\``, shapeOf(one), `${one.description} Such as \`${one.example}\`.`)),
    ...(headers ?? []).map(({ name, description, example }) => row(`\`${name}\``, 'header', `${description} Such as \`${example}\`.`)),
    ...(body === undefined ? [] : [row('body', `${linkTo(body.schema)}${body.required ? '' : ', may be left out'}`, '')]),
  ];
  const answered = answers.map(({ status, description, schema, mediaType }) =>
    row(String(status), description, schema === undefined ? (mediaType === undefined ? '' : `\`${mediaType}\``) : linkTo(schema)),
  );
  return [
    `### ${method} ${path}`,
    [summary, ...(description === undefined ? [] : [description]), `Lane: ${route.lane}.`, rightOf(route)].join(' '),
    ...(given.length === 0 ? [] : [table(['what', 'shape', 'meaning'], given)]),
    table(['status', 'when', 'what'], [...answered, ...problems.map(problemRow)]),
  ].join('\n\n');
}

function rightOf({ right, over }: Pick<Route, 'right' | 'over'>): string {
  return right === 'none' ? 'Right: none.' : `Right: ${right}, ${over}.`;
}

function problemTable(codes: readonly ProblemCode[]): string {
  return table(['status', 'when', 'what'], codes.map(problemRow));
}

function problemRow(code: ProblemCode): readonly string[] {
  return row(String(problemStatuses[code]), `[\`${code}\`](errors.md#${code})`, linkTo('Problem'));
}

function schemaSection(name: string, schema: Schema): string {
  const spelled = name === 'Registration' ? [spellingsTable()] : [];
  const fields = schema.properties === undefined ? [plainShape(schema)] : [fieldTable(schema)];
  const [example] = schema.examples ?? [];
  const shown = example === undefined ? [] : [`\`\`\`json\n${JSON.stringify(example)}\n\`\`\``];
  return [`### ${name}`, ...(schema.description === undefined ? [] : [schema.description]), ...fields, ...spelled, ...shown].join('\n\n');
}

function fieldTable({ properties = {}, required = [] }: Schema): string {
  const fields = Object.entries(properties).map(([name, field]) => {
    const preset = field.default === undefined ? '' : ` Left out: \`${String(field.default)}\`.`;
    return row(`\`${name}\`${required.includes(name) ? '' : '?'}`, typeOf(field), `${field.description ?? ''}${preset}`);
  });
  return table(['field', 'shape', 'meaning'], fields);
}

function spellingsTable(): string {
  return table(
    ['also understood', 'for'],
    Object.entries(spellings).map(([spelling, field]) => row(`\`${spelling}\``, `\`${field}\``)),
  );
}

function plainShape(schema: Schema): string {
  return `Shape: ${typeOf(schema)}.`;
}

/** In words, so that nobody has to read a schema. */
function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return linkTo(schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1));
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${word}\``).join(', ');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.anyOf !== undefined && schema.type === undefined) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'anything' : typeOf(schema.items)}`;
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object') return `table of ${typeOf(schema.additionalProperties)}`;
  if (schema.type === 'string') return schema.pattern === undefined ? 'text' : `text: \`${schema.pattern.replaceAll('|', '\\|')}\``;
  const bounds = [schema.minimum, schema.maximum].filter((bound) => bound !== undefined).join(' to ');
  const number = schema.type === 'integer' ? 'whole number' : (schema.type ?? 'anything');
  return bounds === '' ? number : `${number}, from ${bounds}`;
}

function shapeOf({ schema, repeatable }: Pick<QueryParameter, 'schema' | 'repeatable'>): string {
  const shape = typeof schema === 'string' ? linkTo(schema) : typeOf(schema);
  return repeatable === true ? `${shape}, several times` : shape;
}

function linkTo(name: string): string {
  return `[${name}](#${name.toLowerCase()})`;
}

function row(...cells: readonly string[]): readonly string[] {
  return cells;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
