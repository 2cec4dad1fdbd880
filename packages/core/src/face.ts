/**
 * What a face is given: a view to read from at once, a registrar to write through, and the duty to say who
 * is asking. A face translates, and holds no truth of its own.
 */
import type { Permissions } from './access/permissions.js';
import type { ChangeBatch, FeedListener } from './view/feed.js';
import type { GuardState } from './records/guard-record.js';
import type { Health } from './catalog/health.js';
import type { Instance } from './catalog/instance.js';
import type { ModeChange, Patch } from './catalog/intent.js';
import type { Machine, MachineRef, MachineRegistration } from './catalog/machine.js';
import type { InstanceId, Namespace, ServiceName } from './catalog/names.js';
import type { PanicRule } from './catalog/panic-rule.js';
import type { InstanceRef, Registration } from './catalog/registration.js';
import type { RollcallError } from './errors.js';
import type { InstanceSelector } from './query/find-instance.js';
import type { AskedCheck } from './registrar/check-changes.js';

/** Who asks. Every call carries it, so that rights, audit and limits come to one place and hold for all faces alike. */
export interface Caller {
  /** The name of a token or of a certificate's row; `anonymous` for who has not said, `rollcall` for the registry itself. */
  readonly identity: string;
  /** What it may do. It is asked by `demandRight` and by the view, and by nobody else. */
  readonly may: Permissions;
  /** The address that the question came from; empty for the registry itself. */
  readonly from: string;
  /** The face that it came through. */
  readonly face: string;
  /** The replica that judged it and passed it on. Left out: it came here. */
  readonly via?: string;
}

export interface ServiceRef {
  readonly namespace: Namespace;
  /** In any spelling. */
  readonly service: ServiceName;
}

export interface ServiceSummary {
  /** As the oldest instance spells it. */
  readonly service: ServiceName;
  readonly instances: number;
  readonly inRotation: number;
  /** Those who should have departed, and wait because of the guard. */
  readonly held: number;
  /** Too few are in rotation: discovery answers all that are eligible, marked. */
  readonly panic: boolean;
}

/** Which services a follower wants to hear of. Of several wishes it hears what any of them names; without any, the whole namespace. */
export interface Interest {
  readonly namespace: Namespace;
  /** In any spelling; they need not have instances. */
  readonly services?: readonly ServiceName[];
  /** The beginning of the service's name, in any spelling. */
  readonly prefix?: string;
}

/**
 * Synchronous reads of one moment: nothing changes between two of them without an `await`. Nothing that is
 * answered ever changes afterwards, and what did not change is the same object again.
 */
export interface CatalogView {
  readonly epoch: string;
  /** Every change up to this revision is shown. */
  readonly revision: number;
  /** The log has been read to its end at least once. Before, an absence means nothing. */
  readonly complete: boolean;
  /**
   * `null` while the view follows the log. Otherwise since when (wall clock) it cannot: what is shown is as of
   * then, and the difference to now is its age. The view goes on answering.
   */
  readonly staleSinceMs: number | null;
  /** The brake on departures, as the log has it. */
  readonly guard: GuardState;

  /** All that have instances, in alphabetical order. */
  namespaces(caller: Caller): readonly Namespace[];
  /** Those that have instances, in the order of their folded names. */
  services(namespace: Namespace, caller: Caller): readonly ServiceSummary[];
  /** `undefined` for a service without instances. */
  service(namespace: Namespace, service: ServiceName, caller: Caller): ServiceSummary | undefined;
  /**
   * Moves exactly when something changed that a reader of this service's instances could see, panic included; what
   * happens to other services never moves it. Answers for every name: a service that had no instances for
   * long, or never, shares one number with all others like it, which is not below any that they had. So it serves
   * as ETag and as cursor: same epoch, same number, same answer. Never above `revision`.
   */
  serviceRevision(namespace: Namespace, service: ServiceName, caller: Caller): number;
  /** All instances of a service, in rotation or not, in the order of their ids; none if nobody knows it. */
  instances(namespace: Namespace, service: ServiceName, caller: Caller): readonly Instance[];
  instance(ref: InstanceRef, caller: Caller): Instance | undefined;
  /** All that carry this id, in whatever service. */
  instancesById(namespace: Namespace, id: InstanceId, caller: Caller): readonly Instance[];
  /** Every instance of every namespace, in no order. To be walked at once, while nothing changes beneath. */
  allInstances(caller: Caller): Iterable<Instance>;

