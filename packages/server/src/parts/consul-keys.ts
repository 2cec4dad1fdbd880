/** What the Consul face keeps in the log: the keyspace, those who look after it, and the routes that read and write it. */
import { isIP } from 'node:net';
import { isRollcallError, type CatalogView, type Store } from '@rollcall/core';
import type { Agents } from '../faces/consul/agent/agents.js';
import type { CatalogWrites } from '../faces/consul/catalog/writes.js';
import { coordinateRoutes } from '../faces/consul/coordinates/routes.js';
import { eventRoutes } from '../faces/consul/events/routes.js';
import type { Indexes } from '../faces/consul/indexes.js';
import { Kept } from '../faces/consul/kept-keys.js';
import { KeyspaceFollower } from '../faces/consul/keyspace/follower.js';
import { Keyspace } from '../faces/consul/keyspace/keyspace.js';
import { KeyspaceWriter } from '../faces/consul/keyspace/writer.js';
import { kvRoutes } from '../faces/consul/kv/routes.js';
import type { Members } from '../faces/consul/catalog/members.js';
import { queryRoutes } from '../faces/consul/queries/routes.js';
import type { ReadingContext } from '../faces/consul/catalog/reading.js';
import type { ConsulRoute } from '../faces/consul/route.js';
import { catalogStanding } from '../faces/consul/sessions/catalog-standing.js';
import { SessionKeeper } from '../faces/consul/sessions/keeper.js';
import { Sessions } from '../faces/consul/sessions/registry.js';
import { sessionRoutes } from '../faces/consul/sessions/routes.js';
import { catalogSteps } from '../faces/consul/txn/catalog-steps.js';
import { txnRoutes } from '../faces/consul/txn/routes.js';
import { UUID_BYTES, uuidText } from '../faces/consul/uuid.js';
import type { Part } from '../lifecycle.js';
import type { Surroundings } from '../surroundings.js';
import type { Auditing } from './audit.js';
import type { ClusterNode } from './cluster.js';

export interface ConsulKeysSources {
  readonly store: Store;
  /** The catalog whole, whoever asks. */
  readonly view: CatalogView;
  readonly cluster: ClusterNode | null;
  readonly members: Members;
  readonly agents: Agents;
  readonly indexes: Indexes;
  readonly wrote: Auditing['wrote'];
}

export interface ConsulKeys {
  readonly keyspace: Keyspace;
  readonly part: Part;
  routes(reading: ReadingContext, writes: CatalogWrites): readonly ConsulRoute[];
}

export function consulKeys(sources: ConsulKeysSources, { clock, random, log }: Surroundings): ConsulKeys {
  const { store, view, cluster, members, agents, indexes, wrote } = sources;
  const keyspace = new Keyspace();
  const follower = new KeyspaceFollower({ store, keyspace, clock, log });
  const writer = new KeyspaceWriter({ store, follower, revision: () => keyspace.revision, clock });
  const newId = (): string => uuidText(random.bytes(UUID_BYTES));
  const sessions = new Sessions({ store, keyspace, writer, newId });
  const isMember = (node: string): boolean => members.all().some(({ name }) => (name as string) === node);
  // Agents of those who call from elsewhere are named after their addresses.
  const standing = catalogStanding({ view, isGiven: (node) => isMember(node) || node === (agents.own.name as string) || isIP(node) !== 0 });
  const isOurs = (text: string): boolean => cluster?.company.duty.isOurs(text) ?? true;
  const keeper = new SessionKeeper({ keyspace, sessions, standing, isOurs, clock, log });
  return {
    keyspace,
    part: {
      name: 'the keys of the Consul face',
      start: async () => {
        await follower.start();
        keeper.start();
      },
      close: async () => {
        await keeper.close();
        follower.close();
      },
    },
    routes(reading, writes) {
      const { reads } = reading;
      const settleHolder = (key: string): Promise<void> => sessions.settleHolder(key);
      const kept = new Kept({ keyspace, follower, writer, reads, indexes, clock, random, isShared: cluster !== null, settleHolder });
      const routes = [
        ...kvRoutes(kept),
        ...sessionRoutes({ kept, sessions, standing, agents }),
        ...txnRoutes(kept, catalogSteps({ reading, writes })),
        ...queryRoutes({ kept, reading, newId }),
        ...eventRoutes({ kept, agents, view }),
        ...coordinateRoutes({ kept, datacenter: reading.terms.datacenter, servers: () => members.all().map(({ name }) => name) }),
      ];
      return wrote === undefined ? routes : routes.map((route) => noted(route, wrote));
    },
  };
}

/** As much of a path as is written down. */
const OPERATION_CHARACTERS_MAX = 200;

/** What changes nothing, or only says that somebody is here, is not written down; who may not, the door writes down. */
function noted(route: ConsulRoute, wrote: NonNullable<Auditing['wrote']>): ConsulRoute {
  const { method, lane, handle } = route;
  if (method === 'GET' || lane === 'heartbeat') return route;
  return {
    ...route,
    async handle(ask) {
      const { identity: who, from, face } = ask.caller;
      // Without the query: there may be a secret in it.
      const operation = `${method} ${(ask.head.url ?? '').split('?', 1)[0] ?? ''}`.slice(0, OPERATION_CHARACTERS_MAX);
      try {
        const reply = await handle(ask);
        wrote({ who, from, face, operation, result: 'done' });
        return reply;
      } catch (error) {
        const isDoors = isRollcallError(error, 'forbidden') || isRollcallError(error, 'unauthenticated');
        if (!isDoors) wrote({ who, from, face, operation, result: isRollcallError(error) ? error.code : 'refused' });
        throw error;
      }
    },
  };
}
