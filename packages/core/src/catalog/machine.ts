/** Where instances run. A machine may have no instances, and an instance may name one that is not here. */
import { healthOf, type Health, type Verdicts } from './health.js';
import type { Host } from './host.js';
import type { ModeIntent, Mode } from './intent.js';
import type { MachineName, Namespace } from './names.js';
import type { Check, Origin } from './registration.js';

export interface MachineRef {
  readonly namespace: Namespace;
  readonly name: MachineName;
}

/** What is said of a machine by whoever looks after it. */
export interface MachineRegistration extends MachineRef {
  /** By what they are for: `lan`, `wan`, `host` … */
  readonly addresses: Readonly<Record<string, Host>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Its own: what they find counts for all of its instances. */
  readonly checks: readonly Check[];
  readonly origin: Origin;
}

/** As the catalog shows it. Derived, never stored. */
export interface Machine extends MachineRegistration {
  readonly registeredAtMs: number;
  readonly createRevision: number;
  /** The revision that last changed the registration. */
  readonly revision: number;
  /** The revision that last changed the verdicts; 0 before the first. */
  readonly healthRevision: number;
  readonly health: Health;
  readonly verdicts: Verdicts;
  readonly mode: Mode;
  /** Why the mode is what it is; `null` for `in`. */
  readonly modeIntent: ModeIntent | null;
}

/** What a machine's registration becomes under what was found and said about it. */
export function machineOf(
  one: Registered,
  { verdicts, healthRevision, mode }: Pick<Machine, 'verdicts' | 'healthRevision'> & { readonly mode: ModeIntent | null },
): Machine {
  return {
    namespace: one.namespace,
    name: one.name,
    addresses: one.addresses,
    metadata: one.metadata,
    checks: one.checks,
    origin: one.origin,
    registeredAtMs: one.registeredAtMs,
    createRevision: one.createRevision,
    revision: one.revision,
    healthRevision,
    health: healthOf(one, verdicts),
    verdicts,
    mode: mode?.mode ?? 'in',
    modeIntent: mode,
  };
}

type Registered = MachineRegistration & Pick<Machine, 'registeredAtMs' | 'createRevision' | 'revision'>;
