/**
 * A cluster in one process: several nodes over one log, instances that beat at any of them, and trouble. Everything that could
 * matter is real but time, chance, the network and the engine. The same seed is the same run.
 */
import { SeededRandom } from '@rollcall/conformance';
import { switchNaming, type NodeName } from '@rollcall/core';
import { Clients } from './cluster-clients.js';
import { ClusterNode } from './cluster-node.js';
import { ClusterOracle } from './cluster-oracle.js';
import { planClusterTrouble, type ClusterTrouble, type PlannedTrouble } from './cluster-trouble.js';
import { Instants } from './instants.js';
import { judgeKeys } from './judge-keys.js';
import type { Mutation } from './mutation.js';
import { SharedLog } from './shared-log.js';
import { Wires } from './wires.js';

export interface ClusterSimulationOptions {
  readonly seed: number;
  /** How the protocol is broken on purpose. */
  readonly mutation?: Mutation;
  /** Instances are shown as keys; when all is over, just those that are in rotation. */
  readonly naming?: boolean;
  /** Is told what happens, for whoever looks for the reason. */
  readonly tell?: (text: string) => void;
}

export interface ClusterReport {
  readonly nodes: number;
  readonly instances: number;
  readonly simulatedMs: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** Those that were acknowledged, and promised nothing: see `Clients`. */
  readonly excused: number;
  readonly lapses: number;
  readonly recoveries: number;
  readonly departures: number;
}

const STEP_MS = 50;
/** Everybody is there and has beaten. */
const CALM_UNTIL_MS = 4000;
const TROUBLE_UNTIL_MS = 26_000;
/** From here on everything works, and some time later everything has to be as it should be. */
const HEALED_MS = 40_000;
const END_MS = 62_000;
const NODES_MAX = 5;
const TTLS_MS = [2000, 3000, 5000] as const;

/** Throws an `Objection` if something that must be true is not. */
export async function simulateCluster(options: ClusterSimulationOptions): Promise<ClusterReport> {
  const world = new ClusterWorld(options);
  await world.begin();
  while (world.nowMs < END_MS) await world.step();
  return world.end();
}

class ClusterWorld {
  readonly #options: ClusterSimulationOptions;
  readonly #random: SeededRandom;
  readonly #clock = new Instants();
  readonly #log: SharedLog;
  readonly #wires: Wires;
  readonly #oracle: ClusterOracle;
  readonly #clients: Clients;
  readonly #nodes: (ClusterNode | null)[];
  readonly #troubles: readonly PlannedTrouble[];
  #nextTrouble = 0;
  /** What is wrong at this moment: what is to be put right, and when. */
  #wrong: { readonly untilMs: number; readonly end: () => void }[] = [];
  #enginesAway = 0;
  #objection: Error | null = null;
  #over = false;

