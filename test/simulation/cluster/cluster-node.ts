/** One node of a simulated cluster: the real roster, membership, catalog, attendance and registrar, over ways that can be cut. */
import type { SeededRandom } from '@rollcall/conformance';
import {
  Amendments,
  Attendance,
  Catalog,
  ClusterFences,
  LogRegistrar,
  lensedStore,
  Membership,
  noMeter,
  Projector,
  Roster,
  SharedDuty,
  usualGuard,
  visibilityIn,
  type CatalogView,
  type ChangeBatch,
  type Clock,
  type Colleagues,
  type Log,
  type NodeName,
  type ProbeRunner,
  type Registrar,
  type RosterChange,
  type RosterView,
  type Store,
} from '@rollcall/core';
import { simulator } from '../node.js';
import { Link } from './link.js';
import type { Mutation } from './mutation.js';
import { Process } from './process.js';
import type { SharedLog } from './shared-log.js';
import type { Wires } from './wires.js';

const silence: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Nobody is held: the guard is another story, with a simulation of its own. */
const guard = { ...usualGuard, departuresMin: 1_000_000 };

let processes = 0;

export interface ClusterNodeOptions {
  readonly name: NodeName;
  readonly log: SharedLog;
  readonly wires: Wires;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly mutation: Mutation | null;
  /** Left out: nothing is probed. */
  readonly prober?: ProbeRunner;
  /** Left out: one of its own. */
  readonly process?: Process;
  /** Keys of others are instances, and instances are shown as keys. */
  readonly naming?: boolean;
}

export class ClusterNode {
  readonly name: NodeName;
  readonly process: Process;
  readonly link: Link;
  readonly view: CatalogView;
  readonly registrar: Registrar;
  readonly attendance: Attendance;
  readonly membership: Membership;
  readonly #catalog: Catalog;
  readonly #projector: Projector;
  readonly #roster: Roster;
  readonly #wires: Wires;
  readonly #mutation: Mutation | null;
  /** Its doors are open. */
  isServing = false;

  constructor(options: ClusterNodeOptions) {
    const { name, log, wires, clock, random, mutation, prober, process = new Process(clock, random), naming = false } = options;
    this.name = name;
    this.#wires = wires;
    this.#mutation = mutation;
    this.process = process;
    this.link = new Link({ log, clock, random, deliver: this.process.deliver });
    const shared = { store: this.link.store, clock: this.process, log: silence };
    const id = `process-${++processes}`;
    this.#roster = new Roster({ ...shared, id });
    const about = { name, id, peer: name, http: null, version: '1', protocol: one, records: one, startedMs: 0 };
    this.membership = new Membership({ ...shared, random, roster: this.#roster, about });
    const fences = new ClusterFences({ name, roster: this.#roster, membership: this.membership });
    this.#catalog = new Catalog({ ...shared, ...(naming ? { lens: 'everything' } : {}) });
    this.view = this.#catalog.view;
    const visibility = visibilityIn(this.#catalog);
    const roster = mutation === 'no full ttl after a loss' ? withoutLosses(this.#roster) : this.#roster;
    const colleagues = wires.of(name, this.process);
    const duty = new SharedDuty(this.#roster);
    this.#projector = new Projector({ ...shared, catalog: this.#catalog, meter: noMeter, duty });
    const written = naming ? this.#lensed() : this.link.store;
    this.attendance = new Attendance({
      ...shared,
      store: written,
      view: this.view,
      showing: visibility,
      random,
      guard,
      ...(prober === undefined ? {} : { prober }),
      fences: () => (mutation === 'no fences' ? [] : fences.at()),
      company: {
        roster,
        duty,
        colleagues: mutation === 'nobody is asked' ? whoNeverAsk(colleagues) : colleagues,
        isMember: () => mutation === 'membership by the log' || this.membership.isMember,
      },
    });
    const amendments = new Amendments(written, this.process);
    this.registrar = new LogRegistrar({
      amendments,
      view: this.view,
      catalog: this.#catalog,
      attendance: this.attendance,
      visibility,
      clock: this.process,
    });
  }

  get roster(): RosterView {
    return this.#roster;
  }

  /** That very life of it. */
  knows(other: ClusterNode): boolean {
    return this.#roster.nodes.some(
      ({ name, createRevision }) => name === other.name && createRevision === other.membership.life?.createRevision,
    );
  }

  async start(): Promise<void> {
    await this.#roster.start();
    this.#wires.plug({ name: this.name, process: this.process, colleague: this.attendance });
    await this.membership.join();
    await this.#catalog.start();
    await this.attendance.start();
    if (this.#mutation === 'ages as heard from the watch') this.#believeTheWatch();
    this.#projector.start();
    this.isServing = true;
  }

  /** As a node stops that was asked to. */
  async stop(): Promise<void> {
    await this.membership.announceLeaving();
    const handedOverAt = this.#mutation === 'goodbye without handing over' ? this.#roster.revision : await this.attendance.leave();
    this.isServing = false;
    await this.membership.leave({ handedOverAt });
    this.kill();
  }

  /** As by `kill -9`. What was on its way to the log may still arrive there. */
  kill(): void {
    this.isServing = false;
    this.process.end();
    this.membership.close();
    this.#roster.close();
    void this.attendance.close();
    void this.#projector.close();
    this.#catalog.close();
  }

  #lensed(): Store {
    const catalog = this.#catalog;
    return lensedStore({
      store: this.link.store,
      claims: catalog.claims,
      catalog,
      view: catalog.view,
      prefix: () => catalog.naming.prefix,
      project: (refs, revision) => this.#projector.project(refs, revision),
    });
  }

  /** What the watch says counts as heard right here. */
  #believeTheWatch(): void {
    const changed = ({ changes }: ChangeBatch): void => {
      for (const { ref, previous, current } of changes) {
        if (current !== null && current.health === 'passing' && current !== previous) void this.attendance.beat(ref).catch(() => undefined);
      }
    };
    this.view.follow({ changed, reset: () => undefined }, simulator);
  }
}

const one = { min: 1, max: 1 };

function whoNeverAsk(colleagues: Colleagues): Colleagues {
  return { ...colleagues, ask: (_whom, who) => Promise.resolve(who.map(() => null)) };
}

/** Whoever is lost is taken for one that said goodbye. */
function withoutLosses(roster: Roster): RosterView {
  return {
    get self() {
      return roster.self;
    },
    get nodes() {
      return roster.nodes;
    },
    get revision() {
      return roster.revision;
    },
    follow: (listener) => roster.follow(({ joined, left, lost }: RosterChange) => listener({ joined, left: [...left, ...lost], lost: [] })),
  };
}
