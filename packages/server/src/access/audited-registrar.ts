/** The door for writes with a book beside it: what was done is written down, by whom, and what came of it. */
import {
  isRollcallError,
  type Caller,
  type Changed,
  type GuardDesk,
  type GuardReport,
  type HeldScope,
  type InstanceSelector,
  type ItemResult,
  type MachineWritten,
  type Registered,
  type Registrar,
  type RollcallError,
  type Written,
} from '@rollcall/core';
import type { AuditEntry } from './audit.js';

export interface Book {
  record(entry: AuditEntry): void;
}

/** Refusals that were written down where they were found; the door needs not do it again. */
const written = new WeakSet<object>();

export function isWritten(error: unknown): boolean {
  return typeof error === 'object' && error !== null && written.has(error);
}

/** What a call is about, as far as it says so. */
interface About {
  readonly namespace?: string;
  readonly service?: string | null;
  readonly id?: string;
  /** Of a machine. */
  readonly name?: string;
}

type Arguments<Name extends keyof Registrar> = Parameters<Registrar[Name]>;

export class AuditedRegistrar implements Registrar {
  readonly #registrar: Registrar;
  readonly #book: Book;

  constructor(registrar: Registrar, book: Book) {
    this.#registrar = registrar;
    this.#book = book;
  }

  register(...[registration, caller, manner]: Arguments<'register'>): Promise<Registered> {
    return this.#noted('register', registration, caller, this.#registrar.register(registration, caller, manner));
  }

