/**
 * The other nodes, as attendance and replicas need them: each that the roster has and that has a peer door is asked there, and
 * where that way is cut, through the log.
 */
import {
  RollcallError,
  type AttendantName,
  type Clock,
  type Colleagues,
  type Heard,
  type LiveNode,
  type Log,
  type Look,
  type Meter,
  type NodeName,
  type Onlookers,
  type Random,
  type RosterView,
} from '@rollcall/core';
import type { NodeReport } from '../shared/node-report.js';
import { lifeOf } from '../shared/peer-protocol.js';
import type { PeerTrust } from '../shared/peer-trust.js';
import { PeerFailure } from './peer-failure.js';
import { peerMeters, peerMetrics, type PeerMeters } from './peer-meters.js';
import { Peer } from './peer.js';

/** A way round a link that is cut. */
export interface ByLetter {
  ask(whom: LiveNode, who: readonly AttendantName[]): Promise<readonly (number | null)[]>;
}

export interface PeersOptions {
  readonly self: NodeName;
  readonly roster: RosterView;
  readonly trust: PeerTrust;
  /** `null` for who cannot write letters, as a replica. */
  readonly letters: ByLetter | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly meter: Meter;
}

export class Peers implements Colleagues, Onlookers {
  readonly #options: PeersOptions;
  readonly #meters: PeerMeters;
  readonly #peers = new Map<NodeName, Peer>();
  #unfollow: readonly (() => void)[] = [];

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#meters = peerMeters(options.meter);
    options.meter.gauge(peerMetrics.reached, () => this.reached().length);
  }

  /** From here on it knows who there is. */
  start(): void {
    const { roster, trust } = this.#options;
    this.#unfollow = [
      roster.follow(() => this.#look()),
      trust.follow(() => {
        for (const peer of this.#peers.values()) peer.renew();
      }),
    ];
    this.#look();
  }

  close(): void {
    for (const unfollow of this.#unfollow) unfollow();
    for (const peer of this.#peers.values()) peer.close();
    this.#peers.clear();
  }

  /** Those that answer, in the order of their names, those that stop soon too. */
  reached(): readonly Peer[] {
    return [...this.#peers.values()].filter((peer) => peer.isReached);
  }

  async hand(to: NodeName, heard: readonly Heard[]): Promise<void> {
    if (heard.length > 0) await this.#peer(to).hand(heard);
  }

  async ask(whom: NodeName, who: readonly AttendantName[]): Promise<readonly (number | null)[]> {
    const node = this.#options.roster.nodes.find(({ name }) => name === whom);
    if (node === undefined) throw new PeerFailure('unreached', `no node called ${whom} is alive`);
    const peer = this.#peers.get(whom);
    const { letters } = this.#options;
    if (peer !== undefined && (!peer.isDown || letters === null)) {
      try {
        return await peer.ages(who);
      } catch (error) {
        // Whoever is alive there has heard nothing, and a letter would wait for somebody who is gone.
        if (letters === null || (error instanceof PeerFailure && error.isOtherLife)) throw error;
      }
    }
    if (letters === null) throw new PeerFailure('unreached', `${whom} has no peer door`);
    return this.#askByLetter(letters, node, who);
  }

  async look(whom: NodeName, keys: readonly string[], withinMs: number): Promise<readonly Look[]> {
    return this.#peer(whom).look(keys, withinMs);
  }

  reaches(node: NodeName): boolean {
    return this.#peers.get(node)?.isReached ?? false;
  }

  /** What it says of itself. Rejects where it does not. */
  async report(node: NodeName): Promise<NodeReport> {
    return this.#peer(node).report();
  }

  async #askByLetter(letters: ByLetter, node: LiveNode, who: readonly AttendantName[]): Promise<readonly (number | null)[]> {
    try {
      const ages = await letters.ask(node, who);
      this.#meters.letterAnswered.add();
      return ages;
    } catch (error) {
      this.#meters.letterFailed.add();
      throw error;
    }
  }

  #peer(name: NodeName): Peer {
    const peer = this.#peers.get(name);
    if (peer !== undefined) return peer;
    throw new RollcallError('not-found', `No node called ${name} has a peer door at present.`);
  }

  /** Another life, and another address, is another peer. */
  #look(): void {
    const { roster, self } = this.#options;
    const wanted = new Map(
      roster.nodes.filter((node) => isPeer(node, self)).map((node) => [node.name, node as LiveNode & { peer: string }]),
    );
    for (const [name, peer] of this.#peers) {
      const node = wanted.get(name);
      if (node !== undefined && lifeOf(node) === lifeOf(peer.node) && node.peer === peer.node.peer) wanted.delete(name);
      else {
        peer.close();
        this.#peers.delete(name);
      }
    }
    for (const [name, node] of wanted) this.#peers.set(name, new Peer({ ...this.#options, node, meters: this.#meters }));
  }
}

function isPeer({ name, peer }: LiveNode, self: NodeName): boolean {
  return peer !== null && name !== self;
}
