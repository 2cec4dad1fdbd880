/**
 * The registrar of a replica: every call goes to a full node, who asks goes with it, and what is acknowledged is waited for
 * until the replica's own view shows it. What a caller may do is judged here: the full node trusts its peers.
 */
import {
  demandRight,
  findInstance,
  isObject,
  isRollcallError,
  RollcallError,
  type AskedCheck,
  type Caller,
  type CatalogView,
  type Changed,
  type Health,
  type InstanceRef,
  type InstanceSelector,
  type ItemResult,
  type MachineRef,
  type MachineRegistration,
  type MachineWritten,
  type Manner,
  type ModeChange,
  type PanicRule,
  type Patch,
  type Registered,
  type Registrar,
  type Registration,
  type ServiceRef,
  type Visibility,
  type Word,
  type Written,
} from '@rollcall/core';
import { heardIn, registeredIn, type RegistrarCall, type RegistrarMethod } from '../shared/registrar-calls.js';
import { CallCrowd } from './call-crowd.js';
import { RemoteCalls, type CallResult, type RemoteCallsOptions } from './remote-calls.js';

export interface RemoteRegistrarOptions extends RemoteCallsOptions {
  /** As each caller sees it. */
  readonly view: CatalogView;
  readonly visibility: Visibility;
}

/** Of one bulk call in one request: about as much as a request may hold. */
const SELECTORS_PER_CALL_MAX = 5000;
const REGISTRATIONS_PER_CALL_MAX = 500;

export class RemoteRegistrar implements Registrar {
  readonly #options: RemoteRegistrarOptions;
  readonly #calls: RemoteCalls;
  readonly #beats: CallCrowd;

  constructor(options: RemoteRegistrarOptions) {
    this.#options = options;
    this.#calls = new RemoteCalls(options);
    this.#beats = new CallCrowd((calls) => this.#calls.perform(calls, true));
  }

  register(registration: Registration, caller: Caller, manner?: Manner): Promise<Registered> {
    return this.#write('register', registration, manner, caller);
  }

