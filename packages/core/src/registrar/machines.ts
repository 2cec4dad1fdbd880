/** Writing about machines: what they are, their mode, and their removal with all that runs on them. */
import type { Attendance } from '../attendance/attendance.js';
import { RollcallError } from '../errors.js';
import { machineKey, machineKinds } from '../records/keys.js';
import { machineOf, type MachineRef, type MachineRegistration } from '../catalog/machine.js';
import { encodeMachineRecord, encodeRemovalRecord, type MachineRecord } from '../records/machine-record.js';
import type { ModeChange } from '../catalog/intent.js';
import type { IntentRecord } from '../records/intent-record.js';
import type { Verdicts } from '../catalog/health.js';
import { keeping, type Check, type InstanceRef } from '../catalog/registration.js';
import { RECORD_BYTES_MAX } from '../catalog/bounds.js';
import type { Removal } from '../view/machine-table.js';
import type { Caller, CatalogView, MachineWritten, Manner, Word, Written } from '../face.js';
import type { Clock } from '../ports/clock.js';
import type { Operation } from '../ports/store.js';
import { deleteKey, type Amendments, type Plan } from './amend.js';
import { canonical } from './canonical.js';
import { departureOperations } from './departure.js';
import { intentValue, sayMode, unsaid } from './plan-intent.js';
import { placeOf } from './machine-checks.js';
import { asksTheSame } from './asks-the-same.js';
import { changedChecks, putHealth, type CheckWord } from './plan-check.js';
import { demandOver, tooLarge } from './plan-registration.js';
import { demandMeaning, newsOf, saidVerdicts, type Said } from './said.js';
import { instanceSubject, machineSubject, removalSubject, type Stored, type StoredMachine } from './subject.js';
import { together } from './together.js';
import type { Visibility } from './visibility.js';

export interface MachinesOptions {
  readonly amendments: Amendments;
  readonly view: CatalogView;
  readonly visibility: Visibility;
  readonly clock: Clock;
  readonly attendance: Partial<Pick<Attendance, 'beatMachine' | 'renewMachine'>>;
}

interface MachinePlan {
  readonly record: MachineRecord;
  readonly created: boolean;
  readonly written: boolean;
  readonly intent: IntentRecord | null;
  /** What is left of the verdicts; `null` for all of them. */
  readonly kept: Verdicts | null;
  readonly before: StoredMachine;
}

export class Machines {
  readonly #options: MachinesOptions;

  constructor(options: MachinesOptions) {
    this.#options = options;
  }

