/**
 * That the log which is followed is the one that was followed before: what was heard last still stands where it was heard. A revision
 * that is no lower does not say so: an etcd that was set back, and written to by others since, has caught up with it.
 */
import { isRollcallError, type Bytes } from '@rollcall/core';
import type { EtcdEvent } from '@rollcall/wire';
import * as calls from './calls.js';
import type { Cluster } from './cluster.js';

const ONE_KEY: Bytes = new Uint8Array(0);

export class Continuity {
  readonly #cluster: Cluster;
  /** A key that everybody who follows this log may read. */
  readonly #mark: Bytes;
  #last: { readonly key: Bytes; readonly revision: number } | null = null;

  constructor(cluster: Cluster, mark: Bytes) {
    this.#cluster = cluster;
    this.#mark = mark;
  }

  /** What was put stands there until it is compacted; of what was deleted nothing is left to be asked for. */
  heard(events: readonly EtcdEvent[]): void {
    const last = events.findLast(({ type }) => type === 'put');
    // A copy: the key as it came would keep its whole message.
    if (last !== undefined) this.#last = { key: Uint8Array.from(last.kv.key), revision: last.kv.modRevision };
  }

  startOver(): void {
    this.#last = null;
  }

  /** Settles when the cluster was asked, and knows if it is another one. */
  async check(): Promise<void> {
    const last = this.#last;
    const asked = this.#cluster.asked();
    const revision = last === null ? {} : { revision: last.revision };
    try {
      const question = { key: last?.key ?? this.#mark, rangeEnd: ONE_KEY, limit: 1, keysOnly: true, ...revision };
      const { kvs } = await this.#cluster.ask(calls.range, question);
      if (last === null || last !== this.#last || kvs[0]?.modRevision === last.revision) return;
      this.#cluster.replaced(`what was heard at revision ${last.revision} is not there`, asked);
    } catch (error) {
      if (isRollcallError(error, 'revision-in-future') && last !== null && last === this.#last) {
        return this.#cluster.replaced(`its revision went back to before ${last.revision}`, asked);
      }
      // Forgotten meanwhile: then nothing can be told by it.
      if (!isRollcallError(error, 'revision-compacted')) throw error;
    }
  }
}
