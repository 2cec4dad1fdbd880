/** A place in one particular log: which log it is, and how far in it. */

export interface Position {
  /** The log's identity: another one after a restore, or when a registry lost what it knew. `''` where nobody said it. */
  readonly epoch: string;
  readonly revision: number;
}

/** Out of a cursor, `EPOCH-REVISION`; without one (something on the way took it off), a revision of a log without a name. */
export function positionOf(cursor: string | undefined, revision: number): Position {
  const found = /^(.+)-(\d{1,15})$/.exec(cursor ?? '');
  return found === null ? { epoch: '', revision } : { epoch: found[1] ?? '', revision: Number(found[2]) };
}