  async registerMany(registrations: readonly Registration[], caller: Caller): Promise<readonly ItemResult<Registered>[]> {
    const parts = partsOf(registrations, REGISTRATIONS_PER_CALL_MAX).map((part) => this.#registerSome(part, caller));
    const results = (await Promise.all(parts)).flat();
    const revision = Math.max(0, ...results.map((result) => ('answer' in result ? result.answer.revision : 0)));
    if (revision > 0) await this.#options.visibility.wait(revision);
    return results;
  }

  deregister(ref: InstanceRef, caller: Caller): Promise<Written> {
    return this.#write('deregister', refOf(ref), undefined, caller);
  }

  async heartbeat(ref: InstanceRef, caller: Caller, word?: Word): Promise<void> {
    answerIn(await this.#beats.add(callOf('heartbeat', refOf(ref), word, caller)));
  }

  async heartbeats(selectors: readonly (InstanceSelector & Word)[], caller: Caller): Promise<readonly (RollcallError | null)[]> {
    const judged = await this.#judged(selectors, caller);
    const allowed = judged.filter((one) => !isRollcallError(one)) as readonly (InstanceSelector & Word)[];
    const heard = await Promise.all(partsOf(allowed, SELECTORS_PER_CALL_MAX).map((part) => this.#beatSome(part, caller)));
    const results = heard.flat().values();
    return judged.map((one) => (isRollcallError(one) ? one : (results.next().value ?? null)));
  }

  setMode(ref: InstanceRef, change: ModeChange, caller: Caller): Promise<Changed> {
    return this.#write('setMode', refOf(ref), change, caller);
  }

  overrideStatus(ref: InstanceRef, status: { readonly health: Health; readonly reason: string } | null, caller: Caller): Promise<Changed> {
    return this.#write('overrideStatus', refOf(ref), status, caller);
  }

  patch(ref: InstanceRef, patch: Patch, caller: Caller): Promise<Changed> {
    return this.#write('patch', refOf(ref), patch, caller);
  }

  changeCheck(ref: InstanceRef, name: string, asked: AskedCheck | null, caller: Caller): Promise<Changed> {
    return this.#write('changeCheck', refOf(ref), { name, asked }, caller);
  }

  changeMachineCheck(
    { namespace, name: machine }: MachineRef,
    name: string,
    asked: AskedCheck | null,
    caller: Caller,
  ): Promise<MachineWritten> {
    return this.#write('changeMachineCheck', { namespace, name: machine }, { name, asked }, caller);
  }

  putMachine(machine: MachineRegistration, caller: Caller, manner?: Manner): Promise<MachineWritten> {
    return this.#write('putMachine', machine, manner, caller);
  }

  async heartbeatMachine({ namespace, name }: MachineRef, caller: Caller, word?: Word): Promise<void> {
    answerIn(await this.#beats.add(callOf('heartbeatMachine', { namespace, name }, word, caller)));
  }

  setMachineMode({ namespace, name }: MachineRef, change: Pick<ModeChange, 'mode' | 'reason'>, caller: Caller): Promise<MachineWritten> {
    return this.#write('setMachineMode', { namespace, name }, change, caller);
  }

  removeMachine({ namespace, name }: MachineRef, options: { readonly instances: 'keep' | 'remove' }, caller: Caller): Promise<Written> {
    return this.#write('removeMachine', { namespace, name }, options, caller);
  }

  setPanicRule({ namespace, service }: ServiceRef, rule: PanicRule | null, caller: Caller): Promise<Written> {
    return this.#write('setPanicRule', { namespace, service }, rule, caller);
  }

  async #write<Answer extends Written>(
    method: RegistrarMethod,
    on: object,
    more: object | null | undefined,
    caller: Caller,
  ): Promise<Answer> {
    const [result] = await this.#calls.perform([callOf(method, on, more, caller)], false);
    const answer = answerIn(result as CallResult);
    if (!isObject(answer) || typeof answer['revision'] !== 'number') throw strange();
    await this.#options.visibility.wait(answer['revision']);
    return answer as unknown as Answer;
  }

  async #registerSome(registrations: readonly Registration[], caller: Caller): Promise<readonly ItemResult<Registered>[]> {
    const [result] = await this.#calls.perform([callOf('registerMany', registrations, undefined, caller)], false);
    return eachOf(result as CallResult, registrations, registeredIn, (error) => ({ error }));
  }

  async #beatSome(selectors: readonly (InstanceSelector & Word)[], caller: Caller): Promise<readonly (RollcallError | null)[]> {
    const result = await this.#beats.add(callOf('heartbeats', selectors, undefined, caller));
    return eachOf(result, selectors, heardIn, (error) => error);
  }

  /** Each with the service that it means where that matters, or why not: over there nobody knows what this caller may see. */
  async #judged(
    selectors: readonly (InstanceSelector & Word)[],
    caller: Caller,
  ): Promise<readonly ((InstanceSelector & Word) | RollcallError)[]> {
    if (caller.may.write.isEverything) return selectors;
    const { view, visibility } = this.#options;
    const isUnknown = ({ namespace, service, id }: InstanceSelector): boolean =>
      service === null && view.instancesById(namespace, id, caller).length === 0;
    // Not to be here is a verdict, and it is only one after the log was asked.
    const behind = selectors.some(isUnknown) ? await visibility.catchUp().then(() => null, asError) : null;
    return selectors.map((selector) => {
      if (behind !== null && isUnknown(selector)) return behind;
      try {
        const { namespace } = selector;
        const service = selector.service ?? findInstance(view, selector, caller).service;
        demandRight(caller, 'write', { namespace, service });
        return { ...selector, service };
      } catch (error) {
        return asError(error);
      }
    });
  }
}

function callOf(method: RegistrarMethod, on: unknown, more: unknown, { identity, from, face }: Caller): RegistrarCall {
  return { method, on, more, caller: { identity, from, face } };
}

/** Whoever names an instance may hand over a whole one. */
function refOf({ namespace, service, id }: InstanceRef): InstanceRef {
  return { namespace, service, id };
}

function answerIn(result: CallResult): unknown {
  if ('error' in result) throw result.error;
  return result.answer;
}

function eachOf<Item>(
  result: CallResult,
  asked: readonly unknown[],
  read: (answer: unknown) => readonly Item[],
  failed: (error: RollcallError) => Item,
): readonly Item[] {
  if ('error' in result) return asked.map(() => failed(result.error));
  const items = read(result.answer);
  return items.length === asked.length ? items : asked.map(() => failed(strange()));
}

function partsOf<Item>(items: readonly Item[], count: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / count) }, (_, part) => items.slice(part * count, (part + 1) * count));
}

function strange(): RollcallError {
  return new RollcallError(
    'outcome-unknown',
    'The full node’s answer makes no sense here; it may be of another version. The write may have happened.',
  );
}

function asError(error: unknown): RollcallError {
  if (isRollcallError(error)) return error;
  return new RollcallError('internal', 'A fault in Rollcall itself; its log says more.', {}, { cause: error });
}
