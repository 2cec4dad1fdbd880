/** The registrar over a log: what is said about an instance becomes a commit, and the answer waits until it shows. */
import { RollcallError } from '../errors.js';
import type { Caller, CatalogView, Registered, Registrar } from '../face.js';
import type { Attendance } from '../attendance/attendance.js';
import { bornCircumstances, instanceOf, type Instance } from '../catalog/instance.js';
import type { InstanceRef, Registration } from '../catalog/registration.js';
import type { Clock } from '../ports/clock.js';
import { instanceNotFound } from '../query/find-instance.js';
import { deleteRecord, type Amendments, type Plan, type Stored } from './amend.js';
import { planRegistration, type RegistrationPlan } from './plan-registration.js';
import type { Visibility } from './visibility.js';

export interface LogRegistrarOptions {
  readonly amendments: Amendments;
  readonly view: CatalogView;
  readonly attendance: Pick<Attendance, 'beat'>;
  readonly visibility: Visibility;
  readonly clock: Clock;
}

export class LogRegistrar implements Registrar {
  readonly #options: LogRegistrarOptions;

  constructor(options: LogRegistrarOptions) {
    this.#options = options;
  }

  async register(registration: Registration, _caller: Caller): Promise<Registered> {
    const { amendments, attendance, visibility, clock } = this.#options;
    let before: Stored | undefined;
    const { answer, revision } = await amendments.amend(registration, (stored) => {
      before = stored;
      return planRegistration(registration, stored, clock.wallMs());
    });
    await visibility.wait(revision);
    await attendance.beat(registration);
    return { instance: registeredInstance(answer, before, revision), created: answer.created, revision };
  }

  async deregister(ref: InstanceRef, _caller: Caller): Promise<{ readonly revision: number }> {
    const { amendments, visibility } = this.#options;
    const { revision } = await amendments.amend(ref, (stored) => planDeparture(ref, stored));
    await visibility.wait(revision);
    return { revision };
  }

  async heartbeat(ref: InstanceRef, caller: Caller): Promise<void> {
    const { view, attendance } = this.#options;
    const heard = await attendance.beat(ref);
    if (view.instance(ref, caller) === undefined) throw instanceNotFound(ref.id, ref.service);
    if (!heard)
      throw new RollcallError('outcome-unknown', 'The heartbeat was heard, but the log would not take the recovery yet. Beat again.');
  }

  // The rest of the door is being hung.
  registerMany(): Promise<never> {
    return unbuilt();
  }
  heartbeats(): Promise<never> {
    return unbuilt();
  }
  setMode(): Promise<never> {
    return unbuilt();
  }
  overrideStatus(): Promise<never> {
    return unbuilt();
  }
  patch(): Promise<never> {
    return unbuilt();
  }
  putMachine(): Promise<never> {
    return unbuilt();
  }
  setMachineMode(): Promise<never> {
    return unbuilt();
  }
  removeMachine(): Promise<never> {
    return unbuilt();
  }
  setPanicRule(): Promise<never> {
    return unbuilt();
  }
}

function unbuilt(): Promise<never> {
  return Promise.reject(new RollcallError('internal', 'This call is not there yet.'));
}

function planDeparture(ref: InstanceRef, { registration }: Stored): Plan<null> {
  if (registration === null) throw instanceNotFound(ref.id, ref.service);
  return { operations: [deleteRecord('instances', ref), deleteRecord('health', ref)], answer: null };
}

/** What this registration made, also if somebody has changed it again before it was shown. */
function registeredInstance({ record, written, reborn }: RegistrationPlan, before: Stored | undefined, revision: number): Instance {
  const found = before?.registration ?? { createRevision: revision, revision };
  const entry = { createRevision: found.createRevision, revision: written ? revision : found.revision };
  const health = reborn ? null : (before?.health ?? null);
  const verdicts = health === null ? {} : { verdicts: health.record.verdicts, healthRevision: health.revision };
  return instanceOf({ ...record, ...entry }, { ...bornCircumstances, ...verdicts });
}
