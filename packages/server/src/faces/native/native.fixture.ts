/**
 * The native face before a view that is fed through `structuredClone`, as one in another thread would be: no live
 * object crosses. The registrar beside it does as little as a registrar can.
 */
import { Readable } from 'node:stream';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import {
  everything,
  CheckedGuardDesk,
  CheckedRegistrar,
  demandRight,
  FilteredView,
  findInstance,
  noMeter,
  openAccess,
  readRegistration,
  RollcallError,
  Timeline,
  type AccessControl,
  type Caller,
  type Changed,
  type GuardDesk,
  type GuardReport,
  type Health,
  type HeldScope,
  type Instance,
  type Insight,
  type InstanceChange,
  type InstanceRef,
  type InstanceSelector,
  type ItemResult,
  type Load,
  type Log,
  type MachineRef,
  type MachineRegistration,
  type MachineWritten,
  type ModeChange,
  type PanicRule,
  type Patch,
  type Registered,
  type Registrar,
  type Registration,
  type ServiceRef,
  type Word,
} from '@rollcall/core';
import { FedView } from '../../../../../test/support/fed-view.js';
import { HttpDoor } from '../../doors/http/door.js';
import { inject, type Answered, type Asked } from '../../doors/http/in-memory.fixture.js';
import type { SeenNode } from '../../shared/node-report.js';
import { healthCounts, type NodeStatus } from '../../shared/node-status.js';
import { AnswerCache } from '../../shared/answer-cache.js';
import { NativeFace } from './server.js';

export const tester: Caller = { identity: 'anonymous', may: everything, from: '127.0.0.1', face: 'test' };

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export function registration(fields: Readonly<Record<string, unknown>> = {}): Registration {
  return readRegistration({ service: 'payments', host: '10.0.0.5', port: 8080, ...fields }, { face: 'native' });
}

export function instanceOf(one: Registration, like: Partial<Instance> = {}): Instance {
  const born = { incarnation: 1, registeredAtMs: 0, createRevision: 1, revision: 1, healthRevision: 0 };
  return { ...one, ...born, mode: 'in', health: 'passing', verdicts: {}, intent: null, intentRevision: 0, held: false, ...like };
}

export interface FedFaceOptions {
  readonly bind?: string;
  /** Has the log been read to its end? */
  readonly complete?: boolean;
  readonly cacheBytesMax?: number;
  readonly watchersMax?: number;
  readonly corsOrigins?: readonly string[];
  readonly connectionsMax?: number;
  readonly access?: AccessControl;
}

export class FedFace implements Registrar, GuardDesk {
  readonly view: FedView = new FedView();
  readonly clock: SimulatedClock = new SimulatedClock();
  readonly callers: Caller[] = [];
  /** What was wanted, as it reached the registrar. */
  readonly wishes: object[] = [];
  /** What the guard says of itself. */
  guard: Omit<GuardReport, 'holding'> = someBudget;
  load: Load = { loopDelayMs: 0, commitsWaiting: 0 };
  /** The nodes that there are. */
  nodes: readonly SeenNode[] = [];
  /** What this node knows beyond the view. */
  insight: Insight = { isOurs: true, onDuty: null, heardAgesMs: new Map(), probes: new Map(), machine: null };
  /** How a revision is waited for. */
  reached: (revision: number) => Promise<boolean> = (revision) => Promise.resolve(this.view.revision >= revision);
  readonly timeline: Timeline = new Timeline({ view: this.view, clock: this.clock, removals: () => [] });
  readonly cache: AnswerCache;
  readonly native: NativeFace;
  readonly door: HttpDoor;
  #revision = 1;

