/**
 * The native face before a view that is fed through `structuredClone`, as one in another thread would be: no live
 * object crosses. The registrar beside it does as little as a registrar can.
 */
import { SimulatedClock } from '@rollcall/conformance';
import {
  changeBatch,
  Projection,
  readRegistration,
  RollcallError,
  type Caller,
  type ChangeBatch,
  type Health,
  type Instance,
  type InstanceRef,
  type Log,
  type Registered,
  type Registrar,
  type Registration,
} from '@rollcall/core';
import { NativeServer } from './server.js';

export const tester: Caller = { identity: 'anonymous', from: '127.0.0.1', face: 'test' };

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export function registration(fields: Readonly<Record<string, unknown>> = {}): Registration {
  return readRegistration({ service: 'payments', host: '10.0.0.5', port: 8080, ...fields }, { face: 'native' });
}

export function instanceOf(one: Registration, like: Partial<Instance> = {}): Instance {
  const born = { incarnation: 1, registeredAtMs: 0, createRevision: 1, revision: 1, healthRevision: 0 };
  return { ...one, ...born, mode: 'in', health: 'passing', verdicts: {}, intent: null, held: false, ...like };
}

export class FedFace implements Registrar {
  readonly view: Projection = new Projection();
  readonly clock: SimulatedClock = new SimulatedClock();
  readonly callers: Caller[] = [];
  readonly server: NativeServer;
  #revision = 1;

  constructor({ bind = '127.0.0.1', complete = true }: { readonly bind?: string; readonly complete?: boolean } = {}) {
    this.server = new NativeServer({ view: this.view, registrar: this, version: '1.2.3', bind, port: 0, clock: this.clock, log: silent });
    if (complete) this.view.load({ epoch: 'e1', revision: this.#revision, instances: [] });
  }

  register(one: Registration, caller: Caller): Promise<Registered> {
    this.callers.push(caller);
    const previous = this.view.instance(one, caller) ?? null;
    this.#revision++;
    const createRevision = previous?.createRevision ?? this.#revision;
    const current = instanceOf(one, { createRevision, revision: this.#revision });
    this.#feed({ ref: one, previous, current });
    return Promise.resolve({ instance: current, created: previous === null, revision: this.#revision });
  }

  deregister(ref: InstanceRef, caller: Caller): Promise<{ readonly revision: number }> {
    this.#revision++;
    this.#feed({ ref, previous: this.view.instance(ref, caller) ?? null, current: null });
    return Promise.resolve({ revision: this.#revision });
  }

  heartbeat(ref: InstanceRef, caller: Caller): Promise<void> {
    if (ref.id === 'flaky') return Promise.reject(new RollcallError('outcome-unknown', 'Who knows.'));
    if (ref.id === 'cursed') return Promise.reject(new Error('a fault, with secrets'));
    this.callers.push(caller);
    return Promise.resolve();
  }

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

  becomes(ref: InstanceRef, health: Health): void {
    const previous = this.view.instance(ref, tester) as Instance;
    this.#revision++;
    this.#feed({ ref, previous, current: { ...previous, health, healthRevision: this.#revision } });
  }

  #feed(change: ChangeBatch['changes'][number]): void {
    this.view.apply(structuredClone(changeBatch(this.#revision, [change])));
  }
}

function unbuilt(): Promise<never> {
  return Promise.reject(new RollcallError('internal', 'This double does not answer that.'));
}
