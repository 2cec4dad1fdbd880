/** What knows and decides: the log, and all that is derived from it. */
import {
  Amendments,
  Attendance,
  Caretaker,
  CLUSTER_TTL_MIN_MS,
  Drafts,
  Catalog,
  FilteredView,
  LogRegistrar,
  ReplicaGuard,
  SecondOpinion,
  refText,
  Timeline,
  visibilityIn,
  type AskInsight,
  type CatalogView,
  type Colleague,
  type EtcdStoreFor,
  type GuardDesk,
  type GuardSettings,
  type Insight,
  type InstanceRef,
  type Look,
  type Meter,
  type Registrar,
  type Store,
} from '@rollcall/core';
import { RemoteRegistrar } from '../cluster/remote-registrar.js';
import type { Part } from '../lifecycle.js';
import { lensOf } from '../options/naming-options.js';
import type { ServeOptions } from '../options/options.js';
import type { DutyCounts } from '../shared/node-report.js';
import { atTurnsEnd } from '../shared/turn.js';
import type { Surroundings } from '../surroundings.js';
import type { ClusterNode } from './cluster.js';
import { Hearing } from './hearing.js';
import { namingOn } from './naming.js';
import type { ProberThread } from '../prober/thread.js';
import { probing } from './prober.js';

export interface Ledger {
  readonly store: Store;
  /** The same, as a client of etcd writes to it: for the etcd door alone. */
  readonly etcdStore: EtcdStoreFor;
  readonly catalog: Catalog;
  /** What happened lately, from when it was started on. */
  readonly timeline: Timeline;
  /** The catalog's view, for everybody who comes through a door. */
  readonly shown: CatalogView;
  readonly registrar: Registrar;
  /** Several writes as one; `null` where others write. */
  readonly drafts: Drafts | null;
  readonly guard: GuardDesk;
  /** What this node knows of an instance beyond what the view shows. */
  readonly insight: AskInsight;
  /** How long ago it was heard, where that is known without asking others. */
  readonly heardAgeMs: (ref: InstanceRef) => number | null;
  /** Who answers the other nodes; `null` where nobody asks. */
  readonly colleague: Colleague | null;
  /** What checks look like from here, for another node. */
  readonly look: (keys: readonly string[]) => Promise<readonly Look[]>;
  /** Whom it looks after. Takes a while where there are many. */
  readonly duty: () => DutyCounts;
  /** Hears who is present, and asks. */
  readonly attendanceParts: readonly Part[];
  /** What ends by itself; none for a node that looks after nobody. */
  readonly caretakerParts: readonly Part[];
}

export interface LedgerSources {
  readonly store: Store;
  readonly options: ServeOptions;
  readonly surroundings: Surroundings;
  readonly meter: Meter;
}