  constructor({ complete = true, cacheBytesMax = 1_000_000, watchersMax = 100, ...door }: FedFaceOptions = {}) {
    const { view, clock } = this;
    this.timeline.start();
    this.cache = new AnswerCache({ bytesMax: cacheBytesMax });
    this.native = new NativeFace({
      view: new FilteredView(view),
      registrar: new CheckedRegistrar(this),
      guard: new CheckedGuardDesk(this),
      status: () => Promise.resolve(someStatus),
      nodes: () => Promise.resolve(this.nodes),
      reached: (revision) => this.reached(revision),
      version: '1.2.3',
      node: 'registry-1',
      timeline: this.timeline,
      insight: () => Promise.resolve(this.insight),
      metrics: () => Promise.resolve('up 1\n'),
      snapshot: () => Readable.from([Buffer.from('everything')]),
      cache: this.cache,
      fragmentBytesMax: cacheBytesMax,
      watchersMax,
      clock,
      random: new SeededRandom(1),
      meter: noMeter,
      log: silent,
    });
    this.door = new HttpDoor({
      faces: [this.native],
      bind: '127.0.0.1',
      port: 0,
      corsOrigins: [],
      connectionsMax: 100,
      access: openAccess,
      ...door,
      load: () => this.load,
      clock,
      random: new SeededRandom(1),
      meter: noMeter,
    });
    if (complete) this.view.load({ epoch: 'e1', revision: this.#revision, instances: [] });
  }

  /** A request without a port. */
  ask(asked: Asked): Promise<Answered> {
    return inject(this.door, asked);
  }

  drain(): void {
    this.native.drain();
    this.door.drain();
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

  heartbeat(ref: InstanceRef, caller: Caller, word?: Word): Promise<void> {
    if (ref.id === 'flaky') return Promise.reject(unknown());
    if (ref.id === 'cursed') return Promise.reject(new Error('a fault, with secrets'));
    this.callers.push(caller);
    if (word?.status !== undefined) this.wishes.push(word);
    return Promise.resolve();
  }

  async registerMany(many: readonly Registration[], caller: Caller): Promise<readonly ItemResult<Registered>[]> {
    const results: ItemResult<Registered>[] = [];
    for (const one of many) results.push(one.id === 'flaky' ? { error: unknown() } : { answer: await this.register(one, caller) });
    return results;
  }

  heartbeats(selectors: readonly (InstanceSelector & Word)[], caller: Caller): Promise<readonly (RollcallError | null)[]> {
    return Promise.all(
      selectors.map(async (selector) => {
        try {
          const found = findInstance(new FilteredView(this.view), selector, caller);
          demandRight(caller, 'write', found);
          await this.heartbeat(found, caller, selector);
          return null;
        } catch (error) {
          return error as RollcallError;
        }
      }),
    );
  }

  setMode(ref: InstanceRef, change: ModeChange): Promise<Changed> {
    return this.#wished(ref, change);
  }

  patch(ref: InstanceRef, patch: Patch): Promise<Changed> {
    return this.#wished(ref, patch);
  }

  overrideStatus(ref: InstanceRef, status: object | null): Promise<Changed> {
    return this.#wished(ref, { status });
  }

  changeCheck(ref: InstanceRef, name: string, asked: object | null): Promise<Changed> {
    return this.#wished(ref, { name, asked });
  }

  changeMachineCheck(ref: MachineRef, name: string, asked: object | null): Promise<MachineWritten> {
    this.wishes.push({ name, asked });
    const machine = { ...ref, ...bornMachine, addresses: {}, metadata: {}, checks: [], origin: { face: 'native' } };
    return Promise.resolve({ machine, created: false, revision: this.#revision });
  }

  report(): GuardReport {
    return { ...this.guard, holding: this.guard.held > 0 };
  }

  release(which: HeldScope): Promise<number> {
    this.wishes.push(which);
    return Promise.resolve(this.guard.held);
  }

  heartbeatMachine(ref: MachineRef): Promise<void> {
    this.wishes.push(ref);
    return Promise.resolve();
  }

  putMachine(machine: MachineRegistration): Promise<MachineWritten> {
    this.wishes.push(machine);
    return Promise.resolve({ machine: { ...machine, ...bornMachine }, created: true, revision: this.#revision });
  }

  setMachineMode(ref: MachineRef, change: Pick<ModeChange, 'mode' | 'reason'>): Promise<MachineWritten> {
    this.wishes.push(change);
    const machine = { ...ref, ...bornMachine, mode: change.mode, addresses: {}, metadata: {}, checks: [], origin: { face: 'native' } };
    return Promise.resolve({ machine, created: false, revision: this.#revision });
  }

  removeMachine(): Promise<never> {
    return unbuilt();
  }

  setPanicRule(ref: ServiceRef, rule: PanicRule | null): Promise<{ readonly revision: number }> {
    this.wishes.push({ ...ref, rule });
    return Promise.resolve({ revision: this.#revision });
  }

  becomes(ref: InstanceRef, health: Health): void {
    const previous = this.view.instance(ref, tester) as Instance;
    this.#revision++;
    this.#feed({ ref, previous, current: { ...previous, health, healthRevision: this.#revision } });
  }

  #wished(ref: InstanceRef, wish: object): Promise<Changed> {
    this.wishes.push(wish);
    return Promise.resolve({ instance: this.view.instance(ref, tester) as Instance, revision: this.#revision });
  }

  #feed(change: InstanceChange): void {
    this.view.show(this.#revision, [change]);
  }
}

export const someBudget: Omit<GuardReport, 'holding'> = {
  windowMs: 900_000,
  windowStartMs: null,
  windowLeftMs: 0,
  presentAtStart: 100,
  budget: 15,
  departed: 0,
  released: 0,
  left: 15,
  held: 0,
};

const someStatus: NodeStatus = {
  node: 'registry-1',
  role: 'full',
  startedAtMs: 0,
  startedMs: 0,
  instances: healthCounts((health) => (health === 'passing' ? 3 : 0)),
  machines: healthCounts(() => 0),
  doors: { http: '127.0.0.1:8500' },
};

const bornMachine = {
  registeredAtMs: 0,
  createRevision: 1,
  revision: 1,
  healthRevision: 0,
  health: 'passing',
  verdicts: {},
  mode: 'in',
  modeIntent: null,
} as const;

function unknown(): RollcallError {
  return new RollcallError('outcome-unknown', 'Who knows.');
}

function unbuilt(): Promise<never> {
  return Promise.reject(new RollcallError('internal', 'This double does not answer that.'));
}
