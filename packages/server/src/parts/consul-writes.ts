/** What is written through the Consul face: the routes of its agents and of its catalog, over the ledger. */
import type { CatalogView, Clock, Host, MachineName, Registrar } from '@rollcall/core';
import { agentCheckRoutes } from '../faces/consul/agent/checks.js';
import { agentOrderRoutes } from '../faces/consul/agent/orders.js';
import { agentServiceRoutes } from '../faces/consul/agent/services.js';
import { Agents, type Agent } from '../faces/consul/agent/agents.js';
import { catalogWriteRoutes, type CatalogWrites, type Together } from '../faces/consul/catalog/writes.js';
import { Finding } from '../faces/consul/agent/finding.js';
import { maintenanceRoutes } from '../faces/consul/agent/maintenance.js';
import type { Members } from '../faces/consul/catalog/members.js';
import { OutputPace } from '../faces/consul/agent/output-pace.js';
import type { ConsulRoute } from '../faces/consul/route.js';
import type { ServeOptions } from '../options/options.js';
import { draftedWrites, type Drafting } from './drafting.js';

export interface ConsulWriteSources extends Drafting {
  /** The catalog whole, whoever asks: what is written is judged by the registrar. */
  readonly view: CatalogView;
  readonly registrar: Registrar;
  readonly reached: (revision: number, withinMs: number) => Promise<boolean>;
  readonly agents: Agents;
  readonly clock: Clock;
}

/** The one agent of all callers, where there are several nodes that could be it. */
const SHARED_AGENT = 'consul' as MachineName;

export function consulAgents(options: ServeOptions, members: Members, isCluster: boolean): Agents {
  const home = homeOf(members);
  const isShared = options.consulAgent === 'single' && isCluster;
  return new Agents({ mode: options.consulAgent, own: isShared ? { ...home, name: SHARED_AGENT } : home });
}

/** The agent of this node alone. */
export function homeOf({ self: { name, address } }: Members): Agent {
  return { name, address: address as Host };
}

export function consulWrites(sources: ConsulWriteSources, { dnsDatacenter }: ServeOptions): CatalogWrites {
  const { view, clock } = sources;
  // On no machine that was said, an instance is where its host is.
  const isOn = ({ machine, host }: { readonly machine: MachineName | null; readonly host: Host | null }, node: MachineName): boolean =>
    machine === null && (host as string | null) === node;
  const writes = { ...sources, finding: new Finding({ view, clock }), datacenter: dnsDatacenter, isOn };
  return { ...writes, together: togetherIn(sources, { ...writes, together: null }) };
}

function togetherIn({ drafts, draftedBy, clock }: ConsulWriteSources, writes: CatalogWrites): Together | null {
  const drafted = draftedWrites({ drafts, draftedBy });
  return drafted && ((make) => drafted((by) => make({ ...writes, ...by, finding: new Finding({ view: by.view, clock }) })));
}

export function consulWriteRoutes(writes: CatalogWrites, clock: Clock): readonly ConsulRoute[] {
  return [
    ...agentServiceRoutes(writes),
    ...agentCheckRoutes(writes, new OutputPace(clock)),
    ...maintenanceRoutes(writes),
    ...agentOrderRoutes(),
    ...catalogWriteRoutes(writes),
  ];
}
