/** The Consul face over the ledger: what its routes read and write, and what all of them share. */
import { CheckedRegistrar, type AccessControl, type CatalogView, type Metric, type Registrar } from '@rollcall/core';
import { agentRoutes } from '../faces/consul/agent/reads.js';
import { selfRoutes, type SelfOptions } from '../faces/consul/agent/self.js';
import type { Agent } from '../faces/consul/agent/agents.js';
import { Blocking } from '../faces/consul/waiting/blocking.js';
import { catalogRoutes } from '../faces/consul/catalog/reads.js';
import { Distances } from '../faces/consul/coordinates/distances.js';
import { healthRoutes } from '../faces/consul/catalog/health-reads.js';
import { Indexes, LASTING_BASE, passingBase } from '../faces/consul/indexes.js';
import { consulItself } from '../faces/consul/itself.js';
import { NewsForDns } from '../faces/consul/queries/news-for-dns.js';
import type { BesideNews, BesideSettings } from '../faces/consul/queries/beside-dns.js';
import { Reads } from '../faces/consul/reads.js';
import { readingContext } from '../faces/consul/catalog/reading-context.js';
import type { ConsulRoute } from '../faces/consul/route.js';
import { ConsulFace } from '../faces/consul/server.js';
import { statusRoutes, type StatusOptions } from '../faces/consul/status.js';
import { stubRoutes } from '../faces/consul/stubs.js';
import type { Part } from '../lifecycle.js';
import type { Measuring } from '../measuring/measuring.js';
import type { ServeOptions } from '../options/options.js';
import type { AnswerCache } from '../shared/answer-cache.js';
import type { Surroundings } from '../surroundings.js';
import type { Auditing, DraftedRegistrar } from './audit.js';
import type { ClusterNode } from './cluster.js';
import { consulKeys } from './consul-keys.js';
import { consulMembers } from './consul-members.js';
import { consulAgents, consulWriteRoutes, consulWrites, homeOf } from './consul-writes.js';
import type { Ledger } from './ledger.js';

export interface ConsulSources extends Ledger {
  readonly access: AccessControl;
  readonly audit: Auditing;
  readonly cluster: ClusterNode | null;
  readonly measuring: Measuring;
  /** Shared with the other faces. */
  readonly cache: AnswerCache;
  readonly tellDns: (news: BesideNews) => void;
}

const blockingQueries: Metric = {
  name: 'rollcall_consul_blocking_queries',
  kind: 'gauge',
  help: 'Blocking queries of Consul’s API that wait.',
};

export interface OpenedConsul {
  readonly face: ConsulFace;
  /** What it keeps in the log, to be read before anybody asks. */
  readonly keysPart: Part;
  /** On whose node a service is that its files define: each node’s files are its own. */
  readonly home: Agent;
  /** What DNS has to know of it to begin with. */
  readonly beside: () => BesideSettings;
}

export function consulFace(sources: ConsulSources, options: ServeOptions, surroundings: Surroundings): OpenedConsul {
  const { store, catalog, shown: view, registrar, access, audit, cluster, measuring } = sources;
  const { meter } = measuring;
  const { clock, random, log } = surroundings;
  const indexes = new Indexes(options.store === 'memory' ? passingBase(clock.wallMs()) : LASTING_BASE);
  const members = consulMembers(options, { cluster, sinceRevision: sinceRevisionOf(catalog.view) });
  const agents = consulAgents(options, members, cluster !== null);
  const keys = consulKeys({ store, view: catalog.view, cluster, members, agents, indexes, wrote: audit.wrote }, surroundings);
  const news = new NewsForDns({ keyspace: keys.keyspace, members, clock, tell: sources.tellDns });
  const now = (): number => indexes.of(Math.max(view.revision, keys.keyspace.revision));
  const blocking = new Blocking({ clock, random, waitersMax: options.connectionsMax, now });
  meter.gauge(blockingQueries, () => blocking.size);
  const defaultPolicy = (): 'allow' | 'deny' => (access.identify(nobody).may.read.isNothing ? 'deny' : 'allow');
  const reads = new Reads({
    view,
    clock,
    blocking,
    defaultPolicy,
    confirm: (withinMs) => catalog.caughtUp(withinMs),
    failed: (error) => face.failed(error, { headers: {}, rawHeaders: [] }),
  });
  const isLed = (): boolean => view.complete && view.staleSinceMs === null;
  const judged = audit.registrar(new CheckedRegistrar(registrar));
  const reached = (revision: number, withinMs: number): Promise<boolean> => catalog.reached(revision, withinMs);
  const draftedBy = (drafted: Registrar): DraftedRegistrar => audit.drafted(new CheckedRegistrar(drafted));
  const writes = consulWrites(
    { view: catalog.view, registrar: judged, reached, agents, clock, drafts: sources.drafts, draftedBy },
    options,
  );
  const reading = readingContext({
    whole: catalog.view,
    view,
    members,
    agents,
    distances: new Distances({ coordinates: () => keys.keyspace.coordinates, moved: () => keys.keyspace.moved('coordinates') }),
    reads,
    clock,
    terms: { indexes, datacenter: options.dnsDatacenter },
    consulVersion: options.consulVersion,
    cache: sources.cache,
    answersBytesMax: options.answerCacheBytesMax,
  });
  const about = { consulVersion: options.consulVersion, version: surroundings.version, metrics: () => measuring.text() };
  const routes = [...readRoutes({ ...reading, ...about, isLed }), ...keys.routes(reading, writes), ...consulWriteRoutes(writes, clock)];
  const { dnsDatacenter: datacenter } = options;
  const face: ConsulFace = new ConsulFace({
    routes,
    datacenter,
    blocking,
    isComplete: () => view.complete,
    defaultPolicy,
    log,
    ready: (head, caller) => reading.answers.ready(head, caller),
  });
  const beside = (): BesideSettings => ({
    agents: { mode: agents.mode, own: agents.own },
    datacenter,
    consulVersion: options.consulVersion,
    news: news.all(),
  });
  return { face, keysPart: { ...keys.part, drain: () => news.close() }, home: homeOf(members), beside };
}

function readRoutes(about: SelfOptions & StatusOptions): readonly ConsulRoute[] {
  return [
    ...statusRoutes(about),
    ...agentRoutes(about),
    ...selfRoutes(about),
    ...catalogRoutes(about),
    ...healthRoutes(about),
    ...stubRoutes(about),
  ];
}

const nobody = { token: null, certificateNames: [], isLocal: false };

/** What the log held when this node began to show it. */
function sinceRevisionOf(view: CatalogView): () => number {
  let since = 0;
  view.follow({ changed: () => undefined, reset: () => (since = Math.max(since, view.revision)) }, consulItself);
  return () => since;
}
