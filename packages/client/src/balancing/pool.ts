/**
 * The endpoints of one service, and who of them is called next.
 *
 * It follows the service's list: who stays keeps what was learnt about it, who is new starts slowly, who leaves is not chosen any
 * more while its calls come to their end. Work follows change; a `pick` allocates nothing.
 */
import type { LiveInstances } from '../discovery/live-instances.js';
import type { Clock, Random } from '../ports.js';
import type { Instance } from '../shapes.js';
import { systemClock } from '../system-clock.js';
import { systemRandom } from '../system-random.js';
import type { Balancer, PickContext } from './balancer.js';
import { balancerOf, panicRuleOf, slowStartOf, type BalancingOptions } from './balancing-options.js';
import { Endpoint, type EndpointKeeper } from './endpoint.js';
import { Lineup } from './lineup.js';
import type { Outcome } from './outcome.js';
import { tellDifference, type DifferenceListener } from './pool-difference.js';
import { Warming } from './slow-start.js';

export interface PoolOptions extends BalancingOptions {
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Told after a call to an endpoint ended. Must not throw. */
export type OutcomeListener = (endpoint: Endpoint, outcome: Outcome, tookMs: number) => void;

const anybody: PickContext = {};
/** Chance is asked so often for somebody who was not tried; then everybody is looked at. */
const OTHERS_TRIED_MAX = 4;

export class Pool {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #balancer: Balancer;
  readonly #lineup: Lineup;
  readonly #warming: Warming | undefined;
  readonly #members = new Map<string, Endpoint>();
  /** The last of each id that is no longer a member and has calls that have not ended: it may come back. */
  readonly #leaving = new Map<string, Endpoint>();
  readonly #keeper: EndpointKeeper;
  readonly #onOutcome: OutcomeListener[] = [];
  readonly #onGone: ((endpoint: Endpoint) => void)[] = [];
  readonly #onPanic: ((panic: boolean) => void)[] = [];
  #instances: readonly Instance[] = [];
  #outstanding = 0;

  constructor(options: PoolOptions = {}) {
    const { clock = systemClock, random = systemRandom } = options;
    this.#clock = clock;
    this.#random = random;
    this.#balancer = balancerOf(options, { clock, random });
    this.#lineup = new Lineup(this.#balancer, panicRuleOf(options));
    const slowStart = slowStartOf(options);
    this.#warming = slowStart && new Warming(slowStart, (endpoint) => this.#lineup.reweigh(endpoint));
    this.#keeper = {
      loaded: (endpoint, by) => this.#loaded(endpoint, by),
      ended: (endpoint, outcome, tookMs) => this.#ended(endpoint, outcome, tookMs),
      ejectionChanged: (endpoint) => this.#ejectionChanged(endpoint),
    };
  }

  /** How many endpoints the service has, ejected ones too. */
  get size(): number {
    return this.#members.size;
  }

  /** How many of them are chosen from now. */
  get available(): number {
    return this.#lineup.listed;
  }

  /** Calls that began and have not ended, those to endpoints that are leaving too. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Too many are ejected: all are tried. */
  get panic(): boolean {
    return this.#lineup.panic;
  }

  /** Every endpoint that the service has now. */
  endpoints(): IterableIterator<Endpoint> {
    return this.#members.values();
  }

  /** Follows a live view from now on; answers how to stop. */
  follow(live: LiveInstances): () => void {
    this.update(live.current);
    return live.onChange((current) => this.update(current));
  }

