/**
 * How far an etcd is compacted, which it does not say: found by asking for single revisions. The floor only ever rises,
 * so that mostly one question is enough.
 */
import { FIRST_REVISION, isRollcallError, type Bytes } from '@rollcall/core';
import * as calls from './calls.js';
import type { Cluster } from './cluster.js';

export class CompactedFloor {
  readonly #cluster: Cluster;
  /** A key that this node may read, whether there is anything or not. */
  readonly #key: Bytes;
  /** Nothing below can be read. */
  #floor: number = FIRST_REVISION;

  constructor(cluster: Cluster, key: Bytes) {
    this.#cluster = cluster;
    this.#key = key;
  }

  rise(revision: number): void {
    this.#floor = Math.max(this.#floor, revision);
  }

  startOver(): void {
    this.#floor = FIRST_REVISION;
  }

  /** The oldest revision that can be read, where the log stands at `head`. */
  async find(head: number): Promise<number> {
    if (await this.#isReadable(this.#floor)) return this.#floor;
    let [compacted, readable] = [this.#floor, head];
    while (readable - compacted > 1) {
      const middle = Math.floor((compacted + readable) / 2);
      if (await this.#isReadable(middle)) readable = middle;
      else compacted = middle;
    }
    this.rise(readable);
    return readable;
  }

  async #isReadable(revision: number): Promise<boolean> {
    try {
      await this.#cluster.ask(calls.range, { key: this.#key, rangeEnd: new Uint8Array(0), revision, limit: 1, keysOnly: true });
      return true;
    } catch (error) {
      if (isRollcallError(error, 'revision-compacted')) return false;
      throw error;
    }
  }
}
