/**
 * Keeps leases over one stream, which costs a fraction of a call each. Answers carry the lease's id, and those for
 * one id come in the order of the questions.
 */
import { leaseNotFound, type LeaseId } from '@rollcall/core';
import { readLease, writeLeaseId, type EtcdLease } from '@rollcall/wire';
import { keepLeasePath, reading, written } from './calls.js';
import type { Cluster } from './cluster.js';
import type { MessageStream } from './connection.js';
import { troubleOf, unavailable } from './trouble.js';

interface Waiting {
  readonly resolve: (answer: { readonly ttlMs: number }) => void;
  readonly reject: (error: unknown) => void;
}

export class LeaseKeeper {
  readonly #cluster: Cluster;
  readonly #waiting = new Map<LeaseId, Waiting[]>();
  #stream: Promise<MessageStream<EtcdLease>> | null = null;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async keep(id: LeaseId): Promise<{ readonly ttlMs: number }> {
    this.#stream ??= this.#open();
    const stream = await this.#stream;
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(id) ?? [];
      this.#waiting.set(id, [...waiting, { resolve, reject }]);
      stream.write(written((writer) => writeLeaseId(id, writer)));
    });
  }

  async close(): Promise<void> {
    const stream = await this.#stream?.catch(() => undefined);
    stream?.cancel();
  }

  async #open(): Promise<MessageStream<EtcdLease>> {
    try {
      const { stream, left } = await this.#cluster.open(keepLeasePath, reading(readLease));
      stream.on('data', (lease: EtcdLease) => this.#answer(lease));
      stream.on('error', (error: unknown) => {
        left();
        this.#broken(troubleOf(error).error);
      });
      stream.on('end', () => this.#broken(unavailable('etcd ended the stream that keeps leases.')));
      return stream;
    } catch (error) {
      this.#stream = null;
      throw troubleOf(error).error;
    }
  }

  #answer({ id, ttlSeconds }: EtcdLease): void {
    const waiting = this.#waiting.get(id);
    const next = waiting?.shift();
    if (waiting?.length === 0) this.#waiting.delete(id);
    // A lease that is gone is answered with nothing that is left of it.
    if (ttlSeconds > 0) next?.resolve({ ttlMs: ttlSeconds * 1000 });
    else next?.reject(leaseNotFound(id));
  }

  #broken(error: Error): void {
    this.#stream = null;
    const all = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    for (const { reject } of all) reject(error);
  }
}
