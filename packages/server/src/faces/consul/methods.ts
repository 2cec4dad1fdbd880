/** What is said to a method that a path does not have, to `OPTIONS`, and to a path that nobody has. */
import type { HttpAnswer, HttpHead } from '../../shared/http-face.js';
import { ConsulRefusal, refusalAnswer } from './refusal.js';
import type { ConsulRoute } from './route.js';

export class MethodTable {
  readonly #paths: readonly { readonly pattern: RegExp; readonly methods: ReadonlySet<string> }[];

  /** Their paths begin behind `prefix`. */
  constructor(prefix: string, routes: readonly Pick<ConsulRoute, 'method' | 'path'>[]) {
    const byPath = grouped(routes);
    this.#paths = [...byPath].map(([path, methods]) => ({ pattern: patternOf(`${prefix}${path}`), methods }));
  }

  /** For a head that no route was found for. */
  answer({ method = 'GET', url = '' }: HttpHead, usual: readonly string[]): HttpAnswer {
    const path = url.split('?', 1)[0] ?? '';
    const methods = new Set(this.#paths.flatMap(({ pattern, methods }) => (pattern.test(path) ? [...methods] : [])));
    if (methods.size === 0) return refusalAnswer(new ConsulRefusal(404, 'Invalid URL path: not a recognized HTTP API endpoint'), usual);
    const allow = ['allow', ['OPTIONS', ...methods].join(',')];
    if (method === 'OPTIONS') return { status: 200, headers: [...usual, ...allow], body: null };
    return refusalAnswer(new ConsulRefusal(405, `method ${method} not allowed`, allow), usual);
  }
}

function grouped(routes: readonly Pick<ConsulRoute, 'method' | 'path'>[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byPath = new Map<string, Set<string>>();
  for (const { method, path } of routes) byPath.set(path, (byPath.get(path) ?? new Set()).add(method));
  return byPath;
}

/** `:name` is one segment, and `*` at the end all that is left. */
function patternOf(path: string): RegExp {
  const parts = path
    .split('/')
    .map((part) => (part === '*' ? '.*' : part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.+?^$()[\]{}|\\]/g, '\\$&')));
  return new RegExp(`^${parts.join('/')}$`);
}
