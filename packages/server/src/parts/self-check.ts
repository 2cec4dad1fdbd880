/** The slow comparison of view and log: where the log is in another process, and the way between may be at fault too. */
import { SelfCheck, type Catalog, type Meter, type Store } from '@rollcall/core';
import type { Part } from '../lifecycle.js';
import { etcdOf, type ServeOptions } from '../options/options.js';
import type { Surroundings } from '../surroundings.js';

export function selfCheckParts(
  options: ServeOptions,
  compared: { readonly store: Store; readonly catalog: Catalog; readonly meter: Meter },
  { clock, log }: Surroundings,
): readonly Part[] {
  if (etcdOf(options) === null) return [];
  const check = new SelfCheck({ ...compared, clock, log });
  return [{ name: 'the comparison of view and log', start: () => check.start(), close: () => check.close() }];
}
