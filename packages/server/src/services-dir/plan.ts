/**
 * What has to be registered and what has to go, given what the files say and what the catalog shows. Pure. An instance
 * is a file's own by the mark that it carries; whatever carries another is somebody else's, and left alone.
 */
import { refText, type InstanceRef, type Origin, type Registration } from '@rollcall/core';
import type { Mark } from './origin.js';

/** What is known of a file that is there. */
export interface KnownFile {
  /** As it was when it was last sound; `null` if it has not been, since the start. */
  readonly listed: readonly Registration[] | null;
}

/** An instance that came from a file, now or before a restart. */
export interface Owned {
  readonly ref: InstanceRef;
  readonly file: string;
}

export interface Circumstances {
  readonly mark: Mark;
  /** By name, all that are there. */
  readonly files: ReadonlyMap<string, KnownFile>;
  readonly owned: ReadonlyMap<string, Owned>;
  /** What was last registered for this instance, as text. */
  readonly applied: ReadonlyMap<string, string>;
  readonly present: (ref: InstanceRef) => { readonly origin: Origin } | undefined;
}

export interface Plan {
  readonly register: readonly Registration[];
  readonly deregister: readonly InstanceRef[];
  /** Owned no more: others took them over, or they are gone. */
  readonly forget: readonly InstanceRef[];
  /** What could not be had, and why. */
  readonly conflicts: readonly Conflict[];
}

export interface Conflict {
  readonly file: string;
  readonly ref: InstanceRef;
  readonly reason: string;
}

export function planSync(now: Circumstances): Plan {
  const { wanted, conflicts } = wantedOf(now.files);
  const isOthers = (ref: InstanceRef): boolean => isForeign(now.present(ref), now.mark);
  const foreign = wanted.filter(({ registration }) => isOthers(registration));
  const own = wanted.map(({ registration }) => registration).filter((registration) => !isOthers(registration));
  const names = new Set(wanted.map(({ registration }) => refText(registration)));
  const leaving = [...now.owned.values()].filter((one) => isLeaving(one, now, names)).map(({ ref }) => ref);
  const isGone = (ref: InstanceRef): boolean => now.present(ref) === undefined || isOthers(ref);
  return {
    register: own.filter((registration) => isDue(registration, now)),
    deregister: leaving.filter((ref) => !isGone(ref)),
    forget: [...leaving.filter(isGone), ...foreign.map(({ registration }) => registration)],
    conflicts: [...conflicts, ...foreign.map((one) => taken(one, now))],
  };
}

export function appliedText(registration: Registration): string {
  return JSON.stringify(registration);
}

interface Wanted {
  readonly registration: Registration;
  readonly file: string;
}

/** In the order of the files' names: the first one that lists an instance has it. */
function wantedOf(files: Circumstances['files']): { readonly wanted: readonly Wanted[]; readonly conflicts: readonly Conflict[] } {
  const wanted = new Map<string, Wanted>();
  const conflicts: Conflict[] = [];
  for (const [file, { listed }] of [...files].toSorted(([left], [right]) => (left < right ? -1 : 1))) {
    for (const registration of listed ?? []) {
      const name = refText(registration);
      const before = wanted.get(name);
      if (before === undefined) wanted.set(name, { registration, file });
      else conflicts.push({ file, ref: registration, reason: `${before.file} lists it already` });
    }
  }
  return { wanted: [...wanted.values()], conflicts };
}

/**
 * It changed, or nobody here has registered it since the start, or it is missing. One that beats and is missing lapsed:
 * a line in a file that did not change is no sign of life.
 */
function isDue(registration: Registration, { applied, present }: Circumstances): boolean {
  if (applied.get(refText(registration)) !== appliedText(registration)) return true;
  return registration.checks.length === 0 && present(registration) === undefined;
}

/** Nobody lists it any more; a file that cannot be read just now may still. */
function isLeaving({ ref, file }: Owned, { files }: Circumstances, wanted: ReadonlySet<string>): boolean {
  const known = files.get(file);
  return !wanted.has(refText(ref)) && (known === undefined || known.listed !== null);
}

function isForeign(present: { readonly origin: Origin } | undefined, mark: Mark): boolean {
  return present !== undefined && mark.fileOf(present.origin) === null;
}

function taken({ file, registration }: Wanted, { present }: Circumstances): Conflict {
  const { face = 'another' } = present(registration)?.origin ?? {};
  return { file, ref: registration, reason: `it was registered otherwise (${face}), and that stays` };
}
