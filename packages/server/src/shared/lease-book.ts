/**
 * The leases of a local store: who holds one, until when, and which keys hang on it.
 *
 * Deadlines live in memory, on the monotonic clock: keeping a lease alive writes a number and nothing
 * else. So opening a store gives every lease its full ttl again. And a book that was itself asleep does
 * not blame the holders: after a gap of more than three ticks it moves every deadline by what it missed.
 */
import { keyOf, NO_LEASE, TimingWheel, toText, type Change, type Clock, type LeaseId, type RevisionBatch } from '@rollcall/core';
import type { GrantedLease } from './medium.js';

/** How much later than its deadline a lease may be noticed. */
const TICK_MS = 100;
/** One turn of the wheel: leases that run longer are looked at again after each. */
const WHEEL_SLOTS = 600;
/** A gap of more ticks than this is our own sleep, not the holders' silence. */
const TICKS_MISSED_MAX = 3;
/** When an expiry could not be written (the disk is full), it is tried again after this. */
const RETRY_MS = 1_000;

interface HeldLease {
  readonly ttlMs: number;
  readonly keys: Set<string>;
  deadlineMs: number;
  /** On its way out: nothing may be hung on it any more. */
  ending: boolean;
}

export interface LeaseBookOptions {
  readonly clock: Clock;
  /** Deletes what hangs on the lease and tells the book by `remove`. */
  readonly expire: (id: LeaseId) => Promise<unknown>;
}

export class LeaseBook {
  readonly #clock: Clock;
  readonly #expire: (id: LeaseId) => Promise<unknown>;
  readonly #leases = new Map<LeaseId, HeldLease>();
  readonly #reserved = new Set<LeaseId>();
  #wheel: TimingWheel<LeaseId>;
  #cancelTick: (() => void) | null = null;
  #lastTickMs = 0;
  #closed = false;

  constructor({ clock, expire }: LeaseBookOptions) {
    this.#clock = clock;
    this.#expire = expire;
    this.#wheel = newWheel(clock);
  }

  get ids(): readonly LeaseId[] {
    return [...this.#leases.keys()];
  }

  /** May keys be hung on it? */
  has(id: LeaseId): boolean {
    return this.#leases.get(id)?.ending === false;
  }

  /** Claims an id while its grant is being written; `false` if it is taken. */
  reserve(id: LeaseId): boolean {
    if (this.#leases.has(id) || this.#reserved.has(id)) return false;
    this.#reserved.add(id);
    return true;
  }

  unreserve(id: LeaseId): void {
    this.#reserved.delete(id);
  }

  add({ id, ttlMs }: GrantedLease): void {
    const deadlineMs = this.#clock.monotonicMs() + ttlMs;
    this.#leases.set(id, { ttlMs, keys: new Set(), deadlineMs, ending: false });
    if (this.#cancelTick === null && !this.#closed) this.#startTicking();
    this.#wheel.add(id, deadlineMs);
  }

  /** The ttl, or undefined for a lease that is not there. */
  keep(id: LeaseId): number | undefined {
    const lease = this.#leases.get(id);
    if (lease === undefined || lease.ending) return undefined;
    lease.deadlineMs = this.#clock.monotonicMs() + lease.ttlMs;
    return lease.ttlMs;
  }

  look(id: LeaseId): { readonly ttlMs: number; readonly remainingMs: number; readonly keys: ReadonlySet<string> } | undefined {
    const lease = this.#leases.get(id);
    if (lease === undefined || lease.ending) return undefined;
    return { ttlMs: lease.ttlMs, remainingMs: Math.max(0, lease.deadlineMs - this.#clock.monotonicMs()), keys: lease.keys };
  }

  /** From now on nothing can be hung on it; `undo` is for a revocation that failed. */
  beginEnd(id: LeaseId): { readonly keys: ReadonlySet<string>; readonly undo: () => void } | undefined {
    const lease = this.#leases.get(id);
    if (lease === undefined || lease.ending) return undefined;
    lease.ending = true;
    return { keys: lease.keys, undo: () => void (lease.ending = false) };
  }

  remove(id: LeaseId): void {
    this.#leases.delete(id);
    if (this.#leases.size === 0) this.#stopTicking();
  }

  attach(id: LeaseId, key: string): void {
    this.#leases.get(id)?.keys.add(key);
  }

  /** Durable changes move keys from lease to lease. */
  follow(batches: readonly RevisionBatch[]): void {
    for (const { changes } of batches) for (const change of changes) this.#followChange(change);
  }

  #followChange(change: Change): void {
    const before = change.previous?.lease ?? NO_LEASE;
    const after = change.type === 'put' ? change.entry.lease : NO_LEASE;
    if (before === after) return;
    const key = toText(keyOf(change));
    this.#leases.get(before)?.keys.delete(key);
    this.attach(after, key);
  }

  /** Nothing expires any more. */
  close(): void {
    this.#closed = true;
    this.#stopTicking();
  }

  #stopTicking(): void {
    this.#cancelTick?.();
    this.#cancelTick = null;
  }

  #startTicking(): void {
    this.#wheel = newWheel(this.#clock);
    this.#lastTickMs = this.#clock.monotonicMs();
    this.#scheduleTick();
  }

  #scheduleTick(): void {
    this.#cancelTick = this.#clock.after(TICK_MS, () => {
      this.#scheduleTick();
      this.#tick();
    });
  }

  #tick(): void {
    const nowMs = this.#clock.monotonicMs();
    const gapMs = nowMs - this.#lastTickMs;
    this.#lastTickMs = nowMs;
    if (gapMs > TICKS_MISSED_MAX * TICK_MS) this.#forgive(gapMs - TICK_MS);
    for (const id of this.#wheel.due(nowMs)) this.#examine(id, nowMs);
  }

  #forgive(missedMs: number): void {
    for (const lease of this.#leases.values()) lease.deadlineMs += missedMs;
  }

  #examine(id: LeaseId, nowMs: number): void {
    const lease = this.#leases.get(id);
    if (lease === undefined) return;
    if (lease.deadlineMs > nowMs) return this.#wheel.add(id, lease.deadlineMs);
    // Looked at again in any case: if the expiry succeeds there is no lease left to look at.
    this.#wheel.add(id, nowMs + RETRY_MS);
    if (!lease.ending) void this.#expire(id).catch(() => undefined);
  }
}

function newWheel(clock: Clock): TimingWheel<LeaseId> {
  return new TimingWheel({ tickMs: TICK_MS, slots: WHEEL_SLOTS, nowMs: clock.monotonicMs() });
}
