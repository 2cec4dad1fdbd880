/**
 * Follows a Consul, which it only reads: a list of services that is waited for, and for each of them the list of who is there. What that
 * says is put here, and what is gone there is taken out here. While the Consul does not answer, everything stays as it was.
 */
import { setMaxListeners } from 'node:events';
import type { Clock, Random } from '@rollcall/client';
import { inTurns } from './in-turns.js';
import { ConsulRefused, type About, type ConsulApi, type Listed } from './consul-api.js';
import { Rounds } from './rounds.js';
import { keyOf, MARK, planImport, wantedOf, type HealthRow, type NodeRow, type Present, type Wanted } from './rows.js';

export interface ImporterOptions {
  readonly from: ConsulApi;
  readonly to: ConsulApi;
  readonly clock: Clock;
  readonly random: Random;
  readonly tell: (news: News) => void;
  /** What the copies are marked with; `null` for the name of the datacenter. */
  readonly as: string | null;
}

export type News =
  | { readonly event: 'put' | 'removed'; readonly node: string; readonly service?: string; readonly id: string }
  | { readonly event: 'refused'; readonly node: string; readonly service?: string; readonly id: string; readonly reason: string }
  | { readonly event: 'away' | 'back'; readonly url: string; readonly reason?: string }
  | { readonly event: 'followed'; readonly source: string; readonly services: number; readonly instances: number };

/** Changes come together, as in a deployment. */
const GATHER_MS = 200;

/** What could not be put is tried again, and what somebody took out here is put back. */
const REPEAT_MS = 60_000;

const PAUSE_MIN_MS = 1000;
const PAUSE_MAX_MS = 30_000;

/**
 * A Consul lets an address have 200 connections, and what it refuses then it refuses to everybody there: where there are more services
 * than this, nobody waits for each of them. Another registry like this one has no such bound.
 */
const WATCHES_MAX = 100;
const ROLLCALL_REVISION = 'rollcall-';

/**
 * A Consul that has just started answers before it has read all of its log, and what it has not read yet would be taken out here:
 * unless the answer must be consistent.
 */
const SERVICES = '/catalog/services?consistent';

/** Rings with every check: what it answers is short, and how a Consul waits does not depend on that. */
const CHECKS_BELL: string = `/health/state/any?consistent&filter=${encodeURIComponent('Status != passing')}`;

interface Followed {
  rows: readonly HealthRow[] | null;
  readonly stop: AbortController;
  isWatched?: true;
}

export class Importer {
  readonly #options: ImporterOptions;
  readonly #stop = new AbortController();
  readonly #services = new Map<string, Followed>();
  #source = '';
  #watchesMax: number = WATCHES_MAX;
  /** All are read in turns: there are too many to wait for each. */
  #rounds: Rounds | null = null;
  /** What is known to stand here. */
  readonly #present = new Map<string, Present>();
  readonly #applied = new Map<string, string>();
  /** Nodes of this name are somebody else's. */
  readonly #foreign = new Set<string>();
  #isListed = false;
  /** Something was heard since it was last settled. */
  #isMoved = false;
  #wake: () => void = () => undefined;

