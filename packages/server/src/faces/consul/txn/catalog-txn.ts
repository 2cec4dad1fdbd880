/** What a transaction does to nodes, services and checks. */
import type { Caller } from '@rollcall/core';
import type { CatalogWrites } from '../catalog/writes.js';
import type { CatalogOperation } from './operations.js';

/** One that can be done. */
export interface CatalogStep {
  /** Does it, where there is something to do: by way of these. */
  apply(writes: CatalogWrites): Promise<void>;
  /** What it has to show afterwards; `null` for nothing. */
  shown(): object | null;
}

export interface CatalogTxn {
  isReading(operation: CatalogOperation): boolean;
  /** For one transaction of this caller: judges its operations in turn, and does nothing yet. */
  begin(caller: Caller): (operation: CatalogOperation) => CatalogStep | { readonly fault: string };
  /** By which they are done. */
  readonly writes: CatalogWrites;
}
