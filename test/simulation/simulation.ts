/**
 * A world in one process: a fleet that beats, a registry node that listens, and trouble. Time is simulated and chance is
 * seeded, so a run of minutes takes seconds, and the same seed is the same run.
 */
import { ProcessClock, SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { isRollcallError, type GuardSettings, type Registration, type Store } from '@rollcall/core';
import { openMemoryStore } from 'rollcall/stores';
import { Fleet, LONGEST_MS } from './fleet.js';
import { Node, simulator } from './node.js';
import { Oracle } from './oracle.js';
import { planTrouble, type Planned, type Trouble } from './trouble.js';

export interface SimulationOptions {
  readonly seed: number;
  readonly instances: number;
  /** How long there is trouble. Then everything may settle. */
  readonly troubleMs: number;
  readonly guard: GuardSettings;
  /** What the oracle believes the guard's settings to be. Only a test of the oracle itself lies to it. */
  readonly believed?: GuardSettings;
}

/** The same for the same options. */
export interface Report {
  readonly simulatedMs: number;
  readonly beats: number;
  readonly lapses: number;
  readonly departures: number;
  readonly heldMost: number;
  readonly troubles: number;
  readonly revision: number;
}

const STEP_MS = 100;
/** Of every hundred heartbeats so many are lost on the way. */
const LOST_SHARE = 0.02;
/** Who waits longer for an answer than this may have given up. */
const PATIENCE_MS = 2000;
/** The last trouble must have been noticed, and the guard must have drained, in so many of its windows. */
const SETTLING_WINDOWS_MAX = 80;

/** Throws an `Objection` if something that must be true is not. */
export async function simulate(options: SimulationOptions): Promise<Report> {
  const world = new World(options);
  await world.begin();
  while (world.nowMs < options.troubleMs) await world.step(true);
  await world.recover();
  const lastMs = world.nowMs + SETTLING_WINDOWS_MAX * options.guard.windowMs;
  while (!world.isSettled && world.nowMs < lastMs) await world.step(false);
  return world.end();
}

class World {
  readonly #options: SimulationOptions;
  readonly #random: SeededRandom;
  readonly #clock = new SimulatedClock();
  readonly #fleet: Fleet;
  readonly #oracle: Oracle;
  readonly #troubles: readonly Planned[];
  readonly #outages = new Map<number, number>();
  #nextTrouble = 0;
  #step = 0;
  #beats = 0;
  #wallOffsetMs = 0;
  #store!: Store;
  /** `null` while it is down. */
  #node: Node | null = null;
  /** The node sleeps or is down until then. */
  #awayUntilMs = 0;
  /** Who knocked while the node slept. */
  #door: { readonly at: number; readonly sinceMs: number }[] = [];
  /** Thrown where nobody could throw it on; the next step does. */
  #objection: Error | null = null;
  #quietSinceMs = Infinity;

  constructor(options: SimulationOptions) {
    const { seed, instances, guard, believed = guard, troubleMs } = options;
    this.#options = options;
    this.#random = new SeededRandom(seed);
    this.#fleet = new Fleet(instances, STEP_MS, this.#random);
    const { ttlMs, termMs } = this.#fleet;
    this.#oracle = new Oracle({ instances, ttlMs, termMs, guard: believed, now: () => this.nowMs });
    this.#troubles = planTrouble(this.#random, troubleMs, STEP_MS);
  }

  get nowMs(): number {
    return this.#clock.monotonicMs();
  }

  /** Long enough quiet for everybody to have been heard, and nobody left to depart. */
  get isSettled(): boolean {
    if (this.nowMs <= this.#quietSinceMs + LONGEST_MS + 10 * STEP_MS) return false;
    return this.#oracle.held === 0 && this.#node?.view.guard.holding === false;
  }

  async begin(): Promise<void> {
    this.#store = await openMemoryStore({ clock: this.#clock, random: this.#random });
    await this.#startNode();
  }

  async step(withTrouble: boolean): Promise<void> {
    this.#step++;
    await this.#clock.advance(STEP_MS);
    if (this.#awayUntilMs > 0 && this.nowMs >= this.#awayUntilMs) await this.#comeBack();
    if (withTrouble) await this.#makeTrouble();
    const turns = this.#fleet.takeTurns(this.#step).filter((at) => this.#fleet.lives[at] === 'beating' && this.#arrives(at, withTrouble));
    // Half of them beat through an agent, which speaks for many.
    for (const at of turns.filter((at) => at % 2 === 0)) this.#knock(at);
    void this.#knockTogether(turns.filter((at) => at % 2 === 1));
    await this.#clock.advance(0);
    if (this.#objection === null && this.#node !== null && this.#awayUntilMs === 0) this.#oracle.look(this.#node.view.guard);
    if (this.#objection !== null) throw this.#objection;
  }

  /** No more trouble. */
  async recover(): Promise<void> {
    if (this.#awayUntilMs > 0) await this.#comeBack();
    this.#outages.clear();
    this.#quietSinceMs = this.nowMs;
  }

  async end(): Promise<Report> {
    const node = this.#node as Node;
    this.#oracle.judge((at) => this.#fleet.lives[at] === 'beating', node.view.guard);
    const { lapses, departures, heldMost } = this.#oracle;
    const { revision } = node.view;
    node.kill();
    await this.#store.close();
    return { simulatedMs: this.nowMs, beats: this.#beats, lapses, departures, heldMost, troubles: this.#troubles.length, revision };
  }

  async #startNode(): Promise<void> {
    const clock = new ProcessClock(this.#clock, () => this.#wallOffsetMs);
    const node = new Node({ store: this.#store, clock, random: this.#random, guard: this.#options.guard });
    await node.start();
    this.#node = node;
    this.#oracle.nodeStarts(node.view.allInstances(simulator), node.view.guard);
    const lost = (): void => this.#object(new Error('the view lost its place in the log'));
    node.view.follow({ changed: (batch) => this.#guarded(() => this.#oracle.changed(batch, node.view.guard)), reset: lost }, simulator);
  }

  async #comeBack(): Promise<void> {
    this.#awayUntilMs = 0;
    if (this.#node === null) return this.#startNode();
    this.#oracle.nodeWakes();
    // Whether a timer or a socket is served first after a sleep is chance.
    const waiting = this.#door.filter(({ sinceMs }) => this.nowMs - sinceMs <= PATIENCE_MS || this.#random.number() < 0.5);
    this.#door = [];
    const middle = this.#random.below(waiting.length + 1);
    for (const { at } of waiting.slice(0, middle)) this.#knock(at);
    this.#node.clock.resume();
    for (const { at } of waiting.slice(middle)) this.#knock(at);
    await this.#clock.advance(0);
  }

  async #makeTrouble(): Promise<void> {
    for (
      let next = this.#troubles[this.#nextTrouble];
      next !== undefined && next.atMs <= this.nowMs;
      next = this.#troubles[++this.#nextTrouble]
    ) {
      await this.#make(next);
    }
  }

  async #make(trouble: Trouble): Promise<void> {
    const isAway = this.#awayUntilMs > 0;
    switch (trouble.what) {
      case 'sleep':
      case 'restart':
        if (!isAway) this.#leave(trouble);
        return;
      case 'jump':
        this.#wallOffsetMs += trouble.byMs;
        return this.#oracle.disturbed();
      case 'outage':
        return void this.#outages.set(trouble.zone, this.nowMs + trouble.forMs);
      case 'collapse':
        for (const at of this.#fleet.some('beating', trouble.share, trouble.zone)) this.#fleet.lives[at] = 'dead';
        return;
      case 'churn':
        return this.#churn(trouble.share);
      case 'release':
        if (!isAway) await this.#node?.attendance.release({}, simulator);
    }
  }

  #leave({ what, forMs }: Extract<Trouble, { what: 'sleep' | 'restart' }>): void {
    this.#awayUntilMs = this.nowMs + forMs;
    if (what === 'sleep') {
      this.#oracle.nodeSleeps();
      this.#node?.clock.stop();
      return;
    }
    this.#node?.kill();
    this.#node = null;
  }

  #churn(share: number): void {
    for (const at of this.#fleet.some('beating', share)) this.#fleet.lives[at] = 'dead';
    for (const life of ['dead', 'left'] as const) {
      for (const at of this.#fleet.some(life, 0.3)) {
        this.#fleet.lives[at] = 'beating';
        this.#fleet.isUnknown[at] = 1;
      }
    }
    if (this.#node === null || this.#awayUntilMs > 0) return;
    for (const at of this.#fleet.some('beating', share)) {
      this.#fleet.lives[at] = 'left';
      this.#oracle.leaves(at);
      void this.#answer(this.#node.registrar.deregister(this.#fleet.registrations[at] as Registration, simulator), at, this.#node);
    }
  }

  #arrives(at: number, withTrouble: boolean): boolean {
    if (!withTrouble) return true;
    const isCut = (this.#outages.get(this.#fleet.zone[at] as number) ?? 0) > this.nowMs;
    return !isCut && this.#random.number() >= LOST_SHARE;
  }

  #knock(at: number): void {
    const node = this.#node;
    if (node === null) return;
    if (this.#awayUntilMs > 0) return void this.#door.push({ at, sinceMs: this.nowMs });
    this.#beats++;
    const registration = this.#fleet.registrations[at] as Registration;
    if (this.#fleet.isUnknown[at] === 1) {
      this.#oracle.registers(at);
      void this.#answer(node.registrar.register(registration, simulator), at, node);
    } else {
      this.#oracle.heard(at);
      void this.#answer(node.registrar.heartbeat(registration, simulator), at, node);
    }
  }

  async #knockTogether(all: readonly number[]): Promise<void> {
    const node = this.#node;
    const known = all.filter((at) => this.#fleet.isUnknown[at] === 0);
    if (node === null || this.#awayUntilMs > 0 || known.length < all.length) return all.forEach((at) => this.#knock(at));
    this.#beats += known.length;
    for (const at of known) this.#oracle.heard(at);
    const selectors = known.map((at) => ({ ...(this.#fleet.registrations[at] as Registration), service: null }));
    const results = await node.registrar.heartbeats(selectors, simulator);
    known.forEach((at, place) => {
      const error = results[place] ?? null;
      void this.#answer(error === null ? Promise.resolve() : Promise.reject(error), at, node);
    });
  }

  async #answer(asked: Promise<unknown>, at: number, node: Node): Promise<void> {
    try {
      await asked;
    } catch (error) {
      if (isRollcallError(error, 'not-found')) this.#fleet.isUnknown[at] = 1;
      else if (!isRollcallError(error) || !error.retryable) this.#object(error);
      return;
    }
    if (this.#node !== node || this.#fleet.lives[at] === 'left') return;
    this.#fleet.isUnknown[at] = 0;
    this.#guarded(() => this.#oracle.acknowledged(at));
  }

  /** The feed's listeners must not throw. */
  #guarded(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#object(error);
    }
  }

  #object(error: unknown): void {
    this.#objection ??= error instanceof Error ? error : new Error(String(error));
  }
}