/** Of a node that has no others, or that looks after its share. */
export function ledgerOn(sources: LedgerSources, cluster: ClusterNode | null): Ledger {
  const { store, surroundings, meter } = sources;
  const { clock, random, log } = surroundings;
  const seeing = seeingOf(sources);
  const { catalog, shown, visibility } = seeing;
  const { view } = catalog;
  const naming = namingOn({ ...sources, catalog, ...(cluster === null ? {} : { duty: cluster.company.duty }) });
  const { written, etcdStore } = naming;
  const amendments = new Amendments(written, clock, atTurnsEnd);
  const among = cluster === null ? {} : { company: cluster.company, fences: cluster.fences };
  const guard = guardSettings(sources);
  const { prober, part: proberPart, admit } = probing(sources);
  const attendance = new Attendance({ view, store: written, showing: visibility, clock, random, log, meter, guard, prober, ...among });
  prober.tell((news) => attendance.found(news));
  const opinion = cluster === null ? null : opinionOf(sources, { cluster, view, prober });
  const hearing = cluster === null ? null : new Hearing(attendance, cluster);
  const heard = hearing?.heard ?? attendance;
  const ttlMin = cluster === null ? {} : { ttlMinMs: CLUSTER_TTL_MIN_MS };
  const judging = { view: shown, attendance: heard, visibility, clock, admit, ...ttlMin };
  const registrar = new LogRegistrar({ ...judging, amendments, catalog });
  const drafts = new Drafts({ ...judging, store: written });
  const caretaker = new Caretaker({ catalog, amendments, registrar, clock, log, ...(cluster === null ? {} : cluster.company) });
  return {
    ...seeing,
    store,
    etcdStore,
    registrar,
    drafts,
    guard: attendance,
    insight: (instance) => attendance.insight(instance),
    heardAgeMs: (ref) => attendance.heardAgeMs(ref),
    colleague: attendance,
    look: async (keys) => opinion?.look(keys) ?? keys.map(() => 'unsure'),
    duty: () => attendance.countOurs(),
    attendanceParts: [
      // Behind whoever takes what it finds.
      proberPart,
      ...(opinion === null ? [] : [{ name: 'the second opinions', start: () => opinion.start(), close: () => opinion.close() }]),
      hearing?.part ?? { name: 'attendance', start: () => attendance.start(), close: () => attendance.close() },
      // What is found from here on is shown as keys too, if anything is.
      ...naming.parts,
    ],
    caretakerParts: [{ name: 'the caretaker', start: () => caretaker.start(), close: () => caretaker.close() }],
  };
}

/** What a node that hears nobody does about it, where there are others. */
function opinionOf(
  { meter }: LedgerSources,
  { cluster, view, prober }: { readonly cluster: ClusterNode; readonly view: CatalogView; readonly prober: ProberThread },
): SecondOpinion {
  const opinion = new SecondOpinion({ view, prober, roster: cluster.company.roster, onlookers: cluster.peers, meter });
  prober.tellDoubts((keys) => opinion.doubted(keys));
  return opinion;
}

/** Of a node that looks after nobody: what is written, others write. */
export function replicaLedgerOn(sources: LedgerSources, { peers, company }: ClusterNode): Ledger {
  const { store, surroundings } = sources;
  const { clock, random, log } = surroundings;
  const seeing = seeingOf(sources);
  const { catalog, shown, visibility } = seeing;
  const { view } = catalog;
  const guard = new ReplicaGuard({ store, view, clock, log, settings: guardSettings(sources) });
  return {
    ...seeing,
    store,
    etcdStore: () => store,
    registrar: new RemoteRegistrar({ peers, view: shown, visibility, random }),
    drafts: null,
    guard,
    insight: async (instance) => ({ ...nobodyHeard, onDuty: company.duty.ownerOf(refText(instance)) }),
    heardAgeMs: () => null,
    colleague: null,
    look: async (keys) => keys.map(() => 'unsure'),
    duty: () => ({ instances: 0, machines: 0 }),
    attendanceParts: [{ name: 'the guard’s book', start: () => guard.start(), close: () => guard.close() }],
    caretakerParts: [],
  };
}

/** It hears nobody, and asks nobody. */
const nobodyHeard: Insight = { isOurs: false, onDuty: null, heardAgesMs: new Map(), probes: new Map(), machine: null };

interface Seeing extends Pick<Ledger, 'catalog' | 'shown' | 'timeline'> {
  readonly visibility: ReturnType<typeof visibilityIn>;
}

function seeingOf({ store, options, surroundings: { clock, log } }: LedgerSources): Seeing {
  const panicRule = { eligibleMin: options.panicEligibleMin, belowShare: options.panicBelowShare };
  const catalog = new Catalog({ store, clock, log, panicRule, lens: lensOf(options) });
  const timeline = new Timeline({ view: catalog.view, clock, removals: () => catalog.removals });
  return { catalog, timeline, shown: new FilteredView(catalog.view), visibility: visibilityIn(catalog) };
}

function guardSettings({ options }: LedgerSources): GuardSettings {
  return { windowMs: options.guardWindowMs, share: options.guardShare, departuresMin: options.guardDeparturesMin };
}
