/**
 * That the log which is followed is the one that was followed before: what was heard last still stands where it was heard. A revision
 * that is no lower does not say so: an etcd that was set back, and written to by others since, has caught up with it.
 */
import { isRollcallError, type Bytes } from '@rollcall/core';
import type { EtcdEvent } from '@rollcall/wire';
import * as calls from './calls.js';
import type { Cluster } from './cluster.js';

const ONE_KEY: Bytes = new Uint8Array(0);

interface Heard {
  readonly key: Bytes;
  readonly revision: number;
}

export class Continuity {
  readonly #cluster: Cluster;
  /** A key that everybody who follows this log may read. */
  readonly #mark: Bytes;
  /** Told while it was sure which log this is. */
  #known: Heard | null = null;
  /** Told since: of the same log, or already of another one. */
  #since: Heard | null = null;
  #isSure = false;

  constructor(cluster: Cluster, mark: Bytes) {
    this.#cluster = cluster;
    this.#mark = mark;
  }

  /** What was put stands there until it is compacted; of what was deleted nothing is left to be asked for. */
  heard(events: readonly EtcdEvent[]): void {
    const last = events.findLast(({ type }) => type === 'put');
    if (last !== undefined) this.stood(last.kv.key, last.kv.modRevision);
  }

  /** It was put at this revision, and whoever put it was told so. */
  stood(key: Bytes, revision: number): void {
    if (revision <= Math.max(this.#known?.revision ?? 0, this.#since?.revision ?? 0)) return;
    // A copy: the key as it came would keep its whole message.
    const heard = { key: Uint8Array.from(key), revision };
    if (this.#isSure) this.#known = heard;
    else this.#since = heard;
  }

  /** From here on anything may have come in its place. */
  broke(): void {
    this.#isSure = false;
  }

  startOver(): void {
    this.#known = null;
    this.#since = null;
    this.broke();
  }

  /** Settles when the cluster was asked, and knows if it is another one. */
  async check(): Promise<void> {
    const asked = this.#cluster.asked();
    const all = [this.#known, this.#since].filter((heard) => heard !== null);
    const lost: Heard[] = [];
    for (const heard of all) if (!(await this.#mayStand(heard))) lost.push(heard);
    // Whoever answers tells in any case whose it is, and where its log stands.
    const { header } = await this.#cluster.ask(calls.range, { key: this.#mark, rangeEnd: ONE_KEY, limit: 1, keysOnly: true });
    const [ahead, gone] = [all.find(({ revision }) => revision > header.revision), lost[0]];
    if (ahead !== undefined) return this.#cluster.replaced(`its revision went back from ${ahead.revision} to ${header.revision}`, asked);
    if (gone !== undefined) return this.#cluster.replaced(`what was heard at revision ${gone.revision} is not there`, asked);
    this.#known = all.at(-1) ?? this.#known;
    if (this.#since === this.#known) this.#since = null;
    this.#isSure = true;
  }

  async #mayStand({ key, revision }: Heard): Promise<boolean> {
    try {
      const { kvs } = await this.#cluster.ask(calls.range, { key, rangeEnd: ONE_KEY, limit: 1, keysOnly: true, revision });
      return kvs[0]?.modRevision === revision;
    } catch (error) {
      // Forgotten meanwhile, or not there yet: a refusal does not tell whose it is.
      if (isRollcallError(error, 'revision-compacted') || isRollcallError(error, 'revision-in-future')) return true;
      throw error;
    }
  }
}
