/** Empty stores for the laws, on real etcds: one etcd serves one test at a time, and is swept in between. */
import { setTimeout as sleep } from 'node:timers/promises';
import { storeLaws, type Law, type StoreHarness, type StoreUnderTest } from '@rollcall/conformance';
import { allKeys, type Log } from '@rollcall/core';
import { systemClock } from '../../shared/system-clock.js';
import { systemRandom } from '../../shared/system-random.js';
import { RebasedStore } from './rebased.fixture.js';
import { openEtcdStore } from './store.js';

export const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The shortest of which etcd, which counts in whole seconds, can tell by how much it has shrunk. */
const LEASE_TTL_MS = 6_000;
const CASE_WITHIN_MS = 150_000;

/** What is etcd's own word, and no engine before it can say otherwise. */
export const cannotOfEtcd: NonNullable<StoreHarness['cannot']> = [
  { law: 'lease-humility', reason: 'etcd keeps the leases, and counts its own sleep against them' },
  { law: 'restart: leases are there, with their keys and their full ttl', reason: 'etcd goes on counting while this node is away' },
];

/**
 * Of how much room is taken, which an etcd that has served before does not tell: what was swept and compacted left room in its file,
 * and that is filled first. These laws are kept by one that is new for each of them.
 */
export const lawsOfRoom: readonly Law[] = storeLaws.filter(({ name }) => name === 'status');

export const lawsOfAny: readonly Law[] = storeLaws.filter((law) => !lawsOfRoom.includes(law));

/** Whatever speaks as an etcd. */
export interface EtcdMember {
  /** `host:port` of its clients' door. */
  readonly endpoint: string;
  end(): Promise<void>;
}

export interface PoolOptions {
  /** Every subject has a cluster that served nobody before. */
  readonly unused?: boolean;
  /** Another cluster. */
  readonly start: () => Promise<readonly EtcdMember[]>;
}

export class EtcdPool {
  readonly #start: PoolOptions['start'];
  readonly #unused: boolean;
  readonly #all: Promise<readonly EtcdMember[]>[] = [];
  readonly #idle: (readonly EtcdMember[])[] = [];
  #subjects = 0;

  constructor({ start, unused = false }: PoolOptions) {
    this.#start = start;
    this.#unused = unused;
  }

  harness(name: string, cannot: NonNullable<StoreHarness['cannot']>): StoreHarness {
    return {
      name,
      cannot,
      realTime: { leaseTtlMs: LEASE_TTL_MS, caseWithinMs: CASE_WITHIN_MS },
      create: () => this.#create(),
    };
  }

  async end(): Promise<void> {
    for (const cluster of this.#all) for (const member of await cluster) await member.end();
  }

  async #create(): Promise<StoreUnderTest> {
    const cluster = this.#idle.pop() ?? (await this.#another());
    const prefix = `subject-${++this.#subjects}/`;
    const open = () =>
      openEtcdStore({
        endpoints: cluster.map(({ endpoint }) => endpoint),
        prefix,
        exclusive: true,
        watched: 'all',
        clock: systemClock,
        random: systemRandom,
        log: silent,
      });
    const first = await open();
    const base = (await first.status()).revision - 1;
    let store = new RebasedStore(first, base);
    return {
      get store() {
        return store;
      },
      async reopen() {
        await store.close();
        store = new RebasedStore(await open(), base);
      },
      advance: (ms) => sleep(ms),
      destroy: async () => {
        if (this.#unused) return;
        const broom = await open();
        for (const id of await broom.leases()) await broom.revokeLease(id).catch(() => undefined);
        await broom.commit({ then: [{ type: 'delete', range: allKeys }] });
        await broom.close();
        this.#idle.push(cluster);
      },
    };
  }

  #another(): Promise<readonly EtcdMember[]> {
    const cluster = this.#start();
    this.#all.push(cluster);
    return cluster;
  }
}
