/** The audit, where one was asked for: what stands before the registrar and the guard, and what a door has refused. */
import { isRollcallError, type GuardDesk, type Meter, type Registrar, type RollcallError } from '@rollcall/core';
import { Audit, type AuditEntry } from '../access/audit.js';
import { AuditedGuardDesk, AuditedRegistrar, isWritten } from '../access/audited-registrar.js';
import type { Refused } from '../doors/http/door.js';
import type { Part } from '../lifecycle.js';
import type { ServeOptions } from '../options/options.js';
import type { Surroundings } from '../surroundings.js';

export interface Auditing {
  registrar(audited: Registrar): Registrar;
  /** The same before a draft's: what is done stands in the book when it is written, with the revision that it made. */
  drafted(audited: Registrar): DraftedRegistrar;
  guard(audited: GuardDesk): GuardDesk;
  readonly refused: ((error: RollcallError, refused: Refused) => void) | undefined;
  /** Of what is written and is no registrar's matter; `undefined` where nobody keeps a book. */
  readonly wrote: ((entry: AuditEntry) => void) | undefined;
  readonly parts: readonly Part[];
}

export interface DraftedRegistrar {
  readonly registrar: Registrar;
  readonly ended: (end: DraftEnd) => void;
}

/** The revision that it made, or `null` where there was nothing to write; what went wrong; or that it is forgotten, and drafted anew. */
type DraftEnd = { readonly revision: number | null } | { readonly error: unknown } | 'forgotten';

export function auditing(options: ServeOptions, { clock, log }: Surroundings, meter: Meter): Auditing {
  // Also where nobody keeps one: what it would count is described.
  const audit = new Audit({ target: options.audit ?? '-', clock, log, meter });
  if (options.audit === null)
    return {
      registrar: (plain) => plain,
      drafted: (plain) => ({ registrar: plain, ended: () => undefined }),
      guard: (plain) => plain,
      refused: undefined,
      wrote: undefined,
      parts: [],
    };
  return {
    registrar: (audited) => new AuditedRegistrar(audited, audit),
    drafted: (audited) => draftedIn(audited, audit),
    guard: (audited) => new AuditedGuardDesk(audited, audit),
    refused: (error, refused) => noteRefusal(audit, error, refused),
    wrote: (entry) => audit.record(entry),
    parts: [{ name: 'the audit', start: () => audit.open(), reload: () => audit.reopen(), close: () => audit.close() }],
  };
}

/** Refusals are written down in any case. */
function draftedIn(audited: Registrar, audit: Audit): DraftedRegistrar {
  const entries: AuditEntry[] = [];
  return {
    registrar: new AuditedRegistrar(audited, { record: (entry) => void entries.push(entry) }),
    ended: (end) => {
      for (const entry of entries.splice(0)) {
        if (entry.result !== 'done') audit.record(entry);
        else if (end !== 'forgotten') audit.record(endedEntry(entry, end));
      }
    },
  };
}

function endedEntry(entry: AuditEntry, end: Exclude<DraftEnd, 'forgotten'>): AuditEntry {
  if ('error' in end) {
    const { revision: _none, ...rest } = entry;
    return { ...rest, result: isRollcallError(end.error) ? end.error.code : 'refused' };
  }
  const { revision } = end;
  return revision === null || entry.revision === undefined ? entry : { ...entry, revision };
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
