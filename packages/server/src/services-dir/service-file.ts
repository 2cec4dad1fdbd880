/** One file, read: the registrations that it makes, or everything that is wrong with it, each with its line. */
import {
  describe,
  isObject,
  isRollcallError,
  nearest,
  refText,
  type FieldProblem,
  type InstanceRef,
  type Origin,
  type Registration,
} from '@rollcall/core';
import { readYaml, type YamlDocument, type YamlFault, type YamlPath } from '../shared/yaml-text.js';
import type { Mark } from './origin.js';

export interface ServiceFile {
  readonly listed: readonly Registration[];
  /** If there are any, nothing is listed. */
  readonly faults: readonly YamlFault[];
}

/** `native`: in the words of `POST /register`. `consul`: as a file of Consul's configuration defines a service. */
type FileManner = 'native' | 'consul';

/** Throws `invalid-request`. */
export type ReadRegistration = (input: unknown, origin: Origin, manner: FileManner) => Registration;

/** Pure. */
export function readServiceFile(name: string, text: string, read: ReadRegistration, mark: Mark): ServiceFile {
  const { documents, faults } = documentsIn(text);
  if (faults.length > 0) return { listed: [], faults };
  // A file that is being written is empty for a moment, and nobody has to go for that.
  if (documents.length === 0) return { listed: [], faults: [{ line: 1, message: 'it says nothing; `instances: []` is none' }] };
  const entries = documents.flatMap(entriesOf);
  const results = entries.map((entry) => ({ ...readEntry(entry, mark.originOf(name), read), entry }));
  const all = [...results.flatMap((result) => result.faults), ...repeated(results)];
  return all.length > 0
    ? { listed: [], faults: all.toSorted((left, right) => left.line - right.line) }
    : { listed: results.flatMap(({ listed }) => listed), faults: [] };
}

/** Where people mean what they write: version 1.10, and `canary: true` in the metadata. */
const texts: ReadonlySet<unknown> = new Set([
  'version',
  'zone',
  'region',
  'machine',
  'tags',
  'metadata',
  'id',
  'instanceId',
  'instance_id',
]);

/** Some six hundred instances: reading that much YAML takes a few tenths of a second, in which nobody else is served. */
const YAML_CHARACTERS_MAX = 65_536;

/** JSON at once, which is twenty times quicker; YAML, and JSON that is not sound, by the reader that knows lines. */
function documentsIn(text: string): { readonly documents: readonly YamlDocument[]; readonly faults: readonly YamlFault[] } {
  const options = { isText: (path: YamlPath) => texts.has(path[0] === 'instances' ? path[2] : path[0]) };
  try {
    if (!/^\s*\{/.test(text)) return text.length > YAML_CHARACTERS_MAX ? tooLong : readYaml(text, options);
    const value: unknown = JSON.parse(text);
    let lines: YamlDocument | undefined;
    const lineOf = (path: YamlPath): number => (lines ??= readYaml(text).documents[0])?.lineOf(path) ?? 1;
    return { documents: [{ value, line: 1, lineOf }], faults: [] };
  } catch {
    return readYaml(text, options);
  }
}

const tooLong: ReturnType<typeof readYaml> = {
  documents: [],
  faults: [{ line: 1, message: `it has more than ${YAML_CHARACTERS_MAX} characters of YAML; divide it, or write it as JSON` }],
};

interface Entry {
  readonly manner: FileManner;
  /** A table, if it makes any sense. */
  readonly input: unknown;
  /** Finding a line may take as long as reading the whole file, and is only asked for where there is something to say. */
  readonly line: () => number;
  readonly lineOf: (field: YamlPath) => number;
}

/** One registration, or a list of them below what they have in common; or services as Consul's files define them. */
function entriesOf(document: YamlDocument): readonly Entry[] {
  const { value, line, lineOf } = document;
  if (isObject(value) && (isObject(value['service']) || Array.isArray(value['services']))) return definitionsOf(value, document);
  const manner = 'native';
  if (!isObject(value) || !('instances' in value)) return [{ manner, input: value, line: () => line, lineOf }];
  const { instances, ...common } = value;
  if (!Array.isArray(instances)) return [{ manner, input: [instances], line: () => lineOf(['instances']), lineOf }];
  return instances.map((own: unknown, at) => ({
    manner,
    input: isObject(own) ? { ...common, ...own } : own,
    line: () => lineOf(['instances', at]),
    lineOf: ([field = '', ...rest]) =>
      isObject(own) && !(field in own) && field in common ? lineOf([field, ...rest]) : lineOf(['instances', at, field, ...rest]),
  }));
}

/** `{ "service": { … } }` and `{ "services": [ … ] }`. What else is among Consul's settings means nothing here. */
function definitionsOf({ service, services }: Readonly<Record<string, unknown>>, { lineOf }: YamlDocument): readonly Entry[] {
  const entry = (input: unknown, path: YamlPath): Entry => ({
    manner: 'consul',
    input,
    line: () => lineOf(path),
    lineOf: (field) => lineOf([...path, ...field]),
  });
  const several = Array.isArray(services) ? (services as unknown[]) : [];
  return [...(isObject(service) ? [entry(service, ['service'])] : []), ...several.map((one, at) => entry(one, ['services', at]))];
}

function readEntry({ manner, input, line, lineOf }: Entry, origin: Origin, read: ReadRegistration): ServiceFile {
  if (!isObject(input)) {
    return {
      listed: [],
      faults: [{ line: line(), message: `it is ${describe(input)}; allowed is a registration, or \`instances\` with a list of them` }],
    };
  }
  try {
    // Nobody beats for a line in a file, unless it says that somebody does.
    return { listed: [read(manner === 'native' ? { ttl: 'none', ...input } : input, origin, manner)], faults: [] };
  } catch (error) {
    if (!isRollcallError(error, 'invalid-request')) throw error;
    const problems = (error.details['problems'] ?? []) as readonly FieldProblem[];
    if (problems.length === 0) return { listed: [], faults: [{ line: line(), message: error.message }] };
    return {
      listed: [],
      faults: problems.map(({ field, came, allowed }) => ({
        line: lineOf(pathOf(field)),
        message: `${field} is ${came}; allowed is ${allowed}${meant(field, came, allowed)}`,
      })),
    };
  }
}

/** `metadata.zone` and `tags[3]`, as they are spoken of in problems. */
function pathOf(field: string): YamlPath {
  return [...field.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name = '']) => (index === undefined ? name : Number(index)));
}

function meant(field: string, came: string, allowed: string): string {
  const known = allowed.startsWith('only ') && came.startsWith('a field') ? allowed.slice('only '.length).split(', ') : [];
  const near = nearest(field, known);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

function repeated(results: readonly (ServiceFile & { readonly entry: Entry })[]): readonly YamlFault[] {
  const first = new Map<string, Entry>();
  return results.flatMap(({ listed, entry }) =>
    listed.flatMap((registration) => {
      const before = first.get(refText(registration));
      first.set(refText(registration), before ?? entry);
      if (before === undefined) return [];
      return [{ line: entry.line(), message: `${nameOf(registration)} is there already, in line ${before.line()}` }];
    }),
  );
}

/** As logs speak of an instance. */
export function nameOf({ namespace, service, id }: InstanceRef): string {
  return `${namespace}/${service}/${id}`;
}
