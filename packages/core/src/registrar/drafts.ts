/**
 * Several writes as one: each is decided over what those before it made, by the registrar as ever, and all of them are one commit, or
 * none happens. Whoever was overtaken drafts anew.
 */
import { RollcallError } from '../errors.js';
import type { InstanceRef, Registration } from '../catalog/registration.js';
import type { MachineRef, MachineRegistration } from '../catalog/machine.js';
import type { Caller, CatalogView, MachineWritten, Manner, Registered, Registrar, Word, Written } from '../face.js';
import type { Compare, Operation, Store } from '../ports/store.js';
import { COMMIT_OPERATIONS_MAX, fitsCommit } from '../store/commit-rules.js';
import { Amendments } from './amend.js';
import { Deadlines, WRITE_WITHIN_MS } from './deadline.js';
import { DraftStore } from './draft-store.js';
import { DraftView } from './draft-view.js';
import { LogRegistrar, type LogRegistrarOptions } from './log-registrar.js';
import { saidVerdicts } from './said.js';
import { given } from './shared-commits.js';

export interface DraftsOptions extends Omit<LogRegistrarOptions, 'amendments' | 'catalog'> {
  readonly store: Pick<Store, 'commit'>;
}

/** Where writes are drafted: what they say is shown in this view, and nowhere else. */
export interface Draft {
  readonly registrar: Registrar;
  readonly view: CatalogView;
}

export interface Drafted<Answer> {
  readonly answer: Answer;
  /** What is not the catalog's, and happens in the same commit or not at all. */
  readonly beside?: { readonly when: readonly Compare[]; readonly then: readonly Operation[] };
}

export interface DraftWritten<Answer> {
  readonly answer: Answer;
  /** The revision that it made; `null` where there was nothing to write. */
  readonly revision: number | null;
}

/** Each time somebody else was faster with something that was read here. */
const ATTEMPTS_MAX = 8;

export class Drafts {
  readonly #options: DraftsOptions;
  readonly #deadlines: Deadlines;

  constructor(options: DraftsOptions) {
    this.#options = options;
    this.#deadlines = new Deadlines(options.clock, WRITE_WITHIN_MS);
  }

  /**
   * `make` is called once per attempt, with a new draft; what it throws ends the matter, with nothing written. Answers `too-large`, with
   * nothing written, where no commit has room for it. Settles when the view shows it.
   */
  async write<Answer>(make: (draft: Draft) => Promise<Drafted<Answer>>): Promise<DraftWritten<Answer> | 'too-large'> {
    const { store, view, visibility } = this.#options;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const decidedBy = view.revision;
      const draft = new DraftRegistrar(this.#options);
      const made = await make({ registrar: draft, view: draft.shown }).catch(unlessTooLarge);
      if (made === 'too-large') return made;
      const { answer, beside = nothing } = made;
      const { when, then } = draft.log.plan;
      const commit = { when: [...when, ...beside.when], then: [...then, ...beside.then] };
      if (commit.then.length === 0) return { answer, revision: null };
      if (!fitsCommit(commit)) return 'too-large';
      const { readRevision } = draft.log;
      // It was decided by what this node shows, and the log is further than that.
      if (readRevision > decidedBy) {
        await visibility.wait(readRevision);
        if (attempt < ATTEMPTS_MAX - 1) continue;
      }
      const result = await this.#deadlines.within((deadline) => deadline.wait(store.commit(commit, given)));
      await visibility.wait(result.revision);
      if (!result.succeeded) continue;
      await draft.hear();
      return { answer, revision: result.revision };
    }
    throw new RollcallError('conflict', 'Others changed some of it at the same time, again and again; nothing was written. Ask again.');
  }
}

const nothing = { when: [], then: [] };

/** Of what leaves with a machine: beyond, no commit has room for it, and nothing of it need be read. */
const LEAVING_MAX: number = Math.floor(COMMIT_OPERATIONS_MAX / 3);

class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

function unlessTooLarge(error: unknown): 'too-large' {
  if (error instanceof TooLarge) return 'too-large';
  throw error;
}