  constructor(options: ImporterOptions) {
    this.#options = options;
    // Every call that is under way listens.
    setMaxListeners(0, this.#stop.signal);
  }

  /** One pass: what stands there now stands here. */
  async once(): Promise<void> {
    await this.#begin();
    const { from } = this.#options;
    const names = await from.get<Readonly<Record<string, unknown>>>(SERVICES);
    await inTurns(Object.keys(names), async (name) => {
      this.#services.set(name, { rows: await from.get<readonly HealthRow[]>(healthOf(name)), stop: new AbortController() });
    });
    this.#isListed = true;
    await this.#settle();
    this.#tellFollowed();
  }

  /** Until it is stopped. Throws only before it has begun: a Consul, or a registry, that does not answer at all. */
  async follow(): Promise<void> {
    await this.#begin();
    const list = this.#watch(SERVICES, this.#stop.signal, (names) => this.#listed(names as Readonly<Record<string, unknown>>));
    let isTold = false;
    while (!this.#stop.signal.aborted) {
      await this.#news();
      if (this.#stop.signal.aborted || !this.#isComplete()) continue;
      if (!this.#isMoved) await this.#lookHere().catch(() => undefined);
      this.#isMoved = false;
      await this.#settle();
      if (!isTold) this.#tellFollowed();
      isTold = true;
    }
    await list;
  }

  stop(): void {
    this.#stop.abort();
    for (const { stop } of this.#services.values()) stop.abort();
    this.#wake();
  }

  /** Settles when something moved, and what moved with it, or after a while. */
  async #news(): Promise<void> {
    if (!this.#isMoved) {
      await new Promise<void>((resolve) => {
        const cancel = this.#options.clock.after(REPEAT_MS, resolve);
        this.#wake = () => {
          cancel();
          resolve();
        };
        if (this.#stop.signal.aborted) this.#wake();
      });
    }
    await this.#sleep(GATHER_MS);
  }

  #isComplete(): boolean {
    return this.#isListed && [...this.#services.values()].every(({ rows }) => rows !== null);
  }

  #listed(names: Readonly<Record<string, unknown>>): void {
    for (const [name, { stop }] of this.#services) {
      if (Object.hasOwn(names, name)) continue;
      stop.abort();
      this.#services.delete(name);
    }
    for (const name of Object.keys(names)) {
      if (this.#services.has(name)) continue;
      const followed: Followed = { rows: null, stop: new AbortController() };
      this.#services.set(name, followed);
    }
    this.#isListed = true;
    if (this.#rounds === null && this.#services.size > this.#watchesMax) this.#beginRounds();
    if (this.#rounds !== null) return this.#rounds.ring();
    for (const [name, followed] of this.#services) {
      if (followed.isWatched === true) continue;
      followed.isWatched = true;
      void this.#watch(healthOf(name), followed.stop.signal, (rows) => (followed.rows = rows as readonly HealthRow[]));
    }
  }

  #beginRounds(): void {
    const { signal } = this.#stop;
    for (const { stop } of this.#services.values()) stop.abort();
    const rounds = new Rounds({ clock: this.#options.clock, signal, read: () => this.#readAll() });
    this.#rounds = rounds;
    void rounds.run();
    void this.#watch(CHECKS_BELL, signal, () => rounds.ring());
  }

  async #readAll(): Promise<void> {
    const { from } = this.#options;
    await inTurns([...this.#services], async ([name, followed]) => {
      followed.rows = await from.get<readonly HealthRow[]>(healthOf(name), this.#stop.signal);
    });
    this.#isMoved = true;
    this.#wake();
  }

  async #watch(path: string, signal: AbortSignal, take: (rows: unknown) => void): Promise<void> {
    const { from, tell } = this.#options;
    let index: string | null = null;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const found: Listed<unknown> = await from.list<unknown>(path, index, signal);
        if (failures > 0) tell({ event: 'back', url: from.url });
        failures = 0;
        const before: string | null = index;
        // One that goes back is of another log.
        index = found.index === '0' || (before !== null && BigInt(found.index) < BigInt(before)) ? null : found.index;
        if (index !== null && index === before) continue;
        take(found.rows);
        this.#isMoved = true;
        this.#wake();
        if (index === null) await this.#sleep(PAUSE_MIN_MS);
      } catch (error) {
        if (signal.aborted) return;
        if (failures === 0) tell({ event: 'away', url: from.url, reason: (error as Error).message });
        index = null;
        await this.#sleep(this.#pauseMs(failures++));
      }
    }
  }

  #pauseMs(failures: number): number {
    return Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS * 2 ** Math.min(failures, 10)) * (0.5 + this.#options.random.number() / 2);
  }

  /** Whose copies they are, and which of them stand here already. */
  async #begin(): Promise<void> {
    const { from, to } = this.#options;
    const self = await from.get<About>('/agent/self', this.#stop.signal);
    if (self.Config?.Revision?.startsWith(ROLLCALL_REVISION) === true) this.#watchesMax = Infinity;
    const here = await to.get<About>('/agent/self', this.#stop.signal);
    if (self.Config?.NodeID !== undefined && self.Config.NodeID === here.Config?.NodeID)
      throw new ConsulRefused(200, `${from.url} and ${to.url} are the same registry.`);
    this.#source = this.#options.as ?? `consul/${self.Config?.Datacenter ?? 'dc1'}`;
    await this.#lookHere();
  }

  /** What stands here as copies, and which nodes are somebody else's. */
  async #lookHere(): Promise<void> {
    const { to } = this.#options;
    const { signal } = this.#stop;
    const found = new Map<string, Present>();
    await inTurns(Object.keys(await to.get<object>('/catalog/services', signal)), async (name) => {
      for (const { Node: node, ServiceID: id, ServiceMeta } of await to.get<readonly CatalogRow[]>(
        `/catalog/service/${encodeURIComponent(name)}`,
        signal,
      ))
        if (ServiceMeta?.[MARK] === this.#source) found.set(keyOf(node, id), { node, id });
    });
    const nodes = await to.get<readonly NodeRow[]>('/catalog/nodes', signal);
    this.#foreign.clear();
    for (const { Node: node, Meta } of nodes) if (Meta?.[MARK] !== this.#source) this.#foreign.add(node);
    this.#present.clear();
    for (const [key, one] of found) this.#present.set(key, one);
    // What somebody took out here is put back.
    for (const key of this.#applied.keys()) if (!found.has(key)) this.#applied.delete(key);
  }

  async #settle(): Promise<void> {
    const { to, tell } = this.#options;
    const rows = [...this.#services.values()].flatMap(({ rows: found }) => found ?? []);
    const wanted = wantedOf(rows, { source: this.#source, isForeign: (node) => this.#foreign.has(node) });
    const { puts, removes } = planImport(wanted, this.#present, this.#applied);
    await inTurns(puts, (one) => this.#put(one));
    const left = new Set([...wanted.values()].map(({ node }) => node));
    await inTurns(removes, async ({ node, id }) => {
      const isLast =
        !left.has(node) && !this.#foreign.has(node) && ![...this.#present.values()].some((one) => one.node === node && one.id !== id);
      await this.#try({ node, id }, async () => {
        await to.put('/catalog/deregister', { Node: node, ServiceID: id });
        // A node that stood only for copies goes with the last of them.
        if (isLast) await to.put('/catalog/deregister', { Node: node });
        this.#present.delete(keyOf(node, id));
        this.#applied.delete(keyOf(node, id));
        tell({ event: 'removed', node, id });
      });
    });
  }

  #put({ node, service, id, body }: Wanted): Promise<void> {
    const { to, tell } = this.#options;
    const key = keyOf(node, id);
    return this.#try({ node, service, id }, async () => {
      await to.put('/catalog/register', body);
      const isNew = !this.#applied.has(key);
      this.#present.set(key, { node, id });
      this.#applied.set(key, JSON.stringify(body));
      if (isNew) tell({ event: 'put', node, service, id });
    });
  }

  /** One that is refused stands in nobody's way. */
  async #try(what: { readonly node: string; readonly service?: string; readonly id: string }, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#options.tell({ event: 'refused', ...what, reason: (error as Error).message });
    }
  }

  #tellFollowed(): void {
    this.#options.tell({ event: 'followed', source: this.#source, services: this.#services.size, instances: this.#applied.size });
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(ms, done);
      const { signal } = this.#stop;
      signal.addEventListener('abort', done, { once: true });
      function done(): void {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      }
    });
  }
}

interface CatalogRow {
  readonly Node: string;
  readonly ServiceID: string;
  readonly ServiceMeta?: Readonly<Record<string, string>> | null;
}

function healthOf(name: string): string {
  return `/health/service/${encodeURIComponent(name)}?consistent`;
}
