/**
 * The guard's book, kept in the log: one record that all nodes share and that restarts do not empty. Whoever
 * spends of the budget writes it in the very commit that lets somebody go, on condition that nobody has
 * written it since. So the budget is never spent twice, and what is not written is not spent.
 */
import { decodeGuardRecord, encodeGuardRecord, guardKey, idleGuard, type GuardState } from '../records/guard-record.js';
import { isRollcallError, RollcallError } from '../errors.js';
import type { GuardBudget } from '../face.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Entry, RevisionBatch, Store, Watch } from '../ports/store.js';
import { singleKey } from '../store/key-range.js';
import { budgetOf, leftIn, newWindow, windowLeftMs, type GuardSettings } from './guard.js';
import type { Beside } from './judgement-writer.js';
import { RETRY_MS } from './pace.js';

export interface GuardBookOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: GuardSettings;
  /** Attended time, see attended-time.ts. */
  readonly now: () => number;
  /** How many instances are in the catalog. */
  readonly present: () => number;
  /** Called when somebody has written the record. */
  readonly changed: () => void;
}

/** Others may write at the same time; each of them lets somebody go. */
const RELEASE_ATTEMPTS_MAX = 5;

const range = singleKey(guardKey);

export class GuardBook {
  readonly #options: GuardBookOptions;
  #state: GuardState = idleGuard;
  /** The revision that wrote it; 0 where there is none. */
  #revision = 0;
  /** When the window is over. Kept in attended time, so that no clock jump moves it any more. */
  #endsMs = -Infinity;
  #watch: Watch | null = null;
  #closed = false;
  #cancelPause: (() => void) | null = null;

  constructor(options: GuardBookOptions) {
    this.#options = options;
  }

  get state(): GuardState {
    return this.#state;
  }

  /** How many may depart now. */
  get left(): number {
    return leftIn(this.#current(), this.#options.settings);
  }

  /** The window that runs, or else the one that would begin now. */
  get book(): GuardBudget {
    const { settings, now } = this.#options;
    const state = this.#current();
    const runs = now() < this.#endsMs;
    const budget = budgetOf(state.presentAtStart, settings);
    const window = {
      windowMs: settings.windowMs,
      windowStartMs: runs ? state.windowStartMs : null,
      windowLeftMs: runs ? this.#endsMs - now() : 0,
    };
    return { ...window, presentAtStart: state.presentAtStart, budget, departed: state.departed, released: state.released, left: this.left };
  }

  /** Settles when what the log says is known, however long it takes to say so. */
  async start(): Promise<void> {
    const { clock, log } = this.#options;
    for (let attempt = 0; !this.#closed; attempt++) {
      try {
        return await this.#read();
      } catch (error) {
        if (!isRollcallError(error) || !error.retryable) throw error;
        if (attempt === 0) log.warn('the guard’s record cannot be read yet; it is tried again', { reason: error.message });
        await new Promise<void>((again) => (this.#cancelPause = endable(clock, RETRY_MS, again)));
      }
    }
  }

  async #read(): Promise<void> {
    const { revision, entries } = await this.#options.store.range({ range });
    if (this.#closed) return;
    this.#take(entries[0] ?? null, entries[0]?.modRevision ?? 0);
    this.#watch = this.#options.store.watch(
      { range, fromRevision: revision + 1 },
      { next: (batch) => this.#changed(batch), ended: (reason) => this.#ended(reason) },
    );
  }

  close(): void {
    this.#closed = true;
    this.#cancelPause?.();
    this.#watch?.cancel();
  }

  /** What has to stand beside departures. */
  spend(holding: boolean): Beside {
    const state = this.#current();
    return (count) => this.#write({ ...state, departed: state.departed + count, holding });
  }

  /** What has to stand beside departures by an operator's word: they take nothing from the budget. */
  pardon(holding: boolean): Beside {
    const state = this.#current();
    return (count) => this.#write({ ...state, departed: state.departed + count, released: state.released + count, holding });
  }

  /** What has to stand beside the marks of those who wait. */
  hold(): Beside {
    return () => (this.#state.holding ? { when: [], then: [] } : this.#write({ ...this.#current(), holding: true }));
  }

  /** Nobody waits any more. */
  async letGo(): Promise<void> {
    if (!this.#state.holding) return;
    await this.#options.store.commit(this.#write({ ...this.#state, holding: false }));
  }

  /** An operator's word: so many more may depart in this window. Throws `conflict` if others keep writing. */
  async release(count: number): Promise<void> {
    const { store } = this.#options;
    for (let attempt = 0; attempt < RELEASE_ATTEMPTS_MAX; attempt++) {
      const state = this.#current();
      const commit = this.#write({ ...state, released: state.released + count });
      const result = await store.commit({ ...commit, else: [{ type: 'get', range }] });
      const [read] = result.results;
      if (result.succeeded) return this.refresh();
      if (read?.type === 'get') this.#take(read.entries[0] ?? null, read.entries[0]?.modRevision ?? 0);
    }
    throw new RollcallError('conflict', 'Others changed the guard at the same time; nothing was released. Ask again.');
  }

  /** Reads what the log says, without waiting for the watch. */
  async refresh(): Promise<void> {
    const { entries } = await this.#options.store.range({ range });
    this.#take(entries[0] ?? null, entries[0]?.modRevision ?? 0);
  }

  /** The window that runs, or the one that would begin now. */
  #current(): GuardState {
    const { now, clock, present } = this.#options;
    if (now() < this.#endsMs) return this.#state;
    return { ...newWindow(present(), clock.wallMs()), holding: this.#state.holding };
  }

  #write(state: GuardState): ReturnType<Beside> {
    return {
      when: [{ range, target: 'mod', is: '=', operand: this.#revision }],
      then: [{ type: 'put', key: guardKey, value: encodeGuardRecord(state) }],
    };
  }

  #changed({ changes }: RevisionBatch): void {
    for (const change of changes) {
      if (change.type === 'put') this.#take(change.entry, change.entry.modRevision);
      else this.#take(null, 0);
    }
  }

  #take(entry: Entry | null, revision: number): void {
    const { clock, settings, now, changed } = this.#options;
    if (entry !== null && revision <= this.#revision) return;
    const before = this.#state;
    this.#state = (entry && decodeGuardRecord(entry.value)) ?? idleGuard;
    this.#revision = revision;
    const isOver = now() >= this.#endsMs;
    if (isOver || this.#state.windowStartMs !== before.windowStartMs)
      this.#endsMs = now() + windowLeftMs(this.#state, clock.wallMs(), settings);
    changed();
  }

  #ended(reason: Error | null): void {
    if (reason === null || this.#closed) return;
    this.#read().catch((error: unknown) => {
      if (this.#closed) return;
      const { clock, log } = this.#options;
      log.warn('the guard’s record cannot be read; it is tried again', { reason: String(error) });
      this.#cancelPause = clock.after(RETRY_MS, () => this.#ended(reason));
    });
  }
}

/** A pause that ends at once when it is cancelled. */
function endable(clock: Clock, delayMs: number, over: () => void): () => void {
  const cancel = clock.after(delayMs, over);
  return () => {
    cancel();
    over();
  };
}
