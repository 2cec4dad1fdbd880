/**
 * Keeps leases over one stream, which costs a fraction of a call each. Answers carry the lease's id, and those for one id come in
 * the order of the questions.
 */
import type { Clock } from '@rollcall/client';
import { encodeProto, etcdCalls, writeLeaseId, type EtcdLease } from '@rollcall/wire';
import type { Asking, OpenStream } from './asking.js';
import { failureOf, unanswered } from './failure.js';

/** Leases are a few seconds long: who waits longer than this for an answer loses them. */
const ANSWER_WITHIN_MS = 2_000;

export class LeaseKeeper {
  readonly #asking: Asking;
  readonly #clock: Clock;
  #stream: Promise<KeepStream> | null = null;

  constructor(asking: Asking, clock: Clock) {
    this.#asking = asking;
    this.#clock = clock;
  }

  /** Answers how long it lasts from now on, in seconds; 0: it is gone. */
  async keep(id: bigint): Promise<number> {
    const stream = await (this.#stream ??= this.#opened());
    return stream.keep(id);
  }

  close(): void {
    this.#stream?.then(
      (stream) => stream.end(unanswered('It is closed.')),
      () => undefined,
    );
    this.#stream = null;
  }

  #opened(): Promise<KeepStream> {
    const forget = (): void => {
      if (this.#stream === opening) this.#stream = null;
    };
    const opening = this.#asking.open(etcdCalls.keepLeases).then((open) => new KeepStream(open, this.#clock, forget));
    opening.catch(forget);
    return opening;
  }
}

interface Waiting {
  readonly resolve: (ttlSeconds: number) => void;
  readonly reject: (error: unknown) => void;
}

class KeepStream {
  readonly #open: OpenStream<EtcdLease>;
  readonly #clock: Clock;
  readonly #onOver: () => void;
  readonly #waiting = new Map<bigint, Waiting[]>();
  #cancelLook: (() => void) | null = null;
  #over: unknown = null;

  constructor(open: OpenStream<EtcdLease>, clock: Clock, onOver: () => void) {
    this.#open = open;
    this.#clock = clock;
    this.#onOver = onOver;
    open.stream.on('data', (lease) => this.#take(lease));
    open.stream.on('error', (error) => this.end(error));
    open.stream.on('end', () => this.end(unanswered('etcd ended the stream that keeps leases.')));
  }

  keep(id: bigint): Promise<number> {
    if (this.#over !== null) return Promise.reject(failureOf(this.#over));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), { resolve, reject }]);
      this.#open.stream.write(encodeProto((writer) => writeLeaseId(id, writer)));
      this.#cancelLook ??= this.#lookLater();
    });
  }

  end(error: unknown): void {
    if (this.#over !== null) return;
    this.#over = error;
    this.#cancelLook?.();
    this.#onOver();
    this.#open.left(error);
    this.#open.end();
    const failure = failureOf(error);
    for (const { reject } of [...this.#waiting.values()].flat()) reject(failure);
    this.#waiting.clear();
  }

  #take({ id, ttlSeconds }: EtcdLease): void {
    const waiting = this.#waiting.get(id);
    waiting?.shift()?.resolve(ttlSeconds);
    if (waiting?.length === 0) this.#waiting.delete(id);
    this.#cancelLook?.();
    this.#cancelLook = this.#waiting.size === 0 ? null : this.#lookLater();
  }

  #lookLater(): () => void {
    return this.#clock.after(ANSWER_WITHIN_MS, () => this.end(unanswered('etcd does not answer whoever keeps leases.')));
  }
}
