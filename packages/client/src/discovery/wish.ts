/** Whom one wants of a service, and the one spelling by which equal wishes are known to be equal. */
import { schemas } from '@rollcall/contract';
import type { BalancingOptions } from '../balancing/balancing-options.js';
import { filterQuery, type InstanceFilters } from '../options.js';
import type { Instance } from '../shapes.js';
import type { Subset } from './subset.js';

/** What the registry filters by itself, and what is chosen here out of its answer. */
export interface Wish extends InstanceFilters {
  readonly namespace?: string;
  /** What the registry cannot filter by: chosen here, out of what it tells. */
  readonly where?: (instance: Instance) => boolean;
  /** Of a large fleet only so many, always the same ones as far as possible. */
  readonly subset?: Subset;
  /** Addresses (`10.0.0.5:8080`, `pay.example:80`, `[::1]:80`) for as long as nobody ever said who there is. */
  readonly fallback?: readonly string[];
}

/** What one wants of a service, and how it is called by those who pick. */
export interface ServiceWish extends Wish {
  /** Instead of what `calls` says for the service. Endpoints are of one's own then, and so is what is learnt about them. */
  readonly balancing?: BalancingOptions;
}

/** What one view is of: who wants the same shares it. */
export interface Question {
  readonly service: string;
  readonly namespace: string;
  readonly filters: InstanceFilters;
}

const names: Readonly<Record<'service' | 'namespace', RegExp>> = {
  service: new RegExp(schemas.ServiceName.pattern, 'u'),
  namespace: new RegExp(schemas.Namespace.pattern, 'u'),
};

/** Throws a `TypeError` for what is no name: that would never become better by waiting. */
export function questionOf(service: string, usualNamespace: string, wish: Wish): Question {
  const { namespace = usualNamespace, health, tags, metadata, version, zone, near } = wish;
  demandName('service', service);
  demandName('namespace', namespace);
  const given = { health, tags, metadata, version, zone, near };
  const filters = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as InstanceFilters;
  return { service, namespace, filters };
}

/** The same for all who may share a stream: they differ in the service at most. */
export function groupKey({ namespace, filters }: Question): string {
  const { tag, ...rest } = filterQuery(filters);
  const tags = typeof tag === 'object' ? [...new Set(tag)].sort() : [];
  const pairs = Object.entries(rest).filter(([, value]) => value !== undefined);
  return JSON.stringify([namespace, tags, pairs.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** Service names are matched without regard to case. */
export function questionKey(question: Question): string {
  return `${foldedName(question.service)} ${groupKey(question)}`;
}

export function foldedName(service: string): string {
  return service.toLowerCase();
}

function demandName(what: keyof typeof names, name: string): void {
  if (typeof name !== 'string' || !names[what].test(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a ${what}.`);
}
