/** The reads of the Consul face before a view that is fed by hand: no registrar, and a door without a port. */
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import {
  encodeMachineRecord,
  everything,
  FilteredView,
  healthOf,
  machineKey,
  MachineName,
  Namespace,
  noMeter,
  openAccess,
  readRegistration,
  type AccessControl,
  type Caller,
  type Host,
  type Instance,
  type Log,
  type MachineRegistration,
} from '@rollcall/core';
import { FedView } from '../../../../../test/support/fed-view.js';
import { HttpDoor } from '../../doors/http/door.js';
import { inject, open, type Answered, type Answering } from '../../doors/http/in-memory.fixture.js';
import { AnswerCache } from '../../shared/answer-cache.js';
import { agentRoutes } from './agent/reads.js';
import { selfRoutes } from './agent/self.js';
import { Agents, type AgentMode } from './agent/agents.js';
import { Blocking } from './waiting/blocking.js';
import { catalogRoutes } from './catalog/reads.js';
import { healthRoutes } from './catalog/health-reads.js';
import { Indexes, LASTING_BASE } from './indexes.js';
import type { KeptService } from './kept.js';
import { Distances } from './coordinates/distances.js';
import type { CoordinateRecord } from './keyspace/records.js';
import type { Member, Members } from './catalog/members.js';
import { readingContext } from './catalog/reading-context.js';
import type { ReadingContext } from './catalog/reading.js';
import { Reads } from './reads.js';
import { ConsulFace } from './server.js';
import { statusRoutes } from './status.js';
import { stubRoutes } from './stubs.js';

const tester: Caller = { identity: 'anonymous', may: everything, from: '127.0.0.1', face: 'consul' };

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

const self: Member = {
  name: 'self' as MachineName,
  id: '11111111-2222-3333-4444-555555555555',
  address: '10.9.9.9',
  port: 8300,
  leaving: false,
  revision: 3,
};

const rest = { prefix: '', name: 'rest', routes: [], failed: () => ({ status: 404, headers: [], body: 'nothing here' }) };
const load = (): { loopDelayMs: number; commitsWaiting: number } => ({ loopDelayMs: 0, commitsWaiting: 0 });

const ownAgent = { name: self.name, address: self.address as Host };

/** Nodes that can be told to be others. */
export class SomeMembers implements Members {
  readonly self: Member = self;
  revision = 3;
  #all: readonly Member[] = [self];
  readonly #followers = new Set<() => void>();

  all(): readonly Member[] {
    return this.#all;
  }

  follow(changed: () => void): () => void {
    this.#followers.add(changed);
    return () => void this.#followers.delete(changed);
  }

  become(names: readonly string[], revision: number): void {
    this.#all = names.map((name) => ({ ...self, name: name as MachineName, revision: name === 'self' ? 3 : revision }));
    this.revision = revision;
    for (const changed of this.#followers) changed();
  }
}

/** As it came through this face, where `kept` is given. */
export function instanceFrom(fields: Readonly<Record<string, unknown>>, like: Partial<Instance> = {}, kept?: KeptService): Instance {
  const origin = kept === undefined ? { face: 'native' } : { face: 'consul', kept: { consul: JSON.stringify(kept) } };
  const one = readRegistration({ service: 'web', host: '10.0.0.5', port: 8080, ttl: '10s', ...fields }, origin);
  const born = { incarnation: 1, registeredAtMs: 0, createRevision: 6, revision: 6, healthRevision: 0 };
  // As the view derives it, so that it makes the same records of it again.
  const health = healthOf(one, like.verdicts ?? {});
  return { ...one, ...born, mode: 'in', verdicts: {}, intent: null, intentRevision: 0, held: false, ...like, health };
}

export interface ConsulSceneOptions {
  readonly access?: AccessControl;
  readonly complete?: boolean;
  readonly agents?: AgentMode;
  readonly confirm?: (withinMs: number) => Promise<boolean>;
}

export class ConsulScene {
  readonly view: FedView = new FedView();
  readonly members: SomeMembers = new SomeMembers();
  readonly clock: SimulatedClock = new SimulatedClock();
  readonly blocking: Blocking;
  readonly context: ReadingContext;
  readonly door: HttpDoor;
  readonly coordinates: Map<string, CoordinateRecord> = new Map();
  readonly #distances = new Distances({ coordinates: () => this.coordinates, moved: () => this.coordinates.size });
  revision = 5;

