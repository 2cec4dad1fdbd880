/** Finding services: live views, shared by all of a process who want the same, and let go of when nobody does for a while. */
import type { Clock, Random } from '../ports.js';
import type { RegistryClient } from '../registry-client.js';
import type { Instance } from '../shapes.js';
import type { Trouble } from '../telling.js';
import { fallbackInstances } from './fallback.js';
import { Feeds } from './feeds.js';
import { hashText } from './hash.js';
import { LiveService, type Choose, type HeldPool } from './live-service.js';
import { SnapshotDirectory } from './snapshot-directory.js';
import { demandSize, subsetOf } from './subset.js';
import { View } from './view.js';
import { questionKey, questionOf, type Question, type ServiceWish, type Wish } from './wish.js';

/** Whoever asks again within this time finds everything as it was, without asking the registry. */
const IDLE_MS = 60_000;

/** Each holds the instances of a service. More different wishes than this is a program that makes them up. */
const VIEWS_MAX = 10_000;

export interface DiscoveryOptions {
  /** A directory in which the last good views are kept, to start from while the registry is away. Left out: none. */
  readonly snapshots?: string;
  /** How long a view goes on that nobody holds; 60 s if left out. */
  readonly idleMs?: number;
}

export interface DiscoverySurroundings {
  readonly client: Pick<RegistryClient, 'watch' | 'instances'>;
  readonly clock: Clock;
  readonly random: Random;
  /** Where to look if a wish does not say. */
  readonly namespace: string;
  readonly trouble: (trouble: Trouble) => void;
  /** Endpoints for those who pick. */
  readonly holdPool: (live: LiveService, wish: ServiceWish) => HeldPool;
}

/** A view, and how many hold it. */
interface Held {
  readonly view: View;
  holders: number;
  cancelIdle: () => void;
}

const nothing = (): void => undefined;

export class Discovery {
  readonly #surroundings: DiscoverySurroundings;
  readonly #idleMs: number;
  readonly #snapshots: SnapshotDirectory | null;
  readonly #feeds: Feeds;
  readonly #held = new Map<string, Held>();
  /** Whoever forgets to let go, and is forgotten itself, lets go. */
  readonly #forgotten = new FinalizationRegistry<() => void>((release) => release());
  /** Who chooses, where a subset does not say. */
  readonly #chooser: number;
  #isClosed = false;

  constructor({ snapshots, idleMs = IDLE_MS }: DiscoveryOptions, surroundings: DiscoverySurroundings) {
    const { clock, random, trouble } = surroundings;
    this.#surroundings = surroundings;
    this.#idleMs = idleMs;
    this.#chooser = Math.floor(random.number() * 2 ** 32);
    const noSnapshot = (error: Error): void => trouble({ doing: 'snapshot', error, retryInMs: null });
    this.#snapshots =
      snapshots === undefined ? null : new SnapshotDirectory(snapshots, { clock, trouble: noSnapshot, processId: process.pid });
    this.#feeds = new Feeds({
      ...surroundings,
      trouble: (error, retryInMs, service) => trouble({ doing: 'watch', error, retryInMs, ...(service === undefined ? {} : { service }) }),
    });
  }

  /** How many views there are, and by how many streams they are told. */
  get size(): { readonly views: number; readonly streams: number } {
    return { views: this.#held.size, streams: this.#feeds.size };
  }

  /** A live view, at once; what it shows is known a little later (`ready()`). Throws a `TypeError` for a wish that nobody could grant. */
  service(name: string, wish: ServiceWish = {}): LiveService {
    const question = questionOf(name, this.#surroundings.namespace, wish);
    const choose = chooseBy(wish, this.#chooser);
    const fallback = wish.fallback === undefined ? null : fallbackInstances(question, wish.fallback);
    const held = this.#hold(question);
    if (fallback !== null) held.view.offerFallback(fallback);
    let isHeld = true;
    let heldPool: HeldPool | null = null;
    const release = (): void => {
      heldPool?.release();
      if (isHeld) this.#release(held);
      isHeld = false;
    };
    const holdPool = (live: LiveService): HeldPool => (heldPool = this.#surroundings.holdPool(live, wish));
    const service = new LiveService(held.view, choose, release, holdPool);
    this.#forgotten.register(service, release);
    return service;
  }

  /** Everybody is let go of. Settles when what is kept on disk is written. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#feeds.close();
    const views = [...this.#held.values()];
    this.#held.clear();
    await this.#snapshots?.close();
    for (const { view, cancelIdle } of views) {
      cancelIdle();
      view.end();
    }
  }

  #hold(question: Question): Held {
    if (this.#isClosed) throw new TypeError('This client was closed.');
    const key = questionKey(question);
    const held = this.#held.get(key) ?? this.#begin(key, question);
    held.holders += 1;
    held.cancelIdle();
    held.cancelIdle = nothing;
    return held;
  }

  #begin(key: string, question: Question): Held {
    if (this.#held.size >= VIEWS_MAX)
      throw new RangeError(`There are ${VIEWS_MAX} live views already. Are those let go of that are not needed any more?`);
    const view = new View(question, {
      clock: this.#surroundings.clock,
      load: (of) => this.#snapshots?.load(of) ?? Promise.resolve(undefined),
      save: (of) => this.#snapshots?.changed(of),
    });
    const held = { view, holders: 0, cancelIdle: nothing };
    this.#held.set(key, held);
    this.#feeds.want(view);
    return held;
  }

  #release(held: Held): void {
    held.holders -= 1;
    if (held.holders > 0 || this.#isClosed) return;
    held.cancelIdle = this.#surroundings.clock.after(this.#idleMs, () => this.#drop(held.view));
  }

  #drop(view: View): void {
    this.#held.delete(view.key);
    this.#feeds.drop(view);
    this.#snapshots?.forget(view);
    view.end();
  }
}

/** What the registry cannot choose by itself. */
function chooseBy({ where, subset }: Wish, usual: number): Choose {
  const size = subset === undefined ? undefined : demandSize(subset.size);
  const chooser = subset?.as === undefined ? usual : hashText(subset.as);
  return (told: readonly Instance[]) => {
    const fitting = where === undefined ? told : told.filter(where);
    return size === undefined ? fitting : subsetOf(fitting, size, chooser);
  };
}
