/**
 * Which route a path leads to. A word in the path beats a `word-:name` at the same place, that a `:name`, and that a `*`; where
 * the better one leads nowhere in the end, the next is tried.
 */
import { RollcallError } from '@rollcall/core';

export interface Found<Route> {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

interface Place<Route> {
  readonly words: Map<string, Place<Route>>;
  /** By what a segment begins with. */
  readonly begun: Map<string, Place<Route>>;
  any: Place<Route> | null;
  readonly here: Map<string, Target<Route>>;
  readonly below: Map<string, Target<Route>>;
}

interface Target<Route> {
  readonly route: Route;
  readonly names: readonly string[];
}

export class RouteTable<Route extends { readonly method: string; readonly path: string }> {
  readonly #root: Place<Route> = newPlace();

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#add(route);
  }

  /** `path` begins with a slash and has no query. Throws `invalid-request` for a segment that cannot be decoded. */
  find(method: string, path: string): Found<Route> | null {
    const segments = path.split('/');
    const values: string[] = [];
    const target = walk(this.#root, method, segments, 1, values);
    if (target === null) return null;
    const { route, names } = target;
    const parameters: Record<string, string> = {};
    names.forEach((name, at) => {
      parameters[name] = name === '*' ? (values[at] ?? '') : decoded(name, values[at]);
    });
    return { route, parameters };
  }

  #add(route: Route): void {
    const names: string[] = [];
    let place = this.#root;
    for (const segment of route.path.split('/').slice(1)) {
      if (segment === '*') {
        place.below.set(route.method, { route, names: [...names, '*'] });
        return;
      }
      if (segment.startsWith(':')) {
        names.push(segment.slice(1));
        place = place.any ??= newPlace();
      } else if (segment.includes(':')) {
        const [begin = '', name = ''] = segment.split(':');
        names.push(name);
        const next = place.begun.get(begin) ?? newPlace<Route>();
        place.begun.set(begin, next);
        place = next;
      } else {
        const next = place.words.get(segment) ?? newPlace<Route>();
        place.words.set(segment, next);
        place = next;
      }
    }
    place.here.set(route.method, { route, names });
  }
}

function newPlace<Route>(): Place<Route> {
  return { words: new Map(), begun: new Map(), any: null, here: new Map(), below: new Map() };
}

/** `values` holds what stands for the names on the way that was found. */
function walk<Route>(place: Place<Route>, method: string, segments: readonly string[], at: number, values: string[]): Target<Route> | null {
  const segment = segments[at];
  if (segment === undefined) return place.here.get(method) ?? below(place, method, segments, at, values);
  const word = place.words.get(segment);
  const byWord = word === undefined ? null : walk(word, method, segments, at + 1, values);
  if (byWord !== null) return byWord;
  for (const [begin, begunSo] of place.begun) {
    if (segment.length <= begin.length || !segment.startsWith(begin)) continue;
    values.push(segment.slice(begin.length));
    const byBegin = walk(begunSo, method, segments, at + 1, values);
    if (byBegin !== null) return byBegin;
    values.pop();
  }
  if (place.any !== null && segment !== '') {
    values.push(segment);
    const byName = walk(place.any, method, segments, at + 1, values);
    if (byName !== null) return byName;
    values.pop();
  }
  return below(place, method, segments, at, values);
}

function below<Route>(
  place: Place<Route>,
  method: string,
  segments: readonly string[],
  at: number,
  values: string[],
): Target<Route> | null {
  const target = place.below.get(method);
  if (target === undefined) return null;
  values.push(segments.slice(at).join('/'));
  return target;
}

function decoded(name: string, value = ''): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch (error) {
    const problem = {
      field: name,
      came: JSON.stringify(value.slice(0, 80)),
      allowed: 'text with every % followed by two hexadecimal digits',
    };
    throw new RollcallError(
      'invalid-request',
      `${name} is ${problem.came}, which is not a valid piece of a path; allowed is ${problem.allowed}.`,
      { problems: [problem] },
      { cause: error },
    );
  }
}
