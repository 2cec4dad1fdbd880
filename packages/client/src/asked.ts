/** What varies between two calls. */
import type { InstanceOptions } from './options.js';
import type { Query } from './request-target.js';

export interface Asked {
  readonly varying?: Readonly<Record<string, string>>;
  readonly query?: Query;
  readonly body?: unknown;
}

/** One instance is meant. */
export function one(id: string, { service }: InstanceOptions): { readonly varying: { readonly id: string }; readonly query: Query } {
  return { varying: { id }, query: { service } };
}
