/** Where a call goes: method and path as the contract has them, with what varies filled in. */
import { routes, type Operation, type Route } from '@rollcall/contract';

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface Target {
  readonly method: Route['method'];
  /** Path and query, ready for the wire. */
  readonly path: string;
  /** Doing it twice is doing it once, and says the same. */
  readonly repeatable: boolean;
}

const byOperation: ReadonlyMap<Operation, Route> = new Map(routes.map((route) => [route.operation, route]));

export function targetOf(operation: Operation, varying: Readonly<Record<string, string>> = {}, query: Query = {}): Target {
  const { method, path } = routeOf(operation);
  const filled = path.replaceAll(/\{(\w+)\}/g, (_braces, name: string) => encodeURIComponent(varying[name] ?? ''));
  const asked = queryText(query);
  const repeatable = method === 'GET' || method === 'PUT' || operation === 'register' || operation === 'registerMany';
  return { method, path: `${filled}${asked === '' ? '' : `?${asked}`}`, repeatable };
}

/** Can it be asked with this parameter? */
export function takes(operation: Operation, parameter: string): boolean {
  return routeOf(operation).query?.some(({ name }) => name === parameter) === true;
}

function routeOf(operation: Operation): Route {
  const route = byOperation.get(operation);
  if (route === undefined) throw new TypeError(`The contract has no call ${operation}.`);
  return route;
}

function queryText(query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    const values = typeof value === 'object' ? value : value === undefined ? [] : [String(value)];
    return values.map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`);
  });
  return pairs.join('&');
}
