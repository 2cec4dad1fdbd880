/**
 * Keeps leases over one stream, which costs a fraction of a call each; to the member that leads, where that is known. Answers
 * carry the lease's id, and those for one id come in the order of the questions.
 */
import { leaseNotFound, type Clock, type LeaseId } from '@rollcall/core';
import { encodeProto, etcdCalls, writeLeaseId, type EtcdLease } from '@rollcall/wire';
import type { Cluster, OpenStream } from './cluster.js';
import { troubleOf, unavailable } from './trouble.js';

/** Leases are a few seconds long: who waits longer than this for an answer loses them. */
const ANSWER_WITHIN_MS = 2_000;

export interface Kept {
  readonly ttlMs: number;
}

export class LeaseKeeper {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  #stream: Promise<KeepStream> | null = null;
  #closed = false;

  constructor(cluster: Cluster, clock: Clock) {
    this.#cluster = cluster;
    this.#clock = clock;
  }

  async keep(id: LeaseId): Promise<Kept> {
    const stream = await (this.#stream ??= this.#opened());
    const kept = stream.keep(id);
    void this.#followLeader(stream);
    return kept;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const stream = await this.#stream?.catch(() => undefined);
    stream?.retire();
  }

  /** Where another one leads by now, the next is asked there. */
  async #followLeader(stream: KeepStream): Promise<void> {
    if (this.#closed || (await this.#cluster.leads(stream.at)) || (await this.#stream?.catch(() => null)) !== stream) return;
    this.#stream = null;
    stream.retire();
  }

  #opened(): Promise<KeepStream> {
    const forget = (): void => {
      if (this.#stream === opening) this.#stream = null;
    };
    const opening = this.#open(forget);
    opening.catch(forget);
    return opening;
  }

  async #open(onOver: () => void): Promise<KeepStream> {
    try {
      return new KeepStream(await this.#cluster.open(etcdCalls.keepLeases, true), this.#clock, onOver);
    } catch (error) {
      throw troubleOf(error).error;
    }
  }
}

interface Waiting {
  readonly resolve: (answer: Kept) => void;
  readonly reject: (error: unknown) => void;
}

class KeepStream {
  readonly at: number;
  readonly #open: OpenStream<EtcdLease>;
  readonly #clock: Clock;
  readonly #onOver: () => void;
  readonly #waiting = new Map<LeaseId, Waiting[]>();
  #heard = false;
  #retired = false;
  #error: Error | null = null;
  #cancelLook: (() => void) | null = null;

  /** `onOver`: another one has to be opened. */
  constructor(open: OpenStream<EtcdLease>, clock: Clock, onOver: () => void) {
    this.at = open.at;
    this.#open = open;
    this.#clock = clock;
    this.#onOver = onOver;
    const { stream } = open;
    stream.on('data', (lease: EtcdLease) => this.#take(lease));
    stream.on('error', (error: unknown) => this.#break(troubleOf(error).error, error));
    stream.on('end', () => this.#break(unavailable('etcd ended the stream that keeps leases.')));
  }

  keep(id: LeaseId): Promise<Kept> {
    if (this.#error !== null) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), { resolve, reject }]);
      this.#open.stream.write(encodeProto((writer) => writeLeaseId(id, writer)));
      this.#cancelLook ??= this.#lookLater();
    });
  }

  /** Nobody asks here any more; whoever did is answered. */
  retire(): void {
    this.#retired = true;
    if (this.#waiting.size === 0) this.#end();
  }

  #take(lease: EtcdLease): void {
    this.#heard = true;
    this.#open.look(lease.header).then(
      () => this.#answer(lease),
      (error: unknown) => this.#break(error as Error),
    );
  }

  #answer({ id, ttlSeconds }: EtcdLease): void {
    const waiting = this.#waiting.get(id);
    const next = waiting?.shift();
    if (waiting?.length === 0) this.#waiting.delete(id);
    // A lease that is gone is answered with nothing that is left of it.
    if (ttlSeconds > 0) next?.resolve({ ttlMs: ttlSeconds * 1000 });
    else next?.reject(leaseNotFound(id));
    if (this.#retired && this.#waiting.size === 0) this.#end();
  }

  #lookLater(): () => void {
    this.#heard = false;
    return this.#clock.after(ANSWER_WITHIN_MS, () => {
      this.#cancelLook = null;
      if (this.#waiting.size === 0) return;
      if (this.#heard) this.#cancelLook = this.#lookLater();
      else this.#break(unavailable('etcd does not answer who keeps leases.'));
    });
  }

  #break(error: Error, thrown: unknown = error): void {
    if (this.#error !== null) return;
    this.#error = error;
    this.#open.left(thrown);
    this.#end();
    const all = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    for (const { reject } of all) reject(error);
  }

  #end(): void {
    this.#error ??= unavailable('The stream that keeps leases is over.');
    this.#cancelLook?.();
    this.#onOver();
    this.#open.stream.cancel();
  }
}