  /** When this service panics: what was set for it, or else the usual. */
  panicRule(namespace: Namespace, service: ServiceName, caller: Caller): PanicRule & { readonly own: boolean };

  /** In the order of their names. An instance may name a machine that is not here. */
  machines(namespace: Namespace, caller: Caller): readonly Machine[];
  machine(ref: MachineRef, caller: Caller): Machine | undefined;
  /** Those of every namespace, in no order. To be walked at once, while nothing changes beneath. */
  allMachines(caller: Caller): Iterable<Machine>;
  /** Those that name this machine, whether it is here or not, in no order. */
  instancesOn(ref: MachineRef, caller: Caller): readonly Instance[];

  /**
   * What happened since, for who comes back; only what the interest names, if there is one. `null` if that is no
   * longer remembered, or never was.
   */
  changesAfter(revision: number, caller: Caller, interest?: Interest): readonly ChangeBatch[] | null;
  /**
   * The answer ends it. With an interest, only what concerns it is told, and nothing of machines; a service need not
   * exist to be followed. All who follow the same single service are told the very same batch object.
   */
  follow(listener: FeedListener, caller: Caller, interest?: Interest): () => void;
}

export interface Registered {
  readonly instance: Instance;
  /** It was not there before. */
  readonly created: boolean;
  /** Whoever reads at this revision or later sees it. */
  readonly revision: number;
}

export interface Written {
  /** Whoever reads at this revision or later sees it. */
  readonly revision: number;
}

/** What a heartbeat says beyond "I am here". */
export interface Word {
  /** How the instance says it is. Left out: as before, or passing if it had lapsed. */
  readonly status?: Health;
  /** For people; kept with the status that it came with. */
  readonly output?: string;
  /** Which heartbeat check, where there are several. Left out: all of them. */
  readonly check?: string;
  /** Another output is news too, though the status is the same. Left out: it is not written. */
  readonly isOutputNews?: boolean;
}

/** How a registration is meant, by a face whose protocol means it otherwise. */
export interface Manner {
  /** It heals nothing: what was found by a check of the same id stays found. Left out: it is a heartbeat. */
  readonly findings?: 'kept';
  /** Only over the registration of this revision, or where there is none (0): else `conflict`, which says where the log stood. */
  readonly over?: number;
  /** Only what it says of its checks counts, with their term and what is kept of them; all else stays as it was said. */
  readonly only?: 'checks';
}

/** One item of many: its own answer, or why there is none. */
export type ItemResult<Answer> = { readonly answer: Answer } | { readonly error: RollcallError };

/**
 * The one door for writes. What it acknowledges, the view beside it shows.
 *
 * Every call is bounded in time: one whose outcome is not known by then throws `outcome-unknown`, and repeating it
 * is safe. A refusal (any error whose outcome is `refused`) means that nothing happened. Those that name somebody who
 * is not there throw `not-found`. Calls that change nothing make no revision, and answer the one that last did.
 */
export interface Registrar {
  /** Registering the same again changes nothing but counts as a heartbeat. */
  register(registration: Registration, caller: Caller, manner?: Manner): Promise<Registered>;
  /** A result for each, in order. Not all or nothing: whoever lost the answer sends all of them again. */
  registerMany(registrations: readonly Registration[], caller: Caller): Promise<readonly ItemResult<Registered>[]>;
  deregister(ref: InstanceRef, caller: Caller): Promise<Written>;
  /**
   * I am here. `not-found` means: register again, and is only said after the log was asked; where it cannot be asked, the
   * refusal is a retryable one. Writes nothing unless somebody's state changes.
   */
  heartbeat(ref: InstanceRef, caller: Caller, word?: Word): Promise<void>;
  /** A result for each, in order; `null` for those who were heard. A bare id means whoever alone carries it. */
  heartbeats(selectors: readonly (InstanceSelector & Word)[], caller: Caller): Promise<readonly (RollcallError | null)[]>;