  async put(machine: MachineRegistration, _caller: Caller, manner: Manner = {}): Promise<MachineWritten> {
    const { attendance, clock } = this.#options;
    const put = await this.#change(machine, (stored) => {
      demandOver(manner, stored);
      return planMachine(machine, stored, clock.wallMs(), manner);
    });
    if (manner.findings === 'kept') await attendance.renewMachine?.(machine);
    else await attendance.beatMachine?.(machine);
    return put;
  }

  changeCheck(ref: MachineRef, word: CheckWord, demand: (machine: MachineRegistration) => void): Promise<MachineWritten> {
    return this.#change(ref, (stored) => {
      const known = stored.registration?.record;
      if (known === undefined) throw machineNotFound(ref);
      const changed = { ...known, checks: changedChecks(known.checks, word, placeOf(known.addresses)) };
      demand(changed);
      return planMachine(changed, stored, known.registeredAtMs);
    });
  }

  /** One that is not in sight may still be in the log: that is asked before anybody is told that there is none. */
  async hear(ref: MachineRef, caller: Caller, word: Word): Promise<void> {
    const { amendments, view, visibility, attendance } = this.#options;
    if (view.machine(ref, caller) === undefined) {
      const { revision } = await amendments.amend(machineSubject(ref), (stored): Plan<null> => {
        if (stored.registration === null) throw machineNotFound(ref);
        return { operations: [], answer: null };
      });
      await visibility.wait(revision);
    }
    demandMeaning(view.machine(ref, caller)?.checks ?? [], word);
    const heard = await attendance.beatMachine?.(ref, word.check);
    if (word.status !== undefined) return this.#say(ref, { ...word, status: word.status }, caller);
    if (heard !== false) return;
    throw new RollcallError('outcome-unknown', 'The heartbeat was heard, but the log would not take the recovery yet. Beat again.');
  }

  /** Writes what is new. */
  async #say(ref: MachineRef, word: Said, caller: Caller): Promise<void> {
    const { amendments, view, visibility, clock } = this.#options;
    const machine = view.machine(ref, caller);
    if (machine !== undefined && newsOf(word, machine.checks, machine.verdicts).length === 0) return;
    const { revision } = await amendments.amend(machineSubject(ref), ({ registration, health }): Plan<null> => {
      if (registration === null) throw machineNotFound(ref);
      const record = health?.record ?? { verdicts: {}, heldSinceMs: null, unknown: {} };
      const verdicts = saidVerdicts(word, registration.record.checks, record.verdicts, clock.wallMs());
      if (verdicts === null) return { operations: [], answer: null };
      return { operations: [putHealth(machineKey('machine-health', ref), record, verdicts)], answer: null };
    });
    await visibility.wait(revision);
  }

  setMode(ref: MachineRef, change: Pick<ModeChange, 'mode' | 'reason'>, _caller: Caller): Promise<MachineWritten> {
    const say = sayMode({ ...change, owner: 'operator' }, this.#options.clock.wallMs());
    return this.#change(ref, (before): Plan<MachinePlan> => {
      if (before.registration === null) throw machineNotFound(ref);
      const said = before.intent?.record ?? unsaid;
      const after = say(said);
      const value = intentValue(after);
      const answer = {
        record: before.registration.record,
        created: false,
        written: false,
        intent: value === null ? null : after,
        kept: null,
        before,
      };
      if (after === said) return { operations: [], answer };
      const key = machineKey('machine-intents', ref);
      return { operations: [value === null ? deleteKey(key) : { type: 'put', key, value }], answer };
    });
  }

  /** Its instances go first, in as many commits as that takes; a record says until the last one that they are to go. */
  async remove(ref: MachineRef, { instances }: { readonly instances: 'keep' | 'remove' }, caller: Caller): Promise<Written> {
    const { amendments, view, visibility } = this.#options;
    if (instances === 'remove' && view.instancesOn(ref, caller).length > 0) {
      const { answer, revision } = await amendments.amend(removalSubject(ref), planRemoval(ref));
      await visibility.wait(revision);
      return this.finish({ ref, upToRevision: answer }, caller);
    }
    const { revision } = await amendments.amend(machineSubject(ref), (stored): Plan<null> => {
      if (stored.registration === null) throw machineNotFound(ref);
      return { operations: machineKinds.map((kind) => deleteKey(machineKey(kind, ref))), answer: null };
    });
    await visibility.wait(revision);
    return { revision };
  }

  /** Goes on with a removal that has begun, here or on a node that is gone. */
  async finish({ ref, upToRevision }: Removal, caller: Caller): Promise<Written> {
    const { amendments, view, visibility, clock } = this.#options;
    const leaving = view.instancesOn(ref, caller).filter(({ createRevision }) => createRevision <= upToRevision);
    const results = await together(
      this.#options,
      leaving.map((instance) => ({
        subject: instanceSubject(instance),
        decide: (stored: Stored) => planLeaving(instance, ref, upToRevision, stored, clock.wallMs()),
      })),
    );
    for (const result of results) if (result.status === 'rejected') throw unfinished(ref, result.reason);
    const { revision } = await amendments.amend(removalSubject(ref), () => ({
      operations: [...machineKinds, 'machine-removals' as const].map((kind) => deleteKey(machineKey(kind, ref))),
      answer: null,
    }));
    await visibility.wait(revision);
    return { revision };
  }

  async #change(ref: MachineRef, decide: (stored: StoredMachine) => Plan<MachinePlan>): Promise<MachineWritten> {
    const { amendments, visibility } = this.#options;
    const { answer, revision } = await amendments.amend(machineSubject(ref), decide);
    await visibility.wait(revision);
    const { record, created, written, intent, kept, before } = answer;
    const found = before.registration ?? { createRevision: revision, revision };
    const machine = machineOf(
      { ...record, createRevision: found.createRevision, revision: written ? revision : found.revision },
      {
        verdicts: kept ?? before.health?.record.verdicts ?? {},
        healthRevision: kept === null ? (before.health?.revision ?? 0) : revision,
        mode: intent?.mode ?? null,
      },
    );
    return { machine, created, revision };
  }
}