  constructor({ access = openAccess, complete = true, agents = 'per-source', confirm }: ConsulSceneOptions = {}) {
    const { view: whole, members, clock } = this;
    const view = new FilteredView(whole);
    const indexes = new Indexes(LASTING_BASE);
    const random = new SeededRandom(1);
    this.blocking = new Blocking({ clock, random, waitersMax: 100, now: () => indexes.of(view.revision) });
    const defaultPolicy = (): 'allow' => 'allow';
    const reads = new Reads({
      view,
      clock,
      blocking: this.blocking,
      defaultPolicy,
      confirm: confirm ?? (() => Promise.resolve(true)),
      failed: (error) => face.failed(error, { headers: {}, rawHeaders: [] }),
    });
    this.context = readingContext({
      whole,
      view,
      members,
      agents: new Agents({ mode: agents, own: ownAgent }),
      distances: this.#distances,
      reads,
      clock,
      terms: { indexes, datacenter: 'dc1' },
      consulVersion: '1.22.0',
      cache: new AnswerCache({ bytesMax: 1_000_000 }),
      answersBytesMax: 1_000_000,
    });
    const { answers } = this.context;
    const about = { consulVersion: '1.22.0', version: '0.0.0', metrics: () => Promise.resolve('up 1\n') };
    const face: ConsulFace = new ConsulFace({
      routes: [
        ...statusRoutes({ members, isLed: () => view.staleSinceMs === null }),
        ...stubRoutes({ reads }),
        ...agentRoutes(this.context),
        ...selfRoutes({ ...this.context, ...about }),
        ...catalogRoutes(this.context),
        ...healthRoutes(this.context),
      ],
      datacenter: 'dc1',
      blocking: this.blocking,
      isComplete: () => view.complete,
      defaultPolicy,
      ready: (head, caller) => answers.ready(head, caller),
      log: silent,
    });
    this.door = new HttpDoor({
      faces: [rest, face],
      bind: '127.0.0.1',
      port: 0,
      corsOrigins: [],
      connectionsMax: 100,
      access,
      load,
      clock,
      random,
      meter: noMeter,
    });
    if (complete) whole.load({ epoch: 'e', revision: this.revision, instances: [] });
  }

  /** The answer is the revision that it was. */
  show(...shown: readonly Instance[]): number {
    this.revision++;
    const changes = shown.map((one) => {
      const isKnown = this.view.instance(one, tester) !== undefined;
      return { ref: one, current: { ...one, revision: this.revision, createRevision: isKnown ? one.createRevision : this.revision } };
    });
    this.view.show(this.revision, changes);
    return this.revision;
  }

  gone(one: Instance): number {
    this.revision++;
    this.view.show(this.revision, [{ ref: one, current: null }]);
    return this.revision;
  }

  machine(name: string, fields: Partial<MachineRegistration> = {}): number {
    this.revision++;
    const ref = { namespace: Namespace.default, name: name as MachineName };
    const one = { ...ref, addresses: {}, metadata: {}, checks: [], origin: { face: 'native' }, ...fields };
    const value = encodeMachineRecord({ ...one, registeredAtMs: 0, unknown: {} });
    const record = { key: machineKey('machines', ref), value, createRevision: this.revision, revision: this.revision };
    this.view.apply(structuredClone({ revision: this.revision, records: [record] }));
    return this.revision;
  }

  noMachine(name: string): number {
    this.revision++;
    const key = machineKey('machines', { namespace: Namespace.default, name: name as MachineName });
    this.view.apply({ revision: this.revision, records: [{ key, value: null, createRevision: 0, revision: this.revision }] });
    return this.revision;
  }

  get(url: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answered> {
    return inject(this.door, { method, url: `/v1${url}`, headers });
  }

  async json(url: string): Promise<unknown> {
    const { statusCode, body } = await this.get(url);
    if (statusCode !== 200) throw new Error(`${statusCode} ${body}`);
    return JSON.parse(body);
  }

  /** Settles when it is answered; `leave` goes away before. */
  begin(url: string): Promise<Answering> {
    return open(this.door, { url: `/v1${url}` });
  }
}
