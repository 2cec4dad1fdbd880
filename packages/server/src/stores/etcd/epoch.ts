/**
 * The identity of the log, which etcd has no word for: a random one is written under a key beside the store's own, once.
 * It is written anew when etcd turns out to be set back, because what was promised of revisions then holds no longer.
 */
import { fromText, toText, type Bytes, type Random } from '@rollcall/core';
import { newEpoch } from '../../shared/epoch.js';
import * as calls from './calls.js';
import type { Cluster } from './cluster.js';

export interface EpochAt {
  readonly epoch: string;
  /** Where the log stands. */
  readonly revision: number;
}

export class EpochRecord {
  readonly #cluster: Cluster;
  readonly key: Bytes;
  readonly #random: Random;

  constructor(cluster: Cluster, key: Bytes, random: Random) {
    this.#cluster = cluster;
    this.key = key;
    this.#random = random;
  }

  /** Made if there is none. Where there is one it is only read: an etcd that is full takes nothing that could write. */
  async read(): Promise<EpochAt> {
    const { header, kvs } = await this.#cluster.ask(calls.range, this.#range);
    const [record] = kvs;
    return record === undefined ? this.#settle(0) : { epoch: toText(record.value), revision: header.revision };
  }

  /** A new one in place of any of `known`; where another node has been quicker, its. */
  async renew(known: ReadonlySet<string>): Promise<EpochAt> {
    const { kvs } = await this.#cluster.ask(calls.range, this.#range);
    const [record] = kvs;
    return this.#settle(record !== undefined && known.has(toText(record.value)) ? record.modRevision : 0);
  }

  /** Writes what is there again, so that whoever follows the log hears of a revision. */
  async touch(): Promise<void> {
    const put = { type: 'put', key: this.key, value: NO_BYTES, lease: 0n, previous: false, keepsValue: true, keepsLease: false } as const;
    await this.#cluster.ask(calls.transaction, { compares: [], success: [put], failure: [] });
  }

  /** Writes a new one if the record is still of this revision, and answers what is there in the end. */
  async #settle(modRevision: number): Promise<EpochAt> {
    const epoch = newEpoch(this.#random);
    const put = { key: this.key, value: fromText(epoch), lease: 0n, previous: false, keepsValue: false, keepsLease: false };
    const { header, responses } = await this.#cluster.ask(calls.transaction, {
      compares: [{ is: '=', ...this.#range, against: { target: 'mod', operand: modRevision } }],
      success: [{ type: 'put', ...put }],
      failure: [{ type: 'range', ...this.#range }],
    });
    const [found] = responses;
    const value = found?.type === 'range' ? found.kvs[0]?.value : undefined;
    return { epoch: value === undefined ? epoch : toText(value), revision: header.revision };
  }

  get #range(): { readonly key: Bytes; readonly rangeEnd: Bytes } {
    return { key: this.key, rangeEnd: NO_BYTES };
  }
}

const NO_BYTES: Bytes = new Uint8Array(0);
