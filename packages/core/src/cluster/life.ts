/**
 * One life of this node in the cluster: a key on a lease that is kept. Whether it may still be relied on it tells from its own
 * clock alone: a lease that was not kept within its ttl may have expired, whatever the engine would say if it could be asked.
 */
import { isRollcallError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { LeaseId, Store } from '../ports/store.js';

/** How soon the others notice that a node is dead. Engines take a few missed seconds for trouble of their own. */
export const NODE_TTL_MS = 6000;

/** Three may go missing, and the fourth still keeps it. */
const KEEP_MS = 1500;

/** After a keep that was refused: another member of the engine may be up by then. */
const KEEP_AGAIN_MS = 500;

/** A key in the log that hangs on a fresh lease. */
export interface Place {
  readonly lease: LeaseId;
  readonly ttlMs: number;
  /** When the lease was asked for, on our monotonic clock: it cannot have begun before. */
  readonly askedMs: number;
  /** The revision that created the key. */
  readonly createRevision: number;
}

export interface LifeOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly place: Place;
  /** Called once, when it is over though nobody here wanted that. */
  readonly lost: (reason: string) => void;
}

export class Life {
  readonly createRevision: number;
  readonly lease: LeaseId;
  /** The revision that last wrote the key; `null` while it is being written, and nobody knows. */
  modRevision: number | null;
  readonly #options: LifeOptions;
  /** From here on the lease may have expired. */
  #deadlineMs: number;
  #ended = false;
  #cancelKeep: () => void = () => undefined;
  #cancelLook: () => void = () => undefined;

  constructor(options: LifeOptions) {
    const { lease, createRevision, askedMs, ttlMs } = options.place;
    this.#options = options;
    this.lease = lease;
    this.createRevision = createRevision;
    this.modRevision = createRevision;
    this.#deadlineMs = askedMs + Math.min(ttlMs, NODE_TTL_MS);
  }

  /** True for good from the moment on in which it may be over. */
  get isOver(): boolean {
    return this.#ended || this.#options.clock.monotonicMs() >= this.#deadlineMs;
  }

  start(): void {
    this.#keepAfter(KEEP_MS);
    this.#look();
  }

  /** Found out by others. */
  lose(reason: string): void {
    if (this.#ended) return;
    this.end();
    this.#options.lost(reason);
  }

  /** It is not kept any more. */
  end(): void {
    this.#ended = true;
    this.#cancelKeep();
    this.#cancelLook();
  }

  #keepAfter(delayMs: number): void {
    this.#cancelKeep();
    this.#cancelKeep = this.#options.clock.after(delayMs, () => void this.#keep());
  }

  async #keep(): Promise<void> {
    const { store, clock } = this.#options;
    // Where the answer does not come, the next one goes out all the same.
    this.#keepAfter(KEEP_MS);
    const askedMs = clock.monotonicMs();
    try {
      const { ttlMs } = await store.keepLease(this.lease);
      // An answer that comes too late revives nobody.
      if (!this.isOver) this.#deadlineMs = Math.max(this.#deadlineMs, askedMs + Math.min(ttlMs, NODE_TTL_MS));
    } catch (error) {
      if (this.#ended) return;
      if (isRollcallError(error, 'lease-not-found')) this.lose('its lease expired, or was revoked');
      else this.#keepAfter(KEEP_AGAIN_MS);
    }
  }

  #look(): void {
    if (this.isOver) return this.lose('its lease could not be kept in time');
    const { clock } = this.#options;
    this.#cancelLook = clock.after(this.#deadlineMs - clock.monotonicMs(), () => this.#look());
  }
}
