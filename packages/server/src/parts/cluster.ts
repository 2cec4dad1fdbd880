/** This node as one of several before one etcd: who the others are, its place among them, and the ways there and back. */
import {
  ClusterFences,
  Letters,
  Membership,
  recordFormats,
  Roster,
  SharedDuty,
  type Colleague,
  type Company,
  type Fences,
  type LeaseId,
  type LiveNode,
  type Look,
  type Member,
  type NodeName,
  type Registrar,
} from '@rollcall/core';
import { Peers, type ByLetter } from '../cluster/peers.js';
import { advertisedAt, peerOptions } from '../doors/peer/config.js';
import { PeerDoor } from '../doors/peer/door.js';
import type { Part } from '../lifecycle.js';
import { nodeNameOf } from '../options/node-options.js';
import { etcdOf, type ServeOptions } from '../options/options.js';
import { newEpoch } from '../shared/epoch.js';
import type { NodeReport, SeenNode } from '../shared/node-report.js';
import type { ClusterStatus } from '../shared/node-status.js';
import { PEER_PROTOCOL } from '../shared/peer-protocol.js';
import { PeerTrust } from '../shared/peer-trust.js';
import type { Surroundings } from '../surroundings.js';
import type { LedgerSources } from './ledger.js';
import { opened } from './opening.js';

export interface ClusterSources extends LedgerSources {
  readonly trust: PeerTrust;
}

/** What the others find behind the peer door. */
export interface Answering {
  readonly colleague: Colleague;
  readonly registrar: Registrar;
  readonly look: (keys: readonly string[]) => Promise<readonly Look[]>;
  readonly report: () => NodeReport;
}

/** Between the word that it leaves and its own roster's showing it lie milliseconds, unless etcd is in trouble. */
const SHOWN_WITHIN_MS = 1000;

export class ClusterNode {
  readonly name: NodeName;
  readonly company: Company;
  readonly fences: Fences;
  readonly #sources: ClusterSources;
  readonly #roster: Roster;
  readonly #peers: Peers;
  readonly #id: string;
  readonly #isReplica: boolean;
  readonly #startedMs: number;
  #letters: Letters | null = null;
  #door: PeerDoor | null = null;
  #membership: Membership | null = null;
  /** What was heard here is known elsewhere. */
  #handedOverAt: number | null = null;

