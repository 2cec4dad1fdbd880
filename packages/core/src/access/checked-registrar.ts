/** The door for writes with its lock: every call is judged, for every face, before anything else happens. */
import type { Health } from '../catalog/health.js';
import type { ModeChange, Patch } from '../catalog/intent.js';
import type { MachineRef, MachineRegistration } from '../catalog/machine.js';
import type { PanicRule } from '../catalog/panic-rule.js';
import type { InstanceRef, Registration } from '../catalog/registration.js';
import type { RollcallError } from '../errors.js';
import type {
  GuardDesk,
  GuardReport,
  HeldScope,
  Caller,
  Changed,
  ItemResult,
  MachineWritten,
  Manner,
  Registered,
  Registrar,
  ServiceRef,
  Word,
  Written,
} from '../face.js';
import type { InstanceSelector } from '../query/find-instance.js';
import { followedBy, type AskedCheck } from '../registrar/check-changes.js';
import { demandRightSomewhere, mayDo, rightMissing, type Concern } from './judge.js';
import type { Right } from './right.js';

export class CheckedRegistrar implements Registrar {
  readonly #registrar: Registrar;

  constructor(registrar: Registrar) {
    this.#registrar = registrar;
  }

  register(registration: Registration, caller: Caller, manner?: Manner): Promise<Registered> {
    const objection = objectionTo(registration, caller);
    return objection === null ? this.#registrar.register(registration, caller, manner) : Promise.reject(objection);
  }

  async registerMany(registrations: readonly Registration[], caller: Caller): Promise<readonly ItemResult<Registered>[]> {
    if (caller.may.write.isEverything) return this.#registrar.registerMany(registrations, caller);
    const objections = registrations.map((one) => objectionTo(one, caller));
    const allowed = registrations.filter((_, at) => objections[at] === null);
    const results = (await this.#registrar.registerMany(allowed, caller)).values();
    return objections.map((error) => (error === null ? (results.next().value as ItemResult<Registered>) : { error }));
  }

  deregister(ref: InstanceRef, caller: Caller): Promise<Written> {
    return checked(caller, 'write', ref, () => this.#registrar.deregister(ref, caller));
  }

  heartbeat(ref: InstanceRef, caller: Caller, word?: Word): Promise<void> {
    return checked(caller, 'write', ref, () => this.#registrar.heartbeat(ref, caller, word));
  }

  /** Whose service a bare id is in is known where the instance is found: each is judged there. */
  heartbeats(selectors: readonly (InstanceSelector & Word)[], caller: Caller): Promise<readonly (RollcallError | null)[]> {
    return this.#registrar.heartbeats(selectors, caller);
  }

  setMode(ref: InstanceRef, change: ModeChange, caller: Caller): Promise<Changed> {
    return checked(caller, 'write', ref, () => this.#registrar.setMode(ref, change, caller));
  }

  overrideStatus(ref: InstanceRef, status: { readonly health: Health; readonly reason: string } | null, caller: Caller): Promise<Changed> {
    return checked(caller, 'write', ref, () => this.#registrar.overrideStatus(ref, status, caller));
  }

  patch(ref: InstanceRef, patch: Patch, caller: Caller): Promise<Changed> {
    return checked(caller, 'write', ref, () => this.#registrar.patch(ref, patch, caller));
  }

  changeCheck(ref: InstanceRef, name: string, asked: AskedCheck | null, caller: Caller): Promise<Changed> {
    const followed = asked === null ? null : followedBy(asked);
    const concern = followed === null ? null : { namespace: ref.namespace, service: followed };
    if (concern !== null && mayDo(caller, 'write', ref) && !mayDo(caller, 'read', concern))
      return Promise.reject(rightMissing(caller, 'read', concern));
    return checked(caller, 'write', ref, () => this.#registrar.changeCheck(ref, name, asked, caller));
  }

  changeMachineCheck(ref: MachineRef, name: string, asked: AskedCheck | null, caller: Caller): Promise<MachineWritten> {
    return checked(caller, 'write', wholeOf(ref), () => this.#registrar.changeMachineCheck(ref, name, asked, caller));
  }

  heartbeatMachine(ref: MachineRef, caller: Caller, word?: Word): Promise<void> {
    return checked(caller, 'write', wholeOf(ref), () => this.#registrar.heartbeatMachine(ref, caller, word));
  }

  putMachine(machine: MachineRegistration, caller: Caller, manner?: Manner): Promise<MachineWritten> {
    return checked(caller, 'write', wholeOf(machine), () => this.#registrar.putMachine(machine, caller, manner));
  }

  setMachineMode(ref: MachineRef, change: Pick<ModeChange, 'mode' | 'reason'>, caller: Caller): Promise<MachineWritten> {
    return checked(caller, 'write', wholeOf(ref), () => this.#registrar.setMachineMode(ref, change, caller));
  }

  removeMachine(ref: MachineRef, options: { readonly instances: 'keep' | 'remove' }, caller: Caller): Promise<Written> {
    return checked(caller, 'write', wholeOf(ref), () => this.#registrar.removeMachine(ref, options, caller));
  }

  setPanicRule(ref: ServiceRef, rule: PanicRule | null, caller: Caller): Promise<Written> {
    return checked(caller, 'operate', ref, () => this.#registrar.setPanicRule(ref, rule, caller));
  }
}

/** The same for the guard's desk. */
export class CheckedGuardDesk implements GuardDesk {
  readonly #desk: GuardDesk;

  constructor(desk: GuardDesk) {
    this.#desk = desk;
  }

  /** Numbers of the whole cluster, and nobody's name. */
  report(caller: Caller): GuardReport {
    demandRightSomewhere(caller, 'read');
    return this.#desk.report(caller);
  }

  release(which: HeldScope, caller: Caller): Promise<number> {
    return checked(caller, 'operate', which.namespace === undefined ? null : which, () => this.#desk.release(which, caller));
  }
}

/** Who follows another one tells how that one is: whoever says so has to be allowed to know it. */
function objectionTo(registration: Registration, caller: Caller): RollcallError | null {
  if (!mayDo(caller, 'write', registration)) return rightMissing(caller, 'write', registration);
  for (const check of registration.checks) {
    if (check.type === 'heartbeat' || check.probe.spec.type !== 'alias') continue;
    const concern = { namespace: registration.namespace, service: check.probe.spec.service };
    if (!mayDo(caller, 'read', concern)) return rightMissing(caller, 'read', concern);
  }
  return null;
}

function checked<Answer>(caller: Caller, right: Right, concern: Concern, act: () => Promise<Answer>): Promise<Answer> {
  return mayDo(caller, right, concern) ? act() : Promise.reject(rightMissing(caller, right, concern));
}

/** What is said of a machine counts for all services that run on it. */
function wholeOf({ namespace }: MachineRef): Concern {
  return { namespace };
}
