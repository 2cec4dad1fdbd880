/** The mark that instances from files carry in the log, so that no file ever removes what it did not bring. */
import type { Origin } from '@rollcall/core';

const PREFIX = 'files:';

export function originOf(file: string): Origin {
  return { face: `${PREFIX}${file}` };
}

/** `null` for an instance that came otherwise. */
export function fileOf({ face }: Origin): string | null {
  return face.startsWith(PREFIX) ? face.slice(PREFIX.length) : null;
}