  /**
   * `out` and an operator's `draining` survive a registration; an instance's own `draining` ends with one, and any with the
   * departure. `out` outlives the departure for a day.
   */
  setMode(ref: InstanceRef, change: ModeChange, caller: Caller): Promise<Changed>;
  /** Says from outside how it is, whatever its checks find; `null` takes that back. Survives as `out` does. */
  overrideStatus(ref: InstanceRef, status: { readonly health: Health; readonly reason: string } | null, caller: Caller): Promise<Changed>;
  /** Laid over what the registration says; survives as `out` does, and never moves the incarnation. */
  patch(ref: InstanceRef, patch: Patch, caller: Caller): Promise<Changed>;

  /**
   * Puts one check, whether it had one of that name or not; `null` takes it away. What the others found stays, and what it found
   * itself where it goes on asking the same. Above what the instance says of itself: it survives a registration, and ends with
   * the departure.
   */
  changeCheck(ref: InstanceRef, name: string, asked: AskedCheck | null, caller: Caller): Promise<Changed>;

  /** Where it has a heartbeat check, that is also its heartbeat. */
  putMachine(machine: MachineRegistration, caller: Caller, manner?: Manner): Promise<MachineWritten>;
  /** The same of one check of a machine, whose own word of its checks it changes. */
  changeMachineCheck(ref: MachineRef, name: string, asked: AskedCheck | null, caller: Caller): Promise<MachineWritten>;
  /** I am here, said by a machine. As for an instance: `not-found` means that it should be put again, and is only said after the log was asked. */
  heartbeatMachine(ref: MachineRef, caller: Caller, word?: Word): Promise<void>;
  /** Its mode counts for all instances that name it. `draining` and `out` survive a new `putMachine`; they go with the machine. */
  setMachineMode(ref: MachineRef, change: Pick<ModeChange, 'mode' | 'reason'>, caller: Caller): Promise<MachineWritten>;
  /** With its instances in as many commits as that takes; what was begun is finished, also after a crash. */
  removeMachine(ref: MachineRef, options: { readonly instances: 'keep' | 'remove' }, caller: Caller): Promise<Written>;

  /** When this service panics; `null` for the usual. The service need not exist. */
  setPanicRule(ref: ServiceRef, rule: PanicRule | null, caller: Caller): Promise<Written>;
}

/** What the guard lets go in a window, the brake on departures without a goodbye. */
export interface GuardBudget {
  readonly windowMs: number;
  /** Wall clock; `null` while no window runs: then the other numbers are those of one that would begin now. */
  readonly windowStartMs: number | null;
  readonly windowLeftMs: number;
  readonly presentAtStart: number;
  /** How many may depart in it; `NO_BOUND` for any number. */
  readonly budget: number;
  /** How many have. */
  readonly departed: number;
  /** How many more of them an operator let go. */
  readonly released: number;
  /** How many more may. */
  readonly left: number;
}

export interface GuardReport extends GuardBudget {
  /** Somebody waits because of it. */
  readonly holding: boolean;
  /** How many do. */
  readonly held: number;
}

/** Whom an operator lets go: all, those of a namespace, or those of one of its services. */
export type HeldScope =
  | { readonly namespace?: never; readonly service?: never }
  | { readonly namespace: Namespace; readonly service?: ServiceName };

/** The guard, for whoever looks after the fleet. */
export interface GuardDesk {
  report(caller: Caller): GuardReport;
  /**
   * Those who are held may depart now; they leave within moments, and who is heard meanwhile stays. Answers how many they
   * are. Throws what the log throws if it would not take it.
   */
  release(which: HeldScope, caller: Caller): Promise<number>;
}

export interface Changed extends Written {
  readonly instance: Instance;
}

export interface MachineWritten extends Written {
  readonly machine: Machine;
  readonly created: boolean;
}
