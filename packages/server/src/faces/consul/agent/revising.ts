/**
 * Changing what is registered by what is registered: read, make anew, and write back over what was read. Whoever was overtaken
 * reads again.
 */
import {
  isRollcallError,
  Namespace,
  type Caller,
  type CatalogView,
  type Instance,
  type InstanceRef,
  type Machine,
  type MachineName,
  type MachineRegistration,
  type MachineWritten,
  type Manner,
  type Registered,
  type Registrar,
  type Registration,
} from '@rollcall/core';

import { looking } from './finding.js';

export interface Revising {
  readonly view: CatalogView;
  readonly registrar: Registrar;
  /** Settles with `true` once the view shows this revision. */
  readonly reached: (revision: number, withinMs: number) => Promise<boolean>;
}

/** Whoever is overtaken so often is one of very many who write the same. */
const TRIES_MAX = 8;

const SHOWN_WITHIN_MS = 5000;

/** `only`: where it changes nothing but checks. `make` may be called more than once; what it throws ends it. What was found of checks that stay, stays. */
export function reviseInstance(
  around: Revising,
  ref: InstanceRef,
  caller: Caller,
  make: (before: Instance | undefined) => Registration,
  only: Pick<Manner, 'only'> = {},
): Promise<Registered> {
  const { view, registrar } = around;
  return retried(around, () => {
    const before = view.instance(ref, looking);
    return registrar.register(make(before), caller, { findings: 'kept', over: before?.revision ?? 0, ...only });
  });
}

/** The same of a machine. */
export function reviseMachine(
  around: Revising,
  name: MachineName,
  caller: Caller,
  make: (before: Machine | undefined) => MachineRegistration,
): Promise<MachineWritten> {
  const { view, registrar } = around;
  return retried(around, () => {
    const before = view.machine({ namespace: Namespace.default, name }, looking);
    return registrar.putMachine(make(before), caller, { findings: 'kept', over: before?.revision ?? 0 });
  });
}

async function retried<Answer>({ reached }: Revising, attempt: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isRollcallError(error, 'conflict') || tries === TRIES_MAX) throw error;
      const { revision } = error.details;
      if (typeof revision === 'number') await reached(revision, SHOWN_WITHIN_MS);
    }
  }
}
