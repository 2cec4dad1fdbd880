/** For which services a right holds. Decided by names as the catalog folds them, so that no spelling reaches further. */
import { SERVICE_NAME_CHARACTERS_MAX } from '../catalog/bounds.js';
import { ServiceName, type Namespace } from '../catalog/names.js';
import type { ValueKind } from '../catalog/value-kind.js';

/** Folded: one service, all that begin so (with a star behind), or all (a star). */
export type ServicePattern = string & { readonly named: 'pattern' };

const pattern = new RegExp(`^(?:\\*|[a-z0-9][a-z0-9._~:-]{0,${SERVICE_NAME_CHARACTERS_MAX - 1}}\\*?)$`);

export const ServicePattern: ValueKind<ServicePattern> = {
  allowed: 'the name of a service, the beginning of names with a * behind it, or * for all',
  parse(value) {
    const folded = typeof value === 'string' ? value.toLowerCase() : '';
    return pattern.test(folded) ? (folded as ServicePattern) : undefined;
  },
};

export interface ScopeOptions {
  readonly namespaces: readonly Namespace[] | 'all';
  readonly services: readonly ServicePattern[];
}

export class Scope {
  /** Every service of every namespace, and what belongs to no service. */
  readonly isEverything: boolean;
  readonly isNothing: boolean;
  /** The same for scopes that cover the same by the same words; empty for everything. */
  readonly key: string;
  /** What it was made of, and can be made of again: plain data, which may cross to another thread. */
  readonly words: ScopeOptions;
  readonly #namespaces: ReadonlySet<Namespace> | 'all';
  readonly #names: ReadonlySet<string>;
  readonly #beginnings: readonly string[];
  readonly #allServices: boolean;

  constructor(words: ScopeOptions) {
    const { namespaces, services } = words;
    this.words = words;
    const beginnings = services.filter((one) => one.endsWith('*')).map((one) => one.slice(0, -1));
    this.#namespaces = namespaces === 'all' ? 'all' : new Set(namespaces);
    this.#names = new Set(services.filter((one) => !one.endsWith('*')));
    this.#allServices = beginnings.includes('');
    this.#beginnings = beginnings;
    this.isEverything = this.#allServices && namespaces === 'all';
    this.isNothing = services.length === 0 || namespaces.length === 0;
    this.key = this.isEverything ? '' : keyOf(namespaces, services);
  }

  /** The law: equal for every spelling of the name. */
  covers(namespace: Namespace, service: ServiceName): boolean {
    if (this.isEverything) return true;
    if (!this.#reaches(namespace)) return false;
    if (this.#allServices) return true;
    const folded = ServiceName.fold(service);
    return this.#names.has(folded) || this.#beginnings.some((beginning) => folded.startsWith(beginning));
  }

  /** All services of it, those that are not there yet too. */
  coversNamespace(namespace: Namespace): boolean {
    return this.#allServices && this.#reaches(namespace);
  }

  /** Some service of it could be covered. */
  touches(namespace: Namespace): boolean {
    return !this.isNothing && this.#reaches(namespace);
  }

  #reaches(namespace: Namespace): boolean {
    return this.#namespaces === 'all' || this.#namespaces.has(namespace);
  }
}

function keyOf(namespaces: readonly Namespace[] | 'all', services: readonly ServicePattern[]): string {
  const sorted = (words: readonly string[]): readonly string[] => [...new Set(words)].sort();
  return JSON.stringify([namespaces === 'all' ? '*' : sorted(namespaces), sorted(services)]);
}
