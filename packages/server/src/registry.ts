/** A registry, put together: what runs, in what order, and why. */
import type { Metric } from '@rollcall/core';
import type { Access } from './access/access.js';
import type { BesideSettings } from './faces/consul/queries/beside-dns.js';
import type { NativeFace } from './faces/native/server.js';
import { Lifecycle, type Part } from './lifecycle.js';
import { Measuring } from './measuring/measuring.js';
import type { ServeOptions } from './options/options.js';
import { readAccess } from './parts/access.js';
import { auditing, type Auditing } from './parts/audit.js';
import { BehindTheLog } from './parts/behind-the-log.js';
import { ClusterNode, readPeerTrust } from './parts/cluster.js';
import { dnsDoor } from './parts/dns.js';
import { etcdDoor } from './parts/etcd-door.js';
import { eurekaOver } from './parts/eureka.js';
import { consoleFaces } from './parts/console-face.js';
import { consulFace, type OpenedConsul } from './parts/consul-face.js';
import { httpDoor, readCertificate } from './parts/http-door.js';
import { catalogParts, keptView } from './parts/kept-view.js';
import { ledgerOn, replicaLedgerOn, type Ledger } from './parts/ledger.js';
import { nativeFace } from './parts/native-face.js';
import { nodesOf, type NodesDesk } from './parts/nodes.js';
import { selfCheckParts } from './parts/self-check.js';
import { servicesParts } from './parts/services.js';
import { openStore } from './parts/store.js';
import { AnswerCache } from './shared/answer-cache.js';
import { awake } from './shared/awake.js';
import type { Surroundings } from './surroundings.js';

export interface Registry {
  /** Where each open door listens. */
  readonly doors: Readonly<Record<string, string>>;
  /** Everything that `GET /metrics` tells of. */
  readonly metrics: readonly Metric[];
  /** Settles if it cannot go on, with the reason: then whoever runs it stops it. */
  readonly failed: Promise<Error>;
  /** Reads anew what was read from files at the start: SIGHUP. Never throws. */
  reload(): Promise<void>;
  /** Not ready any more, watchers told, requests finished, store closed. A second call waits for the first. */
  stop(): Promise<void>;
}

/** Settles when it is ready. Throws with everything closed again. */
export function runRegistry(options: ServeOptions, surroundings: Surroundings): Promise<Registry> {
  return awake(() => start(options, surroundings));
}

async function start(options: ServeOptions, surroundings: Surroundings): Promise<Registry> {
  const { clock, log } = surroundings;
  const access = await readAccess(options, log);
  const tls = await readCertificate(options, surroundings);
  const trust = await readPeerTrust(options, surroundings);
  const measuring = new Measuring(clock);
  const { meter, load } = measuring;
  const kept = keptView(options, surroundings, meter);
  const store = measuring.measured(await openStore(options, surroundings, measuring.meter, kept), log);
  const sources = { store, options, surroundings, meter };
  const cluster = trust === null ? null : new ClusterNode({ ...sources, trust });
  const ledger = cluster !== null && options.role === 'replica' ? replicaLedgerOn(sources, cluster) : ledgerOn(sources, cluster);
  const beside = (): BesideSettings => consul.beside();
  const dns = dnsDoor(options, surroundings, { catalog: ledger.catalog, access: access.control, meter, beside });
  const audit = auditing(options, surroundings, meter);
  const nodes = nodesOf({ ...ledger, cluster, http: () => http.url() }, options, surroundings);
  const doors = (): Registry['doors'] => ({ ...http.doors(), ...dns.doors(), ...etcd.doors(), ...eureka.doors(), ...cluster?.doors });
  const status = { report: nodes.report, cluster: nodes.status, doors, eurekaPeers: () => eureka.peers() };
  const cache = new AnswerCache({ bytesMax: options.answerCacheBytesMax });
  const native = nativeFace({ ...ledger, audit, measuring, status, nodes: nodes.all, cache }, options, surroundings);
  const consulSources = { ...ledger, access: access.control, audit, cluster, measuring, cache, tellDns: dns.tell };
  const consul: OpenedConsul = consulFace(consulSources, options, surroundings);
  const eureka = eurekaOver({ ...ledger, access: access.control, audit, cluster, tls, load, meter, cache }, options, surroundings);
  const http = httpDoor(options, surroundings, {
    faces: [native, consul.face, eureka.face, ...consoleFaces(options, native)],
    refused: audit.refused,
    access: access.control,
    tls,
    load,
    meter,
  });

  const etcd = etcdDoor(options, surroundings, {
    ...ledger,
    access: access.control,
    refused: audit.refused,
    tls,
    load,
    metrics: () => measuring.text(),
    meter,
  });

  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<Error>((resolve) => (fail = resolve));
  const late = new BehindTheLog(ledger.catalog.read, fail);
  const viewParts = catalogParts(ledger, kept, dns.readerParts);
  const doorParts = [eureka.part, eureka.outwardPart, consul.keysPart, http.part, ...eureka.doorParts, ...dns.doorParts, ...etcd.parts];
  const house = { ...ledger, viewParts, access, audit, measuring, cluster, nodes, late, doorParts, native, consul };
  const parts = partsOf(house, options, surroundings);
  const lifecycle = new Lifecycle({ parts, clock, log });
  await lifecycle.start();
  return {
    doors: doors(),
    metrics: measuring.described(),
    failed,
    reload: () => lifecycle.reload(),
    stop: () => awake(() => lifecycle.stop()),
  };
}