function planMachine(machine: MachineRegistration, before: StoredMachine, wallNowMs: number, manner: Manner = {}): Plan<MachinePlan> {
  const known = before.registration?.record ?? null;
  const record: MachineRecord = {
    ...keeping(machine, known),
    registeredAtMs: known?.registeredAtMs ?? wallNowMs,
    unknown: known?.unknown ?? {},
  };
  const value = encodeMachineRecord(record);
  if (value.length > RECORD_BYTES_MAX) throw tooLarge(value.length);
  const same = known !== null && canonical(known) === canonical(record);
  const health = before.health?.record ?? null;
  const asked = manner.findings === 'kept' ? machine.checks : (known?.checks ?? []);
  const kept = health && keptVerdicts(machine.checks, asked, health.verdicts);
  const operations: Operation[] = same ? [] : [{ type: 'put', key: machineKey('machines', machine), value }];
  if (health !== null && kept !== null) operations.push(putHealth(machineKey('machine-health', machine), health, kept));
  return { operations, answer: { record, created: known === null, written: !same, intent: before.intent?.record ?? null, kept, before } };
}

/** Of checks that ask the same as before; `null` where those are all. */
function keptVerdicts(checks: readonly Check[], before: readonly Check[], verdicts: Verdicts): Verdicts | null {
  const kept = Object.entries(verdicts).filter(([name]) => {
    const check = checks.find(({ id }) => id === name);
    return check !== undefined && (check.type === 'heartbeat' || before.some((one) => asksTheSame(one, check)));
  });
  return kept.length === Object.keys(verdicts).length ? null : Object.fromEntries(kept);
}

/** Answers up to which revision instances go. A removal that has begun already is that one. */
function planRemoval(ref: MachineRef): (stored: { readonly logRevision: number; readonly upToRevision: number | null }) => Plan<number> {
  return ({ logRevision, upToRevision }) => {
    if (upToRevision !== null) return { operations: [], answer: upToRevision };
    const value = encodeRemovalRecord({ upToRevision: logRevision, unknown: {} });
    return { operations: [{ type: 'put', key: machineKey('machine-removals', ref), value }], answer: logRevision };
  };
}

/** Whoever left by itself, moved to another machine or came after the removal is let be. */
function planLeaving(
  ref: InstanceRef,
  machine: MachineRef,
  upToRevision: number,
  { registration, intent }: Stored,
  wallNowMs: number,
): Plan<null> {
  const stays = registration === null || registration.record.machine !== machine.name || registration.createRevision > upToRevision;
  const operations: readonly Operation[] = stays ? [] : departureOperations(ref, intent?.record ?? null, wallNowMs);
  return { operations, answer: null };
}

/** Some of it may have happened, whatever kept the rest from happening. */
function unfinished({ name }: MachineRef, cause: unknown): RollcallError {
  const message = `The removal of ${JSON.stringify(name)} has begun and is not over; the registry goes on with it, and asking again is safe.`;
  return new RollcallError('outcome-unknown', message, {}, { cause });
}

function machineNotFound({ name }: MachineRef): RollcallError {
  return new RollcallError('not-found', `No machine has the name ${JSON.stringify(name)}.`, { name });
}
