/** A log in memory with leases that expire by a simulated clock, and links to it that can be cut, held up, or swallow answers. */
import type { SimulatedClock } from '@rollcall/conformance';
import { RollcallError } from '../errors.js';
import type { LeaseId, Store, Watch, WatchRequest, WatchSink } from '../ports/store.js';
import { PlainLog } from '../registrar/plain-log.fixture.js';
import { fromText, toText } from '../store/bytes.js';
import { allKeys, singleKey } from '../store/key-range.js';

interface Granted {
  readonly ttlMs: number;
  cancel: () => void;
}

export class LeasedLog extends PlainLog {
  readonly #clock: SimulatedClock;
  readonly #leases = new Map<LeaseId, Granted>();
  #lastLease = 0n;

  constructor(clock: SimulatedClock) {
    super();
    this.#clock = clock;
    this.hasLease = (id) => this.#leases.has(id);
  }

  get leaseCount(): number {
    return this.#leases.size;
  }

  async grantLease({ ttlMs }: { readonly ttlMs: number }): Promise<{ id: LeaseId; ttlMs: number }> {
    const id = ++this.#lastLease;
    this.#leases.set(id, { ttlMs, cancel: this.#expireAfter(id, ttlMs) });
    return { id, ttlMs };
  }

  async keepLease(id: LeaseId): Promise<{ ttlMs: number }> {
    const lease = this.#find(id);
    lease.cancel();
    lease.cancel = this.#expireAfter(id, lease.ttlMs);
    return { ttlMs: lease.ttlMs };
  }

  async revokeLease(id: LeaseId): Promise<{ revision: number }> {
    this.#find(id).cancel();
    const { entries } = await this.range({ range: allKeys });
    const keys = entries.filter(({ lease }) => lease === id).map(({ key }) => key);
    this.#leases.delete(id);
    if (keys.length > 0) await this.commit({ then: keys.map((key) => ({ type: 'delete', range: singleKey(key) })) });
    return { revision: this.revision };
  }

  /** As somebody with an etcd client would write. */
  async put(key: string, value: string): Promise<void> {
    await this.commit({ then: [{ type: 'put', key: fromText(key), value: fromText(value) }] });
  }

  async remove(key: string): Promise<void> {
    await this.commit({ then: [{ type: 'delete', range: singleKey(fromText(key)) }] });
  }

  async keys(): Promise<readonly string[]> {
    const { entries } = await this.range({ range: allKeys });
    return entries.map(({ key }) => toText(key));
  }

  #expireAfter(id: LeaseId, ttlMs: number): () => void {
    return this.#clock.after(ttlMs, () => void this.revokeLease(id));
  }

  #find(id: LeaseId): Granted {
    const lease = this.#leases.get(id);
    if (lease === undefined) throw new RollcallError('lease-not-found', `There is no lease ${id}.`);
    return lease;
  }
}

/** `cut`: nothing arrives. `mute`: it arrives, and no answer comes back. `held`: both wait until the link is whole again. */
export type LinkState = 'whole' | 'cut' | 'mute' | 'held';

/** One node's way to the log. */
export class Link {
  readonly store: Store;
  #log: LeasedLog;
  #state: LinkState = 'whole';
  #heldCalls: (() => void)[] = [];
  #late: { readonly revision: number; readonly tell: () => void }[] | null = null;
  /** Everything up to here was told, while it is behind. */
  #toldTo = Infinity;

  constructor(log: LeasedLog) {
    this.#log = log;
    this.store = {
      range: (request) => this.#call((log) => log.range(request)),
      commit: (commit) => this.#call((log) => log.commit(commit)),
      grantLease: (request) => this.#call((log) => log.grantLease(request)),
      keepLease: (id) => this.#call((log) => log.keepLease(id)),
      revokeLease: (id) => this.#call((log) => log.revokeLease(id)),
      status: () => this.#call((log) => log.status()),
      watch: (request, sink) => this.#watch(request, sink),
    } as Partial<Store> as Store;
  }

  /** What it leads to is another log from now on: restored from a copy, or a new one altogether. Then the old one loses its watchers. */
  leadTo(log: LeasedLog): void {
    this.#log = log;
  }

  become(state: LinkState): void {
    this.#state = state;
    if (state === 'held') return;
    const held = this.#heldCalls;
    this.#heldCalls = [];
    for (const go of held) go();
  }

  /** What is watched is told from now on only after `catchUp`. */
  fallBehind(): void {
    if (this.#late !== null) return;
    this.#late = [];
    this.#toldTo = this.#log.revision;
  }

  catchUp(): void {
    const told = this.#late ?? [];
    this.#late = null;
    for (const { revision, tell } of told) {
      this.#toldTo = revision;
      tell();
    }
    this.#toldTo = Infinity;
  }

  async #call<Answer>(make: (log: LeasedLog) => Promise<Answer>): Promise<Answer> {
    if (this.#state === 'held') await new Promise<void>((go) => this.#heldCalls.push(go));
    if (this.#state === 'cut') throw new RollcallError('store-unavailable', 'The link is cut.');
    const isMute = this.#state === 'mute';
    const answer = await make(this.#log).catch((error: unknown) => Promise.reject(isMute ? lostAnswer() : (error as Error)));
    if (isMute) throw lostAnswer();
    return answer;
  }

  #watch(request: WatchRequest, sink: WatchSink): Watch {
    const later = (revision: number, tell: () => void): void => {
      if (this.#late === null) tell();
      else this.#late.push({ revision, tell });
    };
    const inner = this.#log.watch(request, {
      next: (batch) => later(batch.revision, () => void sink.next(batch)),
      ended: (reason) => later(this.#late?.at(-1)?.revision ?? this.#toldTo, () => sink.ended(reason)),
    });
    const toldTo = (): number => Math.min(inner.position, this.#toldTo);
    return {
      get position() {
        return toldTo();
      },
      cancel: () => inner.cancel(),
    };
  }
}

function lostAnswer(): RollcallError {
  return new RollcallError('outcome-unknown', 'The answer is lost.');
}
