/**
 * Three nodes that probe a street of targets, over one log. Targets die and come back; nodes lose their line to all of them, their way to the log
 * or to each other, and are killed. Nobody who is alive may be said to be dead, and the dead are found out. The same seed is the same run.
 */
import { SeededRandom } from '@rollcall/conformance';
import { readRegistration, type NodeName } from '@rollcall/core';
import { Instants } from '../cluster/instants.js';
import { SharedLog } from '../cluster/shared-log.js';
import { Wires } from '../cluster/wires.js';
import { simulator } from '../node.js';
import { CHECK, ProbeOracle } from './probe-oracle.js';
import { ProbingNode } from './probing-node.js';
import { Street } from './street.js';

export interface ProbeSimulationOptions {
  readonly seed: number;
  /** How it is broken on purpose: nodes go by their own word alone. */
  readonly alone?: boolean;
  readonly tell?: (text: string) => void;
}

export interface ProbeReport {
  readonly targets: number;
  readonly simulatedMs: number;
  readonly troubles: number;
  readonly verdicts: number;
  readonly probes: number;
}

const NODES: readonly NodeName[] = ['n0', 'n1', 'n2'] as NodeName[];
/** So few that each node has less than ten, and so many that it has more. */
const STREETS = [12, 60];
const STEP_MS = 50;
const CALM_MS = { from: 5_000, to: 15_000 };
const TROUBLE_UNTIL_MS = 55_000;
const HEALED_MS = 65_000;
const END_MS = 90_000;
/** More at once, and there may be nobody left who hears anything and can say so. */
const WRONG_AT_ONCE_MAX = 2;
const KINDS = ['line', 'line', 'line', 'kill', 'log', 'wire'] as const;

/** Throws where something that must be true is not. */
export async function simulateProbes(options: ProbeSimulationOptions): Promise<ProbeReport> {
  const world = new ProbingWorld(options);
  await world.begin();
  await world.until(CALM_MS.to);
  world.judgeCalm();
  while (world.nowMs < TROUBLE_UNTIL_MS) await world.trouble();
  await world.until(HEALED_MS);
  world.lastDeaths();
  await world.until(END_MS);
  return world.end();
}

class ProbingWorld {
  readonly #options: ProbeSimulationOptions;
  readonly #random: SeededRandom;
  readonly #clock = new Instants();
  readonly #log: SharedLog;
  readonly #wires: Wires;
  readonly #street: Street;
  readonly #oracle: ProbeOracle;
  readonly #nodes = new Map<NodeName, ProbingNode>();
  readonly #size: number;
  #wrong = 0;
  #troubles = 0;
  #objection: unknown = null;

  constructor(options: ProbeSimulationOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#size = STREETS[this.#random.below(STREETS.length)] ?? 12;
    this.#log = new SharedLog(this.#clock);
    this.#wires = new Wires(this.#clock, this.#random);
    this.#street = new Street(this.#clock, this.#size);
    this.#oracle = new ProbeOracle(this.#street, this.#clock);
    this.#log.onRevision = (batch) => {
      try {
        this.#oracle.revision(batch);
      } catch (error) {
        this.#objection ??= error;
      }
    };
  }

  get nowMs(): number {
    return this.#clock.monotonicMs();
  }

  async begin(): Promise<void> {
    for (const name of NODES) this.#start(name);
    await this.until(1_000);
    const registrar = this.#nodes.get(NODES[0] as NodeName)?.node.registrar;
    for (let at = 0; at < this.#size; at++) {
      const check = { type: 'tcp', name: CHECK, interval: '1s', timeout: '500ms', failuresBeforeCritical: 3 };
      const fields = { service: `s${at % 3}`, id: `t${at}`, host: Street.hostOf(at), port: 80, checks: [check] };
      registrar
        ?.register(readRegistration(fields, { face: 'simulation' }), simulator)
        .catch((error: unknown) => (this.#objection ??= error));
    }
  }

  async until(ms: number): Promise<void> {
    while (this.nowMs < ms) {
      await this.#clock.advanceTo(this.nowMs + STEP_MS);
      if (this.#objection !== null) throw this.#objection as Error;
    }
  }

  judgeCalm(): void {
    const { from, to } = CALM_MS;
    // Once a second, and a little jitter.
    this.#oracle.judgeTurns(from, to, 1.1 * ((to - from) / 1_000) + 1);
  }

  async trouble(): Promise<void> {
    await this.until(this.nowMs + 200 + this.#random.below(1_500));
    if (this.#random.below(2) === 0) return this.#die();
    if (this.#wrong >= WRONG_AT_ONCE_MAX) return;
    const node = this.#pick(NODES);
    const kind = this.#pick(KINDS);
    const forMs = 1_000 + this.#random.below(9_000);
    this.#tell(`${kind} of ${node} for ${forMs}`);
    this.#troubles++;
    this.#wrong++;
    const heal = this.#make(kind, node);
    this.#clock.after(forMs, () => {
      heal();
      // Whoever was away needs a moment to know of it.
      this.#clock.after(2_000, () => this.#wrong--);
    });
  }

  /** For good, while one of the nodes hears nobody any more. */
  lastDeaths(): void {
    this.#street.cutLine(this.#pick(NODES));
    for (let at = 0; at < this.#size; at++) if (this.#random.below(6) === 0) this.#street.set(at, true);
  }

  end(): ProbeReport {
    this.#oracle.judge();
    for (const node of this.#nodes.values()) node.kill();
    const probes = this.#street.asked.reduce((sum, { length }) => sum + length, 0);
    return { targets: this.#size, simulatedMs: this.nowMs, troubles: this.#troubles, verdicts: this.#oracle.verdicts, probes };
  }

  #make(kind: (typeof KINDS)[number], name: NodeName): () => void {
    switch (kind) {
      case 'line':
        this.#street.cutLine(name);
        return () => this.#street.healLine(name);
      case 'kill':
        this.#nodes.get(name)?.kill();
        this.#nodes.delete(name);
        return () => this.#nodes.has(name) || this.#start(name);
      case 'log': {
        const node = this.#nodes.get(name);
        node?.node.link.cut();
        return () => node?.node.link.heal();
      }
      case 'wire': {
        const other = this.#pick(NODES.filter((one) => one !== name));
        this.#wires.cut(name, other);
        this.#wires.cut(other, name);
        return () => {
          this.#wires.heal(name, other);
          this.#wires.heal(other, name);
        };
      }
    }
  }

  #die(): void {
    const at = this.#random.below(this.#size);
    if (this.#street.isDead(at)) return;
    this.#tell(`target ${at} dies`);
    this.#street.set(at, true);
    this.#clock.after(500 + this.#random.below(12_000), () => this.#street.set(at, false));
  }

  #start(name: NodeName): void {
    const node = new ProbingNode({
      name,
      log: this.#log,
      wires: this.#wires,
      clock: this.#clock,
      random: this.#random,
      street: this.#street,
      neighbour: (other) => this.#nodes.get(other) ?? null,
      alone: this.#options.alone ?? false,
    });
    this.#nodes.set(name, node);
    node.start().catch(() => {
      if (this.#nodes.get(name) !== node) return;
      node.kill();
      this.#clock.after(1_000, () => this.#start(name));
    });
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#random.below(items.length)] as Item;
  }

  #tell(text: string): void {
    this.#options.tell?.(`${this.nowMs} ${text}`);
  }
}
