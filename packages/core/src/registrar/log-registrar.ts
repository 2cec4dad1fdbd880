/** The registrar over a log: what is said about an instance becomes a commit, and the answer waits until it shows. */
import { asItem, asRollcallError } from './item.js';
import { isRollcallError, type RollcallError } from '../errors.js';
import type { Attendance } from '../attendance/attendance.js';
import type { Health } from '../catalog/health.js';
import { bornCircumstances, instanceOf, type Instance } from '../catalog/instance.js';
import type { ModeChange, Patch } from '../catalog/intent.js';
import type { MachineRef, MachineRegistration } from '../catalog/machine.js';
import { incarnationIn } from '../records/records.js';
import type { Knowing } from '../view/known-records.js';
import type { Removal } from '../view/machine-table.js';
import type { PanicRule } from '../catalog/panic-rule.js';
import type { InstanceRef, Registration } from '../catalog/registration.js';
import { encodeServiceRecord } from '../records/service-record.js';
import { serviceKey } from '../records/keys.js';
import type {
  Caller,
  CatalogView,
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
import type { Clock } from '../ports/clock.js';
import { instanceNotFound, type InstanceSelector } from '../query/find-instance.js';
import { deleteKey, deleteRecord, putRecord, type Amended, type Amendments, type Plan } from './amend.js';
import { departureOperations } from './departure.js';
import { Heartbeats, type HeardBy } from './heartbeats.js';
import { Machines } from './machines.js';
import { intentValue, sayMode, sayPatch, sayStatus, unsaid, type Say } from './plan-intent.js';
import type { AskedCheck } from './check-changes.js';
import { planCheck } from './plan-check.js';
import { isNothing, planRegistration, type RegistrationPlan } from './plan-registration.js';
import { instanceSubject, knownSubject, serviceSubject, type Told } from './subject.js';
import { together } from './together.js';
import { demandTtl } from './ttl-floor.js';
import type { Visibility } from './visibility.js';

export interface LogRegistrarOptions {
  readonly amendments: Amendments;
  readonly view: CatalogView;
  readonly catalog: Knowing;
  readonly attendance: HeardBy & Partial<Pick<Attendance, 'renew' | 'beatMachine' | 'renewMachine'>>;
  readonly visibility: Visibility;
  readonly clock: Clock;
  /** No heartbeat's ttl may be shorter. Left out: as short as bounds.ts says. */
  readonly ttlMinMs?: number;
  /** Throws for a registration that this registry does not take. Left out: none. */
  readonly admit?: (admitted: Registration | MachineRegistration) => void;
}

export class LogRegistrar implements Registrar {
  readonly #options: LogRegistrarOptions;
  readonly #heartbeats: Heartbeats;
  readonly #machines: Machines;

  constructor(options: LogRegistrarOptions) {
    this.#options = options;
    this.#heartbeats = new Heartbeats(options);
    this.#machines = new Machines(options);
  }

  register(registration: Registration, caller: Caller, manner?: Manner): Promise<Registered> {
    const { amendments, catalog } = this.#options;
    const amending = amendments.amend(knownSubject(registration, catalog), (stored) => this.#plan(registration, stored, manner));
    return amending.then((amended) =>
      this.#isHeard(amended) ? this.#answer(registration, amended, caller) : this.#registered(registration, amended, caller, manner),
    );
  }

  async registerMany(registrations: readonly Registration[], caller: Caller): Promise<readonly ItemResult<Registered>[]> {
    const { catalog } = this.#options;
    const results = await together(
      this.#options,
      registrations.map((registration) => ({
        subject: knownSubject(registration, catalog),
        decide: (stored: Told) => this.#plan(registration, stored),
      })),
    );
    // Once for all; whoever is not shown in time then, waits by itself and says so.
    const latest = Math.max(0, ...results.map((result) => (result.status === 'fulfilled' ? result.value.revision : 0)));
    if (this.#options.view.revision < latest) await this.#options.visibility.wait(latest).catch(() => undefined);
    const answers: ItemResult<Registered>[] = [];
    const late: Promise<unknown>[] = [];
    for (const [at, result] of results.entries()) {
      const registration = registrations[at] as Registration;
      if (result.status === 'rejected') answers[at] = { error: asRollcallError(result.reason) };
      else if (this.#isHeard(result.value)) answers[at] = { answer: this.#answer(registration, result.value, caller) };
      else late.push(asItem(() => this.#registered(registration, result.value, caller)).then((answer) => (answers[at] = answer)));
    }
    await Promise.all(late);
    return answers;
  }

  async deregister(ref: InstanceRef, _caller: Caller): Promise<Written> {
    const { amendments, catalog, clock } = this.#options;
    return this.#shown(await amendments.amend(knownSubject(ref, catalog), (stored) => planDeparture(ref, stored, clock.wallMs())));
  }

  heartbeat(ref: InstanceRef, caller: Caller, word: Word = {}): Promise<void> {
    return this.#heartbeats.hear(ref, word, caller);
  }

  heartbeats(selectors: readonly (InstanceSelector & Word)[], caller: Caller): Promise<readonly (RollcallError | null)[]> {
    return this.#heartbeats.hearMany(selectors, caller);
  }

  setMode(ref: InstanceRef, change: ModeChange, caller: Caller): Promise<Changed> {
    return this.#say(ref, () => sayMode(change, this.#options.clock.wallMs()), caller);
  }

  overrideStatus(ref: InstanceRef, status: { readonly health: Health; readonly reason: string } | null, caller: Caller): Promise<Changed> {
    return this.#say(ref, () => sayStatus(status, this.#options.clock.wallMs()), caller);
  }

  patch(ref: InstanceRef, patch: Patch, caller: Caller): Promise<Changed> {
    return this.#say(ref, ({ metadata }) => sayPatch(patch, metadata), caller);
  }

  heartbeatMachine(ref: MachineRef, caller: Caller, word: Word = {}): Promise<void> {
    return this.#machines.hear(ref, caller, word);
  }

  async putMachine(machine: MachineRegistration, caller: Caller, manner?: Manner): Promise<MachineWritten> {
    this.#demand(machine);
    return this.#machines.put(machine, caller, manner);
  }

  async changeCheck(ref: InstanceRef, name: string, asked: AskedCheck | null, caller: Caller): Promise<Changed> {
    const { amendments } = this.#options;
    const demand = (registration: Registration): void => this.#demand(registration);
    const amended = await amendments.amend(instanceSubject(ref), (stored) => planCheck(ref, { name, asked }, stored, demand));
    const { revision } = await this.#shown(amended);
    return { instance: this.#instanceOf(ref, amended.answer, revision, caller), revision };
  }

  changeMachineCheck(ref: MachineRef, name: string, asked: AskedCheck | null, _caller: Caller): Promise<MachineWritten> {
    return this.#machines.changeCheck(ref, { name, asked }, (machine) => this.#demand(machine));
  }

  setMachineMode(ref: MachineRef, change: Pick<ModeChange, 'mode' | 'reason'>, caller: Caller): Promise<MachineWritten> {
    return this.#machines.setMode(ref, change, caller);
  }

  removeMachine(ref: MachineRef, options: { readonly instances: 'keep' | 'remove' }, caller: Caller): Promise<Written> {
    return this.#machines.remove(ref, options, caller);
  }

  /** Goes on with a removal that has begun, here or on a node that is gone. */
  finish(removal: Removal, caller: Caller): Promise<Written> {
    return this.#machines.finish(removal, caller);
  }

  async setPanicRule(ref: ServiceRef, rule: PanicRule | null, _caller: Caller): Promise<Written> {
    const key = serviceKey(ref);
    const amended = await this.#options.amendments.amend(serviceSubject(ref), (stored): Plan<null> => {
      const before = stored?.record.panic ?? null;
      if (before?.eligibleMin === rule?.eligibleMin && before?.belowShare === rule?.belowShare) return { operations: [], answer: null };
      if (rule === null) return { operations: [deleteKey(key)], answer: null };
      return {
        operations: [{ type: 'put', key, value: encodeServiceRecord({ unknown: {}, ...stored?.record, panic: rule }) }],
        answer: null,
      };
    });
    return this.#shown(amended);
  }

  async #registered(
    registration: Registration,
    amended: Amended<RegistrationPlan>,
    caller: Caller,
    manner: Manner = {},
  ): Promise<Registered> {
    const { visibility, attendance, view } = this.#options;
    if (view.revision < amended.revision) await visibility.wait(amended.revision);
    if (manner.findings === 'kept') await attendance.renew?.(registration);
    else if (!this.#isHeard(amended)) await attendance.beat(registration);
    return this.#answer(registration, amended, caller);
  }

  /** It is shown, and what was written attendance has learned from the view. Where verdicts were found, their end is waited for. */
  #isHeard({ answer, revision }: Amended<RegistrationPlan>): boolean {
    return answer.written && answer.before.health === null && this.#options.view.revision >= revision;
  }

  #answer(registration: Registration, { answer, revision }: Amended<RegistrationPlan>, caller: Caller): Registered {
    return { instance: this.#instanceOf(registration, answer, revision, caller), created: answer.created, revision };
  }

  /** Says something about an instance that is here. `say` is given its registration. */
  async #say(ref: InstanceRef, say: (registration: Registration) => Say, caller: Caller): Promise<Changed> {
    const amended = await this.#options.amendments.amend(instanceSubject(ref), (stored): Plan<RegistrationPlan> => {
      if (stored.registration === null) throw instanceNotFound(ref.id, ref.service);
      const { record } = stored.registration;
      const before = stored.intent?.record ?? unsaid;
      const after = say(record)(before);
      const value = intentValue(after);
      const intent = value === null ? null : after;
      const answer = { record, created: false, written: false, kept: null, intent, said: after !== before, before: stored };
      if (after === before) return { operations: [], answer };
      return { operations: [value === null ? deleteRecord('intents', ref) : putRecord('intents', ref, value)], answer };
    });
    const { revision } = await this.#shown(amended);
    return { instance: this.#instanceOf(ref, amended.answer, revision, caller), revision };
  }

  #plan(registration: Registration, stored: Told, manner?: Manner): Plan<RegistrationPlan> {
    this.#demand(registration);
    return planRegistration(registration, stored, this.#options.clock.wallMs(), (laid) => this.#isTaken(laid), manner);
  }

  /** Throws `invalid-request` for checks that this registry does not take. */
  #demand(admitted: Registration | MachineRegistration): void {
    const { admit, ttlMinMs = 0 } = this.#options;
    demandTtl(admitted.checks, ttlMinMs);
    admit?.(admitted);
  }

  #isTaken(registration: Registration): boolean {
    try {
      this.#demand(registration);
      return true;
    } catch (error) {
      if (isRollcallError(error, 'invalid-request')) return false;
      throw error;
    }
  }

  /** What was made, also if somebody has changed it again before it was shown. */
  #instanceOf(
    ref: InstanceRef,
    { record, written, kept, intent, said, before }: RegistrationPlan,
    revision: number,
    caller: Caller,
  ): Instance {
    const { view } = this.#options;
    const found = before.registration ?? { createRevision: revision, revision };
    const health = kept === null ? before.health : isNothing(kept) ? null : { verdicts: kept, held: false, revision };
    const revisions = {
      revision: written ? revision : found.revision,
      healthRevision: health?.revision ?? 0,
      intentRevision: intent === null ? 0 : said ? revision : (before.intent?.revision ?? 0),
    };
    const shown = view.instance(ref, caller);
    if (shown !== undefined && isOf(revisions, shown)) return shown;
    const { createRevision } = found;
    const machine = record.machine === null ? null : view.machine({ namespace: record.namespace, name: record.machine }, caller);
    return instanceOf(
      { ...record, createRevision, revision: revisions.revision, incarnation: incarnationIn(record, createRevision) },
      {
        ...revisions,
        verdicts: health?.verdicts ?? bornCircumstances.verdicts,
        held: health?.held ?? false,
        intent,
        machine: machine ?? null,
      },
    );
  }

  async #shown({ revision }: Written): Promise<Written> {
    await this.#options.visibility.wait(revision);
    return { revision };
  }
}

type Revisions = Pick<Instance, 'revision' | 'healthRevision' | 'intentRevision'>;

function isOf(one: Revisions, shown: Revisions): boolean {
  return one.revision === shown.revision && one.healthRevision === shown.healthRevision && one.intentRevision === shown.intentRevision;
}

function planDeparture(ref: InstanceRef, { registration, intent }: Told, wallNowMs: number): Plan<null> {
  if (registration === null) throw instanceNotFound(ref.id, ref.service);
  return { operations: departureOperations(ref, intent?.record ?? null, wallNowMs), answer: null };
}