  async registerMany(...[registrations, caller]: Arguments<'registerMany'>): Promise<readonly ItemResult<Registered>[]> {
    const results = await this.#registrar.registerMany(registrations, caller);
    results.forEach((result, at) => {
      const outcome = 'error' in result ? result.error : result.answer.revision;
      note(this.#book, 'register', registrations[at] ?? {}, caller, outcome);
    });
    return results;
  }

  deregister(...[ref, caller]: Arguments<'deregister'>): Promise<Written> {
    return this.#noted('deregister', ref, caller, this.#registrar.deregister(ref, caller));
  }

  async heartbeat(...[ref, caller, word]: Arguments<'heartbeat'>): Promise<void> {
    await this.#refusalNoted(ref, caller, this.#registrar.heartbeat(ref, caller, word));
    // That somebody is here changes nothing; how it says that it is, may.
    if (word?.status !== undefined) note(this.#book, 'heartbeat', ref, caller, null);
  }

  async heartbeats(...[selectors, caller]: Arguments<'heartbeats'>): Promise<readonly (RollcallError | null)[]> {
    const results = await this.#registrar.heartbeats(selectors, caller);
    results.forEach((result, at) => {
      const selector = selectors[at] as InstanceSelector & { readonly status?: string };
      if (isRefusal(result) || (result === null && selector.status !== undefined)) note(this.#book, 'heartbeat', selector, caller, result);
    });
    return results;
  }

  setMode(...[ref, change, caller]: Arguments<'setMode'>): Promise<Changed> {
    return this.#noted('setMode', ref, caller, this.#registrar.setMode(ref, change, caller));
  }

  overrideStatus(...[ref, status, caller]: Arguments<'overrideStatus'>): Promise<Changed> {
    return this.#noted('overrideStatus', ref, caller, this.#registrar.overrideStatus(ref, status, caller));
  }

  patch(...[ref, patch, caller]: Arguments<'patch'>): Promise<Changed> {
    return this.#noted('patch', ref, caller, this.#registrar.patch(ref, patch, caller));
  }

  changeCheck(...[ref, name, asked, caller]: Arguments<'changeCheck'>): Promise<Changed> {
    return this.#noted(asked === null ? 'removeCheck' : 'putCheck', ref, caller, this.#registrar.changeCheck(ref, name, asked, caller));
  }

  changeMachineCheck(...[ref, name, asked, caller]: Arguments<'changeMachineCheck'>): Promise<MachineWritten> {
    const changed = this.#registrar.changeMachineCheck(ref, name, asked, caller);
    return this.#noted(asked === null ? 'removeMachineCheck' : 'putMachineCheck', ref, caller, changed);
  }

  async heartbeatMachine(...[ref, caller, word]: Arguments<'heartbeatMachine'>): Promise<void> {
    await this.#refusalNoted(ref, caller, this.#registrar.heartbeatMachine(ref, caller, word));
    if (word?.status !== undefined) note(this.#book, 'heartbeat', ref, caller, null);
  }

  putMachine(...[machine, caller, manner]: Arguments<'putMachine'>): Promise<MachineWritten> {
    return this.#noted('putMachine', machine, caller, this.#registrar.putMachine(machine, caller, manner));
  }

  setMachineMode(...[ref, change, caller]: Arguments<'setMachineMode'>): Promise<MachineWritten> {
    return this.#noted('setMachineMode', ref, caller, this.#registrar.setMachineMode(ref, change, caller));
  }

  removeMachine(...[ref, options, caller]: Arguments<'removeMachine'>): Promise<Written> {
    return this.#noted('removeMachine', ref, caller, this.#registrar.removeMachine(ref, options, caller));
  }

  setPanicRule(...[ref, rule, caller]: Arguments<'setPanicRule'>): Promise<Written> {
    return this.#noted('setPanicRule', ref, caller, this.#registrar.setPanicRule(ref, rule, caller));
  }

  async #refusalNoted(about: About, caller: Caller, heard: Promise<void>): Promise<void> {
    try {
      await heard;
    } catch (error) {
      if (isRefusal(error)) note(this.#book, 'heartbeat', about, caller, error);
      throw error;
    }
  }

  #noted<Answer extends Written>(operation: string, about: About, caller: Caller, answer: Promise<Answer>): Promise<Answer> {
    return noted(this.#book, operation, about, caller, answer, ({ revision }) => revision);
  }
}

/** The same beside the guard's desk. */
export class AuditedGuardDesk implements GuardDesk {
  readonly #desk: GuardDesk;
  readonly #book: Book;

  constructor(desk: GuardDesk, book: Book) {
    this.#desk = desk;
    this.#book = book;
  }

  report(caller: Caller): GuardReport {
    return this.#desk.report(caller);
  }

  release(which: HeldScope, caller: Caller): Promise<number> {
    return noted(this.#book, 'releaseHeld', which as About, caller, this.#desk.release(which, caller), () => null);
  }
}

async function noted<Answer>(
  book: Book,
  operation: string,
  about: About,
  caller: Caller,
  answer: Promise<Answer>,
  revisionOf: (answer: Answer) => number | null,
): Promise<Answer> {
  try {
    const answered = await answer;
    note(book, operation, about, caller, revisionOf(answered));
    return answered;
  } catch (error) {
    note(book, operation, about, caller, error);
    throw error;
  }
}

/** `outcome`: the revision, `null` where there is none, or what was thrown. */
function note(
  book: Book,
  operation: string,
  { namespace, service, id, name }: About,
  { identity, from, face, via }: Caller,
  outcome: unknown,
): void {
  if (typeof outcome === 'object' && outcome !== null) written.add(outcome);
  const failed = typeof outcome !== 'number' && outcome !== null;
  book.record({
    who: identity,
    from,
    face,
    ...(via === undefined ? {} : { via }),
    operation,
    ...(namespace === undefined ? {} : { namespace }),
    ...(service === undefined || service === null ? {} : { service }),
    ...(id === undefined && name === undefined ? {} : { id: id ?? name ?? '' }),
    result: failed ? (isRollcallError(outcome) ? outcome.code : 'internal') : 'done',
    ...(typeof outcome === 'number' ? { revision: outcome } : {}),
  });
}

function isRefusal(error: unknown): boolean {
  return isRollcallError(error, 'forbidden') || isRollcallError(error, 'unauthenticated');
}
