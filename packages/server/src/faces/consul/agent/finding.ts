/**
 * Whom a bare id means. It is unique on its node only, so the caller's own node is asked first; and since a call may come through
 * another way than the registration did (a balancer, an operator's machine), whoever alone bears the id anywhere is meant next.
 */
import {
  everything,
  Namespace,
  refText,
  ROLLCALL,
  type Caller,
  type CatalogView,
  type ChangeBatch,
  type Check,
  type Clock,
  type Instance,
  type Machine,
  type MachineName,
} from '@rollcall/core';
import { instanceIdOn, type Agent } from './agents.js';
import { CONSUL, keptService } from '../kept.js';

/** Of several, nobody is meant. */
export type Found<One> = One | 'nobody' | 'several';

export interface FoundCheck {
  /** Whose check it is. */
  readonly instance: Instance | null;
  readonly machine: Machine | null;
  readonly check: Check;
}

export interface FindingOptions {
  readonly view: CatalogView;
  readonly clock: Clock;
}

/** What is found is judged where it is written: here everything is looked at. */
export const looking: Caller = { identity: ROLLCALL, may: everything, from: '', face: CONSUL };

/** An index of ids that nobody asks for is forgotten: it may be as large as the catalog. */
const INDEX_KEPT_MS = 300_000;

export class Finding {
  readonly #options: FindingOptions;
  #index: IdIndex | null = null;
  #forget: (() => void) | null = null;

  constructor(options: FindingOptions) {
    this.#options = options;
  }

  /** What an instance calls itself here. */
  static serviceIdOf(instance: Instance): string {
    return keptService(instance.origin)?.id ?? instance.id;
  }

  /** On this node, whatever its service: one, unless somebody else has a hand in it. */
  onNode(agent: Pick<Agent, 'name'>, serviceId: string): readonly Instance[] {
    const { view } = this.#options;
    const id = instanceIdOn(agent.name, serviceId);
    const own = id === undefined ? [] : view.instancesById(Namespace.default, id, looking).filter(({ machine }) => machine === agent.name);
    if (own.length > 0) return own;
    // Whoever came through another face is called as he is.
    return plainly(view, serviceId).filter(({ machine }) => machine === agent.name);
  }

  /** `undefined` for one that only is where somebody is. */
  node(name: MachineName): Machine | undefined {
    return this.#options.view.machine({ namespace: Namespace.default, name }, looking);
  }

  allOn(name: MachineName): readonly Instance[] {
    return this.#options.view.instancesOn({ namespace: Namespace.default, name }, looking);
  }

  /** Looks at every one of them: for what is seldom asked. */
  everywhere(isMeant: (instance: Instance) => boolean): readonly Instance[] {
    return [...this.#options.view.allInstances(looking)].filter((one) => one.namespace === Namespace.default && isMeant(one));
  }

  service(agent: Agent, serviceId: string): Found<Instance> {
    const own = this.onNode(agent, serviceId);
    return one(own.length > 0 ? own : this.#indexed().services(serviceId));
  }

  check(agent: Agent, checkId: string): Found<FoundCheck> {
    const own = this.#checkOnNode(agent, checkId);
    if (own !== null) return own;
    const { view } = this.#options;
    const machines = view.machines(Namespace.default, looking).flatMap((machine) => ofMachine(machine, checkId));
    const found = [...machines, ...this.#indexed().checks(checkId)];
    const here = found.filter(({ machine, instance }) => (machine?.name ?? instance?.machine) === agent.name);
    return one(here.length > 0 ? here : found);
  }

  close(): void {
    this.#forget?.();
    this.#index?.close();
    this.#index = null;
  }

  /** Nearly always a check is called after its service. */
  #checkOnNode(agent: Agent, checkId: string): FoundCheck | null {
    const machine = this.node(agent.name);
    const [of] = machine === undefined ? [] : ofMachine(machine, checkId);
    if (of !== undefined) return of;
    const [, named = ''] = /^service:(.+)$/.exec(checkId) ?? [];
    for (const serviceId of named === '' ? [] : [named, named.replace(/:\d+$/, '')]) {
      for (const instance of this.onNode(agent, serviceId)) {
        const check = instance.checks.find(({ id }) => id === checkId);
        if (check !== undefined) return { instance, machine: null, check };
      }
    }
    return null;
  }

  #indexed(): IdIndex {
    const { view, clock } = this.#options;
    this.#forget?.();
    this.#index ??= new IdIndex(view);
    this.#forget = clock.after(INDEX_KEPT_MS, () => this.close());
    return this.#index;
  }
}

function plainly(view: CatalogView, id: string): readonly Instance[] {
  return view.instancesById(Namespace.default, id as Instance['id'], looking);
}

function ofMachine(machine: Machine, checkId: string): readonly FoundCheck[] {
  const check = machine.checks.find(({ id }) => id === checkId);
  return check === undefined ? [] : [{ instance: null, machine, check }];
}

function one<One>(found: readonly One[]): Found<One> {
  const [first] = found;
  return first === undefined ? 'nobody' : found.length > 1 ? 'several' : first;
}

/** Who bears an id, and whose check does: made when it is first needed, and kept up with the catalog from then on. */
class IdIndex {
  readonly #view: CatalogView;
  readonly #services = new Map<string, Map<string, Instance>>();
  readonly #checks = new Map<string, Map<string, Instance>>();
  readonly close: () => void;

  constructor(view: CatalogView) {
    this.#view = view;
    const followed = { namespace: Namespace.default };
    this.close = view.follow({ changed: (batch) => this.#take(batch), reset: () => this.#takeAll() }, looking, followed);
    this.#takeAll();
  }

  services(serviceId: string): readonly Instance[] {
    const plain = plainly(this.#view, serviceId).filter((instance) => Finding.serviceIdOf(instance) === serviceId);
    const kept = [...(this.#services.get(serviceId)?.values() ?? [])];
    return [...new Set([...plain, ...kept])];
  }

  checks(checkId: string): readonly FoundCheck[] {
    return [...(this.#checks.get(checkId)?.values() ?? [])].flatMap((instance) => {
      const check = instance.checks.find(({ id }) => id === checkId);
      return check === undefined ? [] : [{ instance, machine: null, check }];
    });
  }

  #takeAll(): void {
    this.#services.clear();
    this.#checks.clear();
    for (const instance of this.#view.allInstances(looking)) if (instance.namespace === Namespace.default) this.#add(instance);
  }

  #take({ changes }: ChangeBatch): void {
    for (const { previous, current } of changes) {
      if (previous !== null) this.#remove(previous);
      if (current !== null) this.#add(current);
    }
  }

  #add(instance: Instance): void {
    const kept = keptService(instance.origin);
    const text = refText(instance);
    if (kept !== null && kept.id !== instance.id) put(this.#services, kept.id, text, instance);
    for (const { id, type } of instance.checks) if (kept !== null || type !== 'heartbeat') put(this.#checks, id, text, instance);
  }

  #remove(instance: Instance): void {
    const text = refText(instance);
    const kept = keptService(instance.origin);
    if (kept !== null) take(this.#services, kept.id, text);
    for (const { id } of instance.checks) take(this.#checks, id, text);
  }
}

function put(index: Map<string, Map<string, Instance>>, id: string, text: string, instance: Instance): void {
  const there = index.get(id);
  if (there === undefined) index.set(id, new Map([[text, instance]]));
  else there.set(text, instance);
}

function take(index: Map<string, Map<string, Instance>>, id: string, text: string): void {
  const there = index.get(id);
  there?.delete(text);
  if (there?.size === 0) index.delete(id);
}