/** What runs, in the order in which it starts; it stops in the opposite one. */
function partsOf(
  {
    store,
    catalog,
    viewParts,
    cluster,
    nodes,
    late,
    registrar,
    colleague,
    look,
    attendanceParts,
    caretakerParts,
    access,
    audit,
    measuring,
    doorParts,
    native,
    consul,
  }: House,
  options: ServeOptions,
  surroundings: Surroundings,
): readonly Part[] {
  const { clock, log } = surroundings;
  // A replica has no place among the nodes, and nobody asks it anything.
  const place = cluster === null || colleague === null ? null : { cluster, colleague, look };
  return [
    // The log first, and last to go: everything else is derived from it, and what is acknowledged must be in it.
    { name: 'the store', close: () => store.close() },
    // Reads everything, so that nobody is told of an absence that is none.
    ...viewParts,
    // Others may ask this node as soon as they know of it, and until they no longer do.
    ...(place === null ? [] : [place.cluster.doorPart({ ...place, registrar: audit.registrar(registrar), report: nodes.report })]),
    // By and by, and never in anybody's way.
    ...late.parts(selfCheckParts(options, { store, catalog, meter: measuring.meter }, surroundings)),
    // Who else is there, before this node is.
    ...late.parts(cluster?.wayParts ?? []),
    // Its share of the duty begins when the others know of it, and ends when they have what it knew.
    ...late.parts(place?.cluster.placeParts ?? []),
    // From here on heartbeats count; everybody has a full ttl.
    ...late.parts(attendanceParts),
    // Behind all who follow the catalog, so that what is counted has happened.
    { name: 'the measuring', start: () => measuring.start(catalog.view), close: () => measuring.close() },
    // Drains end, and what was begun before is finished.
    ...caretakerParts,
    // Before anybody can do anything, and until nobody does any more.
    ...audit.parts,
    // From its file at the start, and from then on whenever that is read anew.
    { name: 'access control', reload: () => access.reload() },
    // Whoever asks finds what stands in files too.
    ...servicesParts(options, { view: catalog.view, registrar, node: cluster?.name ?? null, agent: consul.home, clock, log }),
    // The doors last: whoever gets in finds a registry that can answer.
    ...doorParts,
    // The others hear that it stops while it still finishes what it has.
    ...(place === null ? [] : [place.cluster.farewellPart]),
    // Its streams end before the door waits for those inside to leave.
    { name: 'the native face', drain: () => native.drain() },
    { name: 'the Consul face', drain: () => consul.face.drain() },
  ];
}

interface House extends Ledger {
  readonly viewParts: readonly Part[];
  readonly cluster: ClusterNode | null;
  readonly nodes: NodesDesk;
  readonly late: BehindTheLog;
  readonly access: Access;
  readonly audit: Auditing;
  readonly measuring: Measuring;
  readonly doorParts: readonly Part[];
  readonly native: NativeFace;
  readonly consul: OpenedConsul;
}
