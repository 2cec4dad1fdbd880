/** Who may come in: read before everything else, so that a mistake there is found at once. */
import type { Log } from '@rollcall/core';
import { accessOf, type Access } from '../access/access.js';
import { exposureOf } from '../access/exposure.js';
import type { ServeOptions } from '../options/options.js';

/** Throws what is wrong with it. */
export async function readAccess(options: ServeOptions, log: Log): Promise<Access> {
  const { refusal, warnings } = exposureOf({ ...options, isEncrypted: options.tlsCert !== null });
  if (refusal !== null) throw new Error(refusal);
  for (const warning of warnings) log.warn(warning, { bind: options.bind });
  const access = accessOf({ ...options, log });
  await access.load();
  return access;
}