/** Nobody beats before it is written. */
const nobodyHears = { beat: () => Promise.resolve(true), beatMany: () => [] };

/** Nothing waits to be shown. */
const shownAtOnce = { wait: () => Promise.resolve(), catchUp: () => Promise.resolve() };

/** Nothing is remembered: all that is written is read, so that it can be a condition. */
const nothingKnown = { known: () => null };

class DraftRegistrar extends LogRegistrar {
  readonly log: DraftStore;
  readonly shown: DraftView;
  readonly #options: DraftsOptions;
  /** What attendance is told afterwards. */
  readonly #later: (() => Promise<unknown>)[] = [];

  constructor(options: DraftsOptions) {
    const log = new DraftStore(options.store);
    const shown = new DraftView(options.view, () => log.revision);
    const amendments = new Amendments(log, options.clock);
    super({ ...options, amendments, view: shown, catalog: nothingKnown, attendance: nobodyHears, visibility: shownAtOnce });
    this.#options = options;
    this.log = log;
    this.shown = shown;
  }

  /** It is written: whoever beat has done so, and whoever is registered again counts from now on. */
  async hear(): Promise<void> {
    for (const tell of this.#later) await tell();
  }

  override async register(registration: Registration, caller: Caller, manner: Manner = {}): Promise<Registered> {
    const { attendance } = this.#options;
    const registered = await super.register(registration, caller, manner);
    this.shown.putInstance(registration, registered.instance);
    this.#later.push(async () => (manner.findings === 'kept' ? attendance.renew?.(registration) : attendance.beat(registration)));
    return registered;
  }

  override async deregister(ref: InstanceRef, caller: Caller): Promise<Written> {
    const written = await super.deregister(ref, caller);
    this.shown.putInstance(ref, null);
    return written;
  }

  override async heartbeat(ref: InstanceRef, caller: Caller, word: Word = {}): Promise<void> {
    await super.heartbeat(ref, caller, word);
    this.#later.push(() => this.#options.attendance.beat(ref, word.check));
    const instance = this.shown.instance(ref, caller);
    const { status } = word;
    if (instance === undefined || status === undefined) return;
    const verdicts = saidVerdicts({ ...word, status }, instance.checks, instance.verdicts, this.#options.clock.wallMs());
    if (verdicts !== null) this.shown.putInstance(ref, { ...instance, verdicts });
  }

  override async heartbeatMachine(ref: MachineRef, caller: Caller, word: Word = {}): Promise<void> {
    await super.heartbeatMachine(ref, caller, word);
    this.#later.push(async () => this.#options.attendance.beatMachine?.(ref, word.check));
    const machine = this.shown.machine(ref, caller);
    const { status } = word;
    if (machine === undefined || status === undefined) return;
    const verdicts = saidVerdicts({ ...word, status }, machine.checks, machine.verdicts, this.#options.clock.wallMs());
    if (verdicts !== null) this.shown.putMachine(ref, { ...machine, verdicts });
  }

  override async putMachine(machine: MachineRegistration, caller: Caller, manner: Manner = {}): Promise<MachineWritten> {
    const { attendance } = this.#options;
    const written = await super.putMachine(machine, caller, manner);
    this.shown.putMachine(machine, written.machine);
    this.#later.push(async () => (manner.findings === 'kept' ? attendance.renewMachine?.(machine) : attendance.beatMachine?.(machine)));
    return written;
  }

  override async removeMachine(ref: MachineRef, options: { readonly instances: 'keep' | 'remove' }, caller: Caller): Promise<Written> {
    const leaving = options.instances === 'remove' ? this.shown.instancesOn(ref, caller) : [];
    if (leaving.length > LEAVING_MAX) throw new TooLarge('A machine leaves with more than one commit can say.');
    const written = await super.removeMachine(ref, options, caller);
    for (const instance of leaving) this.shown.putInstance(instance, null);
    this.shown.putMachine(ref, null);
    return written;
  }
}