  constructor(options: ClusterSimulationOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    const random = this.#random;
    this.#log = new SharedLog(this.#clock);
    this.#wires = new Wires(this.#clock, random);
    const nodes = 2 + random.below(3);
    this.#nodes = Array.from({ length: nodes }, () => null);
    const ttlsMs = Array.from({ length: 6 + random.below(9) }, () => TTLS_MS[random.below(TTLS_MS.length)] ?? 2000);
    this.#oracle = new ClusterOracle(ttlsMs, () => this.nowMs);
    this.#clients = new Clients({
      ttlsMs,
      clock: this.#clock,
      random,
      oracle: this.#oracle,
      nodes: this.#nodes,
      object: (error) => this.#object(error),
      tell: (text) => this.#tell(text),
    });
    this.#troubles = planClusterTrouble(random, CALM_UNTIL_MS, TROUBLE_UNTIL_MS, nodes);
    this.#log.onRevision = (batch) => this.#guarded(() => this.#oracle.revision(batch));
  }

  get nowMs(): number {
    return this.#clock.monotonicMs();
  }

  async begin(): Promise<void> {
    if (this.#options.naming === true) await switchNaming({ commit: async (commit) => this.#log.commit(commit) }, '');
    for (let node = 0; node < this.#nodes.length; node++) this.#startNode(node);
    await this.#clock.advanceTo(500);
  }

  async step(): Promise<void> {
    await this.#clock.advanceTo(this.nowMs + STEP_MS);
    this.#demandNoObjection();
    this.#putRight();
    for (
      let next = this.#troubles[this.#nextTrouble];
      next !== undefined && next.atMs <= this.nowMs;
      next = this.#troubles[++this.#nextTrouble]
    ) {
      this.#tell(JSON.stringify(next));
      this.#make(next);
    }
    if (this.#isTroubled) this.#oracle.troubled();
    this.#clients.step();
    this.#guarded(() => this.#oracle.look());
    this.#demandNoObjection();
  }

  end(): ClusterReport {
    this.#oracle.judge();
    if (this.#options.naming === true) judgeKeys(this.#log, this.#nodes);
    this.#over = true;
    this.#clients.end();
    for (const node of this.#nodes) node?.kill();
    const { lapses, recoveries, departures } = this.#oracle;
    return {
      nodes: this.#nodes.length,
      instances: this.#clients.size,
      simulatedMs: this.nowMs,
      acknowledged: this.#clients.acknowledged,
      refused: this.#clients.refused,
      excused: this.#clients.excused,
      lapses,
      recoveries,
      departures,
    };
  }

  get #isTroubled(): boolean {
    return this.#wrong.length > 0 || this.#nodes.some((node) => node === null || !node.isServing || !node.membership.isMember);
  }

  #startNode(at: number): void {
    const name = `n${at}` as NodeName;
    const node = new ClusterNode({
      name,
      log: this.#log,
      wires: this.#wires,
      clock: this.#clock,
      random: this.#random,
      mutation: this.#options.mutation ?? null,
      naming: this.#options.naming ?? false,
    });
    this.#nodes[at] = node;
    for (let away = 0; away < this.#enginesAway; away++) node.link.cut();
    node.start().catch((error: unknown) => {
      if (this.#over || this.#nodes[at] !== node) return;
      this.#tell(`${name} does not start: ${String(error)}`);
      node.kill();
      this.#nodes[at] = null;
      this.#clock.after(1000, () => {
        if (!this.#over && this.#nodes[at] === null) this.#startNode(at);
      });
    });
  }

  /** Unless somebody else has done that by now. */
  #startAgain(at: number, before: ClusterNode): void {
    before.kill();
    if (this.#nodes[at] === before || this.#nodes[at] === null) this.#startNode(at);
  }

  /** After `HEALED_MS` nothing is wrong any more. */
  #until(forMs: number, end: () => void): void {
    this.#wrong.push({ untilMs: Math.min(this.nowMs + forMs, HEALED_MS), end });
  }

  #putRight(): void {
    const over = this.#wrong.filter(({ untilMs }) => untilMs <= this.nowMs);
    this.#wrong = this.#wrong.filter(({ untilMs }) => untilMs > this.nowMs);
    for (const { end } of over) end();
  }

  #make(trouble: ClusterTrouble): void {
    if (trouble.what === 'churn') return this.#clients.churn(trouble.share);
    if (trouble.what === 'engine away') {
      this.#enginesAway++;
      for (const node of this.#nodes) node?.link.cut();
      return this.#until(trouble.forMs, () => {
        this.#enginesAway--;
        for (const node of this.#nodes) node?.link.heal();
      });
    }
    if (trouble.what === 'cut link') return this.#cutLink(trouble);
    if (trouble.what === 'join' || trouble.what === 'flash') return this.#whileLagging(trouble);
    const node = this.#nodes[trouble.node];
    if (node === null || node === undefined || !node.process.isRunning) return;
    this.#makeOn(node, trouble);
  }

  #makeOn(node: ClusterNode, trouble: Exclude<ClusterTrouble, { what: 'churn' | 'engine away' | 'cut link' | 'join' | 'flash' }>): void {
    const { forMs } = trouble;
    switch (trouble.what) {
      case 'pause':
        node.process.stop();
        return this.#until(forMs, () => node.process.resume());
      case 'lag':
        node.link.lagMs = trouble.byMs;
        return this.#until(forMs + trouble.byMs, () => (node.link.lagMs = 0));
      case 'cut off':
        node.link.cut();
        return this.#until(forMs, () => node.link.heal());
      case 'isolate':
        node.link.cut();
        this.#others(node).forEach((other) => this.#cut(node.name, other, true));
        return this.#until(forMs, () => {
          node.link.heal();
          for (const other of this.#others(node)) this.#heal(node.name, other);
        });
      case 'crash':
        node.kill();
        this.#nodes[trouble.node] = null;
        return this.#until(forMs, () => this.#startAgain(trouble.node, node));
      case 'stop':
        if (!node.isServing) return;
        void node.stop().then(
          () => this.#tell(`${node.name} has stopped`),
          () => undefined,
        );
        return this.#until(forMs + 1000, () => this.#startAgain(trouble.node, node));
    }
  }

  #whileLagging({ what, laggard, byMs, forMs }: Extract<ClusterTrouble, { what: 'join' | 'flash' }>): void {
    const node = this.#nodes[laggard];
    if (node !== null && node !== undefined) {
      node.link.lagMs = byMs;
      this.#until(forMs + byMs, () => (node.link.lagMs = 0));
    }
    if (what === 'flash') return this.#clients.flash();
    if (this.#nodes.length < NODES_MAX) this.#startNode(this.#nodes.length);
  }

  #others({ name }: ClusterNode): readonly NodeName[] {
    return this.#nodes.map((_, at) => `n${at}` as NodeName).filter((other) => other !== name);
  }

  #cutLink({ from, to, bothWays, forMs }: Extract<ClusterTrouble, { what: 'cut link' }>): void {
    const [one, other] = [`n${from}` as NodeName, `n${to}` as NodeName];
    this.#cut(one, other, bothWays);
    this.#until(forMs, () => this.#heal(one, other));
  }

  #cut(one: NodeName, other: NodeName, bothWays: boolean): void {
    this.#wires.cut(one, other);
    if (bothWays) this.#wires.cut(other, one);
  }

  #heal(one: NodeName, other: NodeName): void {
    this.#wires.heal(one, other);
    this.#wires.heal(other, one);
  }

  #guarded(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#object(error);
    }
  }

  /** Thrown where nobody could throw it on; the next step does. */
  #object(error: unknown): void {
    this.#objection ??= error instanceof Error ? error : new Error(String(error));
  }

  #demandNoObjection(): void {
    const objection = this.#objection;
    if (objection !== null) throw objection;
  }

  #tell(text: string): void {
    this.#options.tell?.(`${this.nowMs} ${text}`);
  }
}
