/** Queries that answer to many names: which one a name finds, and what the name puts into it. */
import type { Query } from '../keyspace/keyspace.js';
import type { QueryDefinition, QueryService } from '../keyspace/query-record.js';
import { compilePattern } from '../pattern/pattern.js';
import { ConsulRefusal } from '../refusal.js';

/** Throws what Consul refuses of a template: an expression or a word in it that nobody understands. */
export function demandTemplate(definition: QueryDefinition): void {
  if (!isTemplate(definition)) return;
  try {
    rendered(definition, definition.name);
  } catch (error) {
    throw new ConsulRefusal(500, `Bad Template: ${(error as Error).message}`, [], { cause: error });
  }
}

/** By its id, by its name, or the template that the name begins with the longest name of, without regard to case; `undefined` for none. */
export function findQuery(queries: ReadonlyMap<string, Query>, idOrName: string): Query | undefined {
  const known = queries.get(idOrName);
  if (known !== undefined) return known;
  const asked = idOrName.toLowerCase();
  let best: Query | undefined;
  for (const query of queries.values()) {
    if (!isTemplate(query)) {
      if (query.name !== '' && query.name.toLowerCase() === asked) return query;
    } else if (asked.startsWith(query.name.toLowerCase()) && query.name.length >= (best?.name.length ?? 0)) best = query;
  }
  return best;
}

/** Whether there is a query whose name ends so behind a dot. */
export function isBelow(queries: ReadonlyMap<string, Query>, name: string): boolean {
  const end = `.${name.toLowerCase()}`;
  for (const query of queries.values()) if (!isTemplate(query) && query.name.toLowerCase().endsWith(end)) return true;
  return false;
}

/** As it is asked by this name: of a template, with the name's parts in their places. */
export function resolvedQuery(query: Query, asked: string): Query {
  return !isTemplate(query) || asked === query.id ? query : { ...query, service: rendered(query, asked) };
}

function isTemplate({ template }: Pick<QueryDefinition, 'template'>): boolean {
  return template?.byPrefix === true;
}

function rendered({ name, template, service }: QueryDefinition, asked: string): QueryService {
  const regexp = template?.regexp ?? '';
  const groups = regexp === '' ? [] : (compilePattern(regexp).exec(asked) ?? []);
  const put = (text: string): string => filled(text, { asked, prefix: name, groups });
  const tags = service.tags.map(put);
  return {
    ...service,
    service: put(service.service),
    near: put(service.near),
    tags: template?.removeEmptyTags === true ? tags.filter((tag) => tag !== '' && tag !== '!') : tags,
    failover: { ...service.failover, datacenters: service.failover.datacenters.map(put) },
    nodeMeta: filledTable(service.nodeMeta, put),
    serviceMeta: filledTable(service.serviceMeta, put),
  };
}

interface Named {
  readonly asked: string;
  readonly prefix: string;
  readonly groups: readonly (string | undefined)[];
}

function filled(text: string, { asked, prefix, groups }: Named): string {
  return text.replaceAll(PLACE, (place: string, said: string | undefined) => {
    if (said === undefined) return '${';
    const match = /^match\(\s*(\d+)\s*\)$/.exec(said);
    if (match !== null) return groups[Number(match[1])] ?? '';
    switch (said) {
      case 'name.full':
        return asked;
      case 'name.prefix':
        return prefix;
      case 'name.suffix':
        return asked.slice(prefix.length);
      case 'agent.segment':
        return '';
      default:
        throw new Error(`unknown variable accessed: ${place}`);
    }
  });
}

/** `${…}`, or two dollars for a brace that is one. */
const PLACE = /\$\$\{|\$\{\s*([^}]*?)\s*\}/g;

function filledTable(table: Readonly<Record<string, string>>, put: (text: string) => string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [name, put(value)]));
}
