/** What options mean only together: found out before anything is started, and said all at once. */
import { exposureOf } from './access/exposure.js';
import { tlsObjection } from './doors/http/tls.js';
import type { ServeOptions } from './options.js';

/** Sentences; empty if they make sense together. */
export function objectionsTo(options: ServeOptions): readonly string[] {
  const { refusal } = exposureOf({ ...options, isEncrypted: options.tlsCert !== null });
  return [tlsObjection(options), refusal].filter((objection) => objection !== null);
}