  /** These are the service's instances now. The list is kept and must not be changed afterwards. */
  update(instances: readonly Instance[]): void {
    const before = this.#instances;
    this.#instances = instances;
    const others = this.#members.size;
    const arrivals: Endpoint[] = [];
    tellDifference(before, instances, this.#differences(arrivals));
    // When hardly anybody was there before, nobody could carry the load meanwhile.
    if (others > 0 && this.#members.size > arrivals.length) this.#warmUp(arrivals);
    for (const endpoint of arrivals) this.#lineup.add(endpoint);
    if (this.#warming !== undefined && this.#warming.size === this.#members.size) this.#warming.finish();
    this.#settle();
  }

  /**
   * Whom to call now; `undefined` when nobody is there, or nobody who was not tried yet. Never one that is ejected while
   * somebody else is left.
   */
  pick(context: PickContext = anybody): Endpoint | undefined {
    if (this.#lineup.ejected > 0 || (this.#warming !== undefined && this.#warming.size > 0)) this.#advance();
    const chosen = this.#balancer.pick(context);
    const { exclude } = context;
    if (exclude === undefined || (chosen !== undefined && !exclude.has(chosen))) return chosen;
    return this.#another(context, exclude);
  }

  /** Answers how to stop listening. */
  onOutcome(listener: OutcomeListener): () => void {
    return listen(this.#onOutcome, listener);
  }

  /** Told when an endpoint has left and its last call has ended: its connections can be closed. Answers how to stop listening. */
  onGone(listener: (endpoint: Endpoint) => void): () => void {
    return listen(this.#onGone, listener);
  }

  /** Told when panic begins, with `true`, and when it ends. Answers how to stop listening. */
  onPanic(listener: (panic: boolean) => void): () => void {
    return listen(this.#onPanic, listener);
  }

  #differences(arrivals: Endpoint[]): DifferenceListener {
    const join = (instance: Instance): void => {
      if (instance.mode === 'in') arrivals.push(this.#join(instance));
    };
    return {
      joined: (instance) => (this.#members.has(instance.id) ? undefined : join(instance)),
      changed: (instance) => {
        const endpoint = this.#members.get(instance.id);
        if (endpoint === undefined) return join(instance);
        if (instance.mode === 'in' && isSame(endpoint.instance, instance)) return this.#change(endpoint, instance);
        this.#leave(endpoint);
        join(instance);
      },
      left: ({ id }) => {
        const endpoint = this.#members.get(id);
        if (endpoint !== undefined) this.#leave(endpoint);
      },
    };
  }

  #join(instance: Instance): Endpoint {
    const known = this.#leaving.get(instance.id);
    const back = known !== undefined && isSame(known.instance, instance);
    const endpoint = back ? known : new Endpoint(instance, { clock: this.#clock, keeper: this.#keeper });
    if (back) this.#leaving.delete(instance.id);
    endpoint.instance = instance;
    endpoint.standing = 'member';
    this.#members.set(instance.id, endpoint);
    return endpoint;
  }

  #change(endpoint: Endpoint, instance: Instance): void {
    const { zone, region } = endpoint.instance;
    const moved = zone !== instance.zone || region !== instance.region;
    if (moved) this.#lineup.remove(endpoint);
    endpoint.instance = instance;
    if (moved) this.#lineup.add(endpoint);
    else this.#lineup.reweigh(endpoint);
  }

  #leave(endpoint: Endpoint): void {
    this.#members.delete(endpoint.id);
    this.#warming?.delete(endpoint);
    this.#lineup.remove(endpoint);
    if (endpoint.outstanding === 0) return this.#goodbye(endpoint);
    endpoint.standing = 'leaving';
    this.#leaving.set(endpoint.id, endpoint);
  }

  #goodbye(endpoint: Endpoint): void {
    endpoint.standing = 'gone';
    for (const listener of this.#onGone) listener(endpoint);
  }

  #warmUp(arrivals: readonly Endpoint[]): void {
    const nowMs = this.#clock.monotonicMs();
    for (const endpoint of arrivals) this.#warming?.add(endpoint, nowMs);
  }

  #advance(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#lineup.advance(nowMs);
    this.#warming?.advance(nowMs);
  }

  /** Somebody who was not tried: of those to be chosen from, else of the ejected. */
  #another(context: PickContext, exclude: ReadonlySet<Endpoint>): Endpoint | undefined {
    const lineup = this.#lineup;
    for (let tries = 0; tries < OTHERS_TRIED_MAX; tries++) {
      const chosen = this.#balancer.pick(context);
      if (chosen !== undefined && !exclude.has(chosen)) return chosen;
    }
    return (
      this.#anyOther(exclude, (endpoint) => lineup.isListed(endpoint)) ?? this.#anyOther(exclude, (endpoint) => lineup.isWanted(endpoint))
    );
  }

  #anyOther(exclude: ReadonlySet<Endpoint>, may: (endpoint: Endpoint) => boolean): Endpoint | undefined {
    let [chosen, seen]: [Endpoint | undefined, number] = [undefined, 0];
    for (const endpoint of this.#members.values()) {
      if (exclude.has(endpoint) || !may(endpoint)) continue;
      // Each of those seen so far is as likely as any other.
      if (this.#random.number() * ++seen < 1) chosen = endpoint;
    }
    return chosen;
  }

  #loaded(endpoint: Endpoint, by: 1 | -1): void {
    this.#outstanding += by;
    if (this.#lineup.isListed(endpoint)) this.#balancer.loaded?.(endpoint, by);
  }

  #ended(endpoint: Endpoint, outcome: Outcome, tookMs: number): void {
    for (const listener of this.#onOutcome) listener(endpoint, outcome, tookMs);
    if (endpoint.outstanding > 0 || endpoint.standing !== 'leaving') return;
    if (this.#leaving.get(endpoint.id) === endpoint) this.#leaving.delete(endpoint.id);
    this.#goodbye(endpoint);
  }

  #settle(): void {
    if (this.#lineup.settle()) for (const listener of this.#onPanic) listener(this.panic);
  }

  #ejectionChanged(endpoint: Endpoint): void {
    if (endpoint.standing !== 'member') return;
    this.#lineup.ejectionChanged(endpoint);
    this.#settle();
  }
}

/** The same endpoint still, whatever else is said about it. An incarnation that shrank is a registry that forgot, and no other process. */
function isSame(before: Instance, after: Instance): boolean {
  return after.incarnation <= before.incarnation && after.host === before.host && after.port === before.port;
}

function listen<Listener>(listeners: Listener[], listener: Listener): () => void {
  listeners.push(listener);
  return () => {
    const at = listeners.indexOf(listener);
    if (at >= 0) listeners.splice(at, 1);
  };
}
