/** The audit, where one was asked for: what stands before the registrar and the guard, and what a door has refused. */
import type { GuardDesk, Meter, Registrar, RollcallError } from '@rollcall/core';
import { Audit, type AuditEntry } from '../access/audit.js';
import { AuditedGuardDesk, AuditedRegistrar, isWritten } from '../access/audited-registrar.js';
import type { Refused } from '../doors/http/door.js';
import type { Part } from '../lifecycle.js';
import type { ServeOptions } from '../options.js';
import type { Surroundings } from '../surroundings.js';

export interface Auditing {
  registrar(audited: Registrar): Registrar;
  guard(audited: GuardDesk): GuardDesk;
  readonly refused: ((error: RollcallError, refused: Refused) => void) | undefined;
  /** Of what is written and is no registrar's matter; `undefined` where nobody keeps a book. */
  readonly wrote: ((entry: AuditEntry) => void) | undefined;
  readonly parts: readonly Part[];
}

export function auditing(options: ServeOptions, { clock, log }: Surroundings, meter: Meter): Auditing {
  // Also where nobody keeps one: what it would count is described.
  const audit = new Audit({ target: options.audit ?? '-', clock, log, meter });
  if (options.audit === null)
    return { registrar: (plain) => plain, guard: (plain) => plain, refused: undefined, wrote: undefined, parts: [] };
  return {
    registrar: (audited) => new AuditedRegistrar(audited, audit),
    guard: (audited) => new AuditedGuardDesk(audited, audit),
    refused: (error, refused) => noteRefusal(audit, error, refused),
    wrote: (entry) => audit.record(entry),
    parts: [{ name: 'the audit', start: () => audit.open(), reload: () => audit.reopen(), close: () => audit.close() }],
  };
}

/** What the registrar has refused stands in the audit already. */
function noteRefusal(audit: Audit, error: RollcallError, refused: Refused): void {
  if (isWritten(error)) return;
  const { identity, right } = error.details;
  audit.record({
    who: typeof identity === 'string' ? identity : 'unknown',
    ...refused,
    result: error.code,
    ...(typeof right === 'string' ? { right } : {}),
  });
}
