/** Requests that make no sense, generated from the contract: in every field of every route something that does not belong there. */
import { openApiDocument, routes, schemas, type Route, type Schema } from '@rollcall/contract';
import { Ajv2020 } from 'ajv/dist/2020.js';

export interface Nonsense {
  /** What is wrong with it, for people. */
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** It must be refused; otherwise it may happen to make sense. */
  readonly mustBeRefused: boolean;
}

const ajv = new Ajv2020({ strict: false });
ajv.addFormat('date-time', true);
ajv.addSchema({ ...openApiDocument('1.2.3'), $id: 'rollcall' });

const JSON_TYPE = { 'content-type': 'application/json' };

const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** As JSON text, because some of it no JavaScript value could be. */
const odd: readonly string[] = [
  'null',
  'true',
  '0',
  '-1',
  '1.5',
  '1e308',
  '-0',
  '9007199254740993',
  '""',
  '" "',
  '".."',
  '"\\u0000"',
  '"\\ud800"',
  '"\\u202e"',
  '"__proto__"',
  `"${'x'.repeat(100_000)}"`,
  '[]',
  '[null]',
  '[[[]]]',
  deep(10),
  '{}',
  '{"__proto__":{"a":1}}',
  '{"constructor":{"prototype":{"a":1}}}',
  '{"":""}',
  `[${'0,'.repeat(20_000)}0]`,
];

const oddBodies: readonly (readonly [what: string, body: string, type?: string])[] = [
  ['no JSON', 'hello'],
  ['truncated JSON', '{"service":"pay'],
  ['JSON with something behind it', '{} {}'],
  ['two bytes that are no text', '\u00ff\u00fe'],
  ['a list', '[]'],
  ['a number', '7'],
  ['null', 'null'],
  ['a field called __proto__', '{"__proto__":{"service":"pay","host":"10.0.0.5"}}'],
  ['a field that nobody knows', '{"stranger":1}'],
  ['JSON that is deep', deep(100_000)],
  ['a body that is too large', `"${'x'.repeat(2 * 1024 * 1024)}"`],
  ['a form', 'service=pay&host=10.0.0.5', 'application/x-www-form-urlencoded'],
  ['a text', '{"service":"pay","host":"10.0.0.5"}', 'text/plain'],
  ['no type', '{"service":"pay","host":"10.0.0.5"}', ''],
  ['a type that is none', '{"service":"pay","host":"10.0.0.5"}', 'application/json/x'],
];

/** Escaped as far as a client must. */
const oddTexts: readonly string[] = [
  '',
  '%',
  '%zz',
  '%00',
  '%ff',
  '%ed%a0%80',
  '..',
  '%2e%2e',
  '%2F',
  '-1',
  '1e9',
  '__proto__',
  '%0d%0a',
  '%E2%80%AE',
  'x'.repeat(3000),
];

export function nonsense(): readonly Nonsense[] {
  return routes
    .flatMap((route: Route) => [...inPath(route), ...inQuery(route), ...inHeaders(route), ...inBody(route)])
    .concat(otherMethods());
}

const plain = (path: string): string => path.replaceAll(/\{\w+\}/g, 'pay');

function inPath({ method, path }: Route): readonly Nonsense[] {
  if (!path.includes('{')) return [];
  return [...oddTexts, '.', '%2e', 'a%20b', '%F0%9F%98%80'.repeat(300)].map((text) => ({
    ...asked(method, path.replaceAll(/\{\w+\}/g, text)),
    what: `${method} ${path} of ${shown(text)}`,
  }));
}

function inQuery({ method, path, query = [] }: Route): readonly Nonsense[] {
  const odd = query.flatMap(({ name, repeatable }) => [
    ...oddTexts.map((text) => `${name.replace('KEY', 'k')}=${text}`),
    ...(repeatable === true ? [Array.from({ length: 500 }, () => `${name}=a`).join('&')] : [`${name}=a&${name}=b`]),
  ]);
  return [...odd, '&&&=', '=', 'stranger=1', '__proto__=1', '?', '%=%', 'x'.repeat(8000)].map((text) => ({
    ...asked(method, `${plain(path)}?${text}`),
    what: `${method} ${path} with ${shown(text)}`,
  }));
}

function inHeaders({ method, path }: Route): readonly Nonsense[] {
  const names = ['if-none-match', 'last-event-id', 'accept', 'authorization', 'content-type', 'range', 'x-forwarded-for', 'expect'];
  const values = ['', '"', ',,,', 'W/"', '-', '\u00ff\u00fe', 'x'.repeat(6000), '__proto__', 'bytes=0-'];
  return names.flatMap((name) =>
    values.map((value) => ({
      ...asked(method, plain(path)),
      what: `${method} ${path} with ${name}: ${shown(value)}`,
      headers: { [name]: value },
    })),
  );
}

function inBody({ method, path, body }: Route): readonly Nonsense[] {
  if (body === undefined) return [];
  const schema: Schema = schemas[body.schema];
  const [example = {}] = schema.examples ?? [];
  const fields = Object.keys(schema.properties ?? {}).flatMap((field) =>
    odd.map((value) => {
      const text = JSON.stringify({ ...(example as object), [field]: 0 }).replace(`"${field}":0`, () => `"${field}":${value}`);
      return { what: `${field}: ${shown(value)}`, text, headers: JSON_TYPE };
    }),
  );
  const bodies = oddBodies.map(([what, text, type = 'application/json']) => ({
    what,
    text,
    headers: type === '' ? {} : { 'content-type': type },
  }));
  return [...fields, ...bodies].map(({ what, text, headers }) => ({
    ...asked(method, plain(path)),
    what: `${method} ${path} with ${what}`,
    headers,
    body: text,
    mustBeRefused: !('content-type' in headers) || headers['content-type'] !== 'application/json' || !fits(body.schema, text),
  }));
}

/** Every method on every path that has none of it. */
function otherMethods(): readonly Nonsense[] {
  const methods = ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY'];
  const paths = [
    ...new Set(routes.map(({ path }) => path)),
    '/',
    '//',
    '/nowhere',
    '/services/',
    '/services//instances',
    '/./services',
    '*',
  ];
  return paths.flatMap((path) =>
    methods
      .filter((method) => !routes.some((route) => route.path === path && route.method === method))
      .map((method) => ({ ...asked(method, plain(path)), what: `${method} ${path}`, mustBeRefused: true })),
  );
}

function asked(method: string, path: string): Omit<Nonsense, 'what'> {
  return { method, path, headers: {}, body: null, mustBeRefused: false };
}

/** As far as a schema can say. `null` stands for a field that is left out, and the items of a list are judged one by one. */
function fits(name: string, text: string): boolean {
  try {
    const value = JSON.parse(text, (_key, one: unknown) => one ?? undefined) as unknown;
    if (name.endsWith('List') && Object.values(value as object).some(Array.isArray)) return true;
    return ajv.getSchema(`rollcall#/components/schemas/${name}`)?.(value) === true;
  } catch {
    return false;
  }
}

function shown(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}… (${text.length})`;
}
