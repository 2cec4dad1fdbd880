/** What is written through the Consul face: the routes of its agents and of its catalog, over the ledger. */
import type { CatalogView, Clock, Drafts, Host, MachineName, Registrar } from '@rollcall/core';
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
import type { DraftedRegistrar } from './audit.js';

export interface ConsulWriteSources {
  /** The catalog whole, whoever asks: what is written is judged by the registrar. */
  readonly view: CatalogView;
  readonly registrar: Registrar;
  readonly reached: (revision: number, withinMs: number) => Promise<boolean>;
  readonly agents: Agents;
  readonly clock: Clock;
  /** `null` where others write. */
  readonly drafts: Drafts | null;
  /** The registrar as this face may write to it, before a draft's: what is written down of it is written down when that is written. */
  readonly draftedBy: (registrar: Registrar) => DraftedRegistrar;
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
  if (drafts === null) return null;
  return async (make) => {
    let ended: DraftedRegistrar['ended'] = () => undefined;
    try {
      const written = await drafts.write(({ registrar, view }) => {
        ended('forgotten');
        const by = draftedBy(registrar);
        ended = by.ended;
        return make({ ...writes, view, registrar: by.registrar, finding: new Finding({ view, clock }) });
      });
      ended(written === 'too-large' ? 'forgotten' : written);
      return written;
    } catch (error) {
      ended({ error });
      throw error;
    }
  };
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
