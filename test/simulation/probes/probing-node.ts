/** A node that probes: the real prober, doubt and second opinions, over a street whose lamps may be out, and a line that may be cut. */
import type { SeededRandom } from '@rollcall/conformance';
import { Prober, SecondOpinion, type Clock, type Look, type NodeName, type ProbeRunner, type ProbeSpec } from '@rollcall/core';
import { ClusterNode } from '../cluster/cluster-node.js';
import { Process } from '../cluster/process.js';
import type { SharedLog } from '../cluster/shared-log.js';
import type { Wires } from '../cluster/wires.js';
import type { Street } from './street.js';

export interface ProbingNodeOptions {
  readonly name: NodeName;
  readonly log: SharedLog;
  readonly wires: Wires;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly street: Street;
  /** Another node, if it runs. */
  readonly neighbour: (name: NodeName) => ProbingNode | null;
  /** Nobody is asked: to see that the simulation finds what that is there for. */
  readonly alone: boolean;
}

/** There, and back. */
const WIRE_MS = 10;

export class ProbingNode {
  readonly node: ClusterNode;
  readonly prober: Prober<ProbeSpec>;
  readonly #opinion: SecondOpinion;
  readonly #options: ProbingNodeOptions;
  readonly #process: Process;

  constructor(options: ProbingNodeOptions) {
    const { name, clock, random, street } = options;
    this.#options = options;
    const process = new Process(clock, random);
    this.#process = process;
    this.prober = new Prober<ProbeSpec>({
      clock: process,
      random,
      run: (spec, timeoutMs) => street.ask(name, spec, timeoutMs, process),
      tell: (news) => this.node.attendance.found(news),
      late: () => undefined,
      doubted: (key) => this.#opinion.doubted([key]),
      atOnceMax: 1_000,
    });
    const runner: ProbeRunner = {
      order: (order) => this.prober.order(order),
      drop: (key) => this.prober.drop(key),
      reports: (keys) => Promise.resolve(keys.map((key) => this.prober.report(key))),
    };
    this.node = new ClusterNode({ ...options, mutation: null, prober: runner, process });
    this.#opinion = new SecondOpinion({
      view: this.node.view,
      roster: this.node.roster,
      prober: {
        opinion: (found, keys) => keys.forEach((key) => this.prober.opinion(found, key)),
        accompanied: (isAccompanied) => this.prober.accompanied(isAccompanied),
        glance: (at) => this.prober.glance(at),
      },
      onlookers: { look: (whom, keys, withinMs) => this.#askNeighbour(whom, keys, withinMs) },
    });
  }

  async start(): Promise<void> {
    await this.node.start();
    this.prober.start();
    if (!this.#options.alone) this.#opinion.start();
  }

  look(keys: readonly string[]): Promise<readonly Look[]> {
    return this.#opinion.look(keys);
  }

  kill(): void {
    this.node.kill();
    this.prober.close();
    this.#opinion.close();
  }

  #askNeighbour(whom: NodeName, keys: readonly string[], withinMs: number): Promise<readonly Look[]> {
    const { name, wires, neighbour } = this.#options;
    const process = this.#process;
    return new Promise((resolve, reject) => {
      process.after(withinMs, () => reject(new Error(`${whom} does not answer`)));
      process.after(WIRE_MS, () => {
        const other = neighbour(whom);
        if (other === null || !other.node.process.isRunning || !wires.carries(name, whom)) return;
        other.look(keys).then(
          (found) => wires.carries(whom, name) && process.after(WIRE_MS, () => resolve(found)),
          () => undefined,
        );
      });
    });
  }
}
