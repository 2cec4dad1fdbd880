/** The instances of a simulated cluster: each beats at the node that it is used to, and goes elsewhere when that does not answer well. */
import type { SeededRandom } from '@rollcall/conformance';
import { isRollcallError, readRegistration, type Clock, type Registration } from '@rollcall/core';
import { simulator } from '../node.js';
import type { ClusterNode } from './cluster-node.js';
import { idOf, type ClusterOracle } from './cluster-oracle.js';

export interface ClientsOptions {
  readonly ttlsMs: readonly number[];
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly oracle: ClusterOracle;
  /** `null` for those that are down. */
  readonly nodes: readonly (ClusterNode | null)[];
  readonly object: (error: unknown) => void;
  readonly tell: (text: string) => void;
}

interface Client {
  readonly registration: Registration;
  readonly everyMs: number;
  /** The node that it is used to. */
  node: number;
  nextMs: number;
  isDead: boolean;
  /** Nobody knows it. */
  isUnknown: boolean;
}

/** Who waits longer for an answer goes elsewhere. */
const PATIENCE_MS = 1000;
const TRIES_ELSEWHERE_AFTER_MS = 100;
/** Long enough to be heard once. */
const FLASH_MS = 600;

export class Clients {
  readonly #options: ClientsOptions;
  readonly #clients: readonly Client[];
  #over = false;
  acknowledged = 0;
  refused = 0;
  /** See `#isPartedFromNewcomers`. */
  excused = 0;

  constructor(options: ClientsOptions) {
    this.#options = options;
    this.#clients = options.ttlsMs.map((ttlMs, at) => this.#client(ttlMs, at));
  }

  get size(): number {
    return this.#clients.length;
  }

  /** Whose time it is beats. */
  step(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const [at, client] of this.#clients.entries()) if (!client.isDead && client.nextMs <= nowMs) this.#beat(at, client);
  }

  /** Some die, and some that were dead are back. */
  churn(share: number): void {
    for (const [at, client] of this.#clients.entries()) if (this.#options.random.number() < share) this.#live(at, client, client.isDead);
  }

  /** Those that were dead are back, and die again. */
  flash(): void {
    for (const [at, client] of this.#clients.entries()) {
      if (!client.isDead) continue;
      this.#live(at, client, true);
      this.#options.clock.after(FLASH_MS, () => this.#live(at, client, false));
    }
  }

  end(): void {
    this.#over = true;
  }

  #client(ttlMs: number, at: number): Client {
    const { random, nodes } = this.#options;
    const fields = { service: `s${at % 3}`, id: idOf(at), host: '10.0.0.1', port: 80, ttl: ttlMs, deregisterAfter: 4000 };
    return {
      registration: readRegistration(fields, { face: 'simulation' }),
      everyMs: ttlMs * (0.3 + 0.3 * random.number()),
      node: random.below(nodes.length),
      nextMs: 600 + random.below(1500),
      isDead: false,
      isUnknown: true,
    };
  }

  #live(at: number, client: Client, lives: boolean): void {
    const { oracle, clock, tell } = this.#options;
    client.isDead = !lives;
    oracle.known(at).isDead = !lives;
    client.nextMs = clock.monotonicMs();
    tell(`${idOf(at)} ${lives ? 'is back' : 'dies'}`);
  }

  #beat(at: number, client: Client): void {
    const { clock, random, nodes } = this.#options;
    const nowMs = clock.monotonicMs();
    client.nextMs = nowMs + client.everyMs * (0.9 + 0.2 * random.number());
    let isAnswered = false;
    const elsewhere = (): void => {
      if (isAnswered) return;
      isAnswered = true;
      client.node = random.below(nodes.length);
      client.nextMs = Math.min(client.nextMs, clock.monotonicMs() + TRIES_ELSEWHERE_AFTER_MS);
    };
    const node = nodes[client.node];
    if (node === null || node === undefined || !node.isServing) return elsewhere();
    clock.after(PATIENCE_MS, elsewhere);
    const arrive = (): void => {
      if (!node.isServing) return elsewhere();
      const answered = (): void => void (isAnswered = true);
      void this.#deal(at, node).then((isTaken) => (isTaken ? answered() : elsewhere()));
    };
    clock.after(5, () => node.process.deliver(arrive));
  }

  /** A node begins to deal with what came in. */
  async #deal(at: number, node: ClusterNode): Promise<boolean> {
    const { clock, oracle } = this.#options;
    const sinceMs = clock.monotonicMs();
    oracle.touched(at);
    try {
      await this.#knock(node, this.#clients[at] as Client);
    } catch (error) {
      this.#refuse(error, at, sinceMs);
      return false;
    }
    if (this.#over || !node.process.isRunning) return true;
    this.acknowledged++;
    if (this.#isPartedFromNewcomers(node)) this.excused++;
    else oracle.acknowledged(at, sinceMs);
    return true;
  }

  async #knock(node: ClusterNode, client: Client): Promise<void> {
    const { registration } = client;
    if (client.isUnknown) {
      await node.registrar.register(registration, simulator);
      client.isUnknown = false;
    } else if (this.#options.random.number() < 0.5) await node.registrar.heartbeat(registration, simulator);
    else {
      const [error] = await node.registrar.heartbeats([{ ...registration, service: null }], simulator);
      if (error !== null && error !== undefined) throw error;
    }
  }

  #refuse(error: unknown, at: number, sinceMs: number): void {
    if (this.#over) return;
    const { oracle, object } = this.#options;
    this.refused++;
    if (isRollcallError(error, 'not-found')) {
      (this.#clients[at] as Client).isUnknown = true;
      try {
        oracle.refusedAsUnknown(at, sinceMs);
      } catch (objection) {
        object(objection);
      }
    } else if (!isRollcallError(error) || !error.retryable) object(error);
  }

  /**
   * The one case in which an acknowledgement promises nothing: a node that may be no member told all that it knows, and meanwhile
   * somebody joined of whom none of those can know, because the log is away for them all.
   */
  #isPartedFromNewcomers(node: ClusterNode): boolean {
    if (node.membership.isMember) return false;
    return this.#options.nodes.some((other) => other !== null && other !== node && other.membership.isMember && !node.knows(other));
  }
}