  constructor(sources: ClusterSources) {
    const { store, options, trust, surroundings, meter } = sources;
    const { clock, random, log } = surroundings;
    this.#sources = sources;
    this.name = nodeNameOf(options);
    this.#id = newEpoch(random);
    this.#startedMs = clock.wallMs();
    this.#isReplica = options.role === 'replica';
    this.#roster = new Roster({ store, clock, log, id: this.#isReplica ? null : this.#id, meter });
    const letters = this.#isReplica ? null : { ask: (...question: Parameters<ByLetter['ask']>) => this.#askByLetter(...question) };
    this.#peers = new Peers({ self: this.name, roster: this.#roster, trust, letters, clock, random, log, meter });
    const life = (): Membership['life'] => this.#membership?.life ?? null;
    const membership = {
      get life() {
        return life();
      },
    };
    const fences = new ClusterFences({ name: this.name, roster: this.#roster, membership });
    this.fences = (asOf) => fences.at(asOf);
    const isMember = (): boolean => this.#membership?.isMember ?? false;
    this.company = { roster: this.#roster, duty: new SharedDuty(this.#roster), colleagues: this.#peers, isMember };
  }

  /** Where the others ask it, by the address that it listens on. */
  get doors(): Readonly<Record<string, string>> {
    const { bind } = this.#sources.options;
    return this.#door === null ? {} : { peer: advertisedAt({ bind, advertise: null }, this.#door.port) };
  }

  get isMember(): boolean {
    return this.#membership?.isMember ?? this.#isReplica;
  }

  get isLeaving(): boolean {
    return this.#membership?.standing === 'leaving';
  }

  status(report: NodeReport): ClusterStatus {
    const { nodes } = this.#roster;
    const leaving = nodes.filter((node) => node.leaving).length;
    return { member: report.member, nodes: nodes.length, leaving, duty: report.duty };
  }

  /** Every node, in the order of their names, each asked now; this one too, whether it is a member or not. */
  async nodes(report: NodeReport): Promise<readonly SeenNode[]> {
    const own: SeenNode = { node: this.name, self: true, peer: this.#address(), http: report.http, leaving: this.isLeaving, report };
    const others = this.#roster.nodes.filter(({ name }) => name !== this.name).map((member) => this.#seen(member));
    return [own, ...(await Promise.all(others))].toSorted((one, other) => (one.node < other.node ? -1 : 1));
  }

  /** The full nodes that answer at present. */
  get peers(): Pick<Peers, 'reached' | 'look'> {
    return this.#peers;
  }

  /** Who the others are, and the way to them. */
  get wayParts(): readonly Part[] {
    const { trust } = this.#sources;
    return [
      {
        name: 'the way to the other nodes',
        start: () => this.#peers.start(),
        reload: () => trust.reload(),
        close: () => this.#peers.close(),
      },
      { name: 'the list of nodes', start: () => this.#roster.start(), close: () => this.#roster.close() },
    ];
  }

  /** Where the others ask this one. */
  doorPart({ colleague, registrar, look, report }: Answering): Part {
    const { store, options, trust, surroundings, meter } = this.#sources;
    const { clock, log } = surroundings;
    const { bind, peer: port } = options;
    // As the roster has it: while the log is away nobody is a member by their own clocks, and what they hear they can still tell each other.
    const self = (): LiveNode | null => this.#roster.self;
    const door = new PeerDoor({ house: { self, colleague, registrar, look, report }, trust, bind, port, ...surroundings, meter });
    this.#door = door;
    const lease = (): LeaseId | null => this.#membership?.life?.lease ?? null;
    this.#letters = new Letters({ store, self: this.name, roster: this.#roster, lease, ages: (who) => colleague.ages(who), clock, log });
    return {
      name: 'the peer door',
      start: () => opened(() => door.start(), { what: 'Peer', bind, port, option: peerOptions.peer }),
      close: () => door.close(),
    };
  }

  /** Its place among the others, and the answers to those who can only ask through the log. */
  get placeParts(): readonly Part[] {
    const leave = async (): Promise<void> => this.#membership?.leave({ handedOverAt: this.#handedOverAt });
    return [
      { name: 'the membership', start: () => this.#join(), close: leave },
      { name: 'the letters', start: () => this.#letters?.start(), close: () => this.#letters?.close() },
    ];
  }

  /** Before anything else ends: the others share its duty among themselves from now on, and still ask it. */
  get farewellPart(): Part {
    return { name: 'the farewell', drain: async () => this.#membership?.announceLeaving() };
  }

  /** What was heard here is handed to whoever has the duty now; when no heartbeat comes in any more. */
  async handOver(leave: () => Promise<number | null>): Promise<void> {
    if (!this.company.isMember()) return;
    // A start that failed behind this one: others count on this node all the same, and it may have heard somebody for a replica.
    if (!this.isLeaving) await this.#membership?.announceLeaving();
    await this.#shownLeaving();
    this.#handedOverAt = await leave();
  }

  #join(): Promise<void> {
    const { store, options, surroundings, meter } = this.#sources;
    const { clock, random, log, version } = surroundings;
    const about = {
      name: this.name,
      id: this.#id,
      peer: this.#address(),
      http: advertisedUrl(options),
      version,
      protocol: PEER_PROTOCOL,
      records: recordFormats,
      startedMs: this.#startedMs,
    };
    this.#membership = new Membership({ store, clock, random, log, roster: this.#roster, about, meter });
    return this.#membership.join();
  }

  #askByLetter(...question: Parameters<ByLetter['ask']>): ReturnType<ByLetter['ask']> {
    if (this.#letters !== null) return this.#letters.ask(...question);
    throw new Error('Nobody asks before the door is there.');
  }

  async #shownLeaving(): Promise<void> {
    const { clock } = this.#sources.surroundings;
    const isShown = (): boolean => this.#roster.self?.leaving === true;
    if (isShown()) return;
    await new Promise<void>((resolve) => {
      const cancel = clock.after(SHOWN_WITHIN_MS, () => resolve());
      const unfollow = this.#roster.follow(() => {
        if (!isShown()) return;
        cancel();
        unfollow();
        resolve();
      });
    });
  }

  async #seen({ name, peer, leaving, record }: Member): Promise<SeenNode> {
    const report = await this.#peers.report(name).catch(() => null);
    return { node: name, self: false, peer, http: report?.http ?? record?.http ?? null, leaving, report };
  }

  #address(): string | null {
    return this.#door === null ? null : advertisedAt(this.#sources.options, this.#door.port);
  }
}

/** By what the nodes know each other; `null` for a node that has no others. Throws a sentence that says what to do. */
export async function readPeerTrust(options: ServeOptions, { clock, log }: Surroundings): Promise<PeerTrust | null> {
  return etcdOf(options) === null ? null : PeerTrust.read(options, log, clock);
}

/** `null` where nobody knows it before the door is open. */
function advertisedUrl({ bind, advertise, http, tlsCert }: ServeOptions): string | null {
  if (http === 0) return null;
  const host = advertise === null ? null : { host: advertise.host, port: null };
  return `${tlsCert === null ? 'http' : 'https'}://${advertisedAt({ bind, advertise: host }, http)}`;
}
