/**
 * Whether the watch of etcd is alive: when something last came through it, and since when nothing does. A watch without
 * news is silent, so it is asked for a sign of life; one that gives none is broken off.
 */
import type { Clock, Contact } from '@rollcall/core';

/** Between two looks whether anything came; if not, a sign of life is asked for. */
const LOOK_MS = 1_000;
/** So many looks in a row that found nothing are a loss. Counted and not timed: whoever slept himself missed none of them. */
const SILENT_LOOKS_MAX = 5;

/** An etcd that has much to read before it says anything would never get there if it were broken off each time: it gets longer and longer. */
const SILENT_LOOKS_LONGEST = 160;

/** Whoever asks etcd after so much silence is not made to wait for it. Longer than an election takes. */
const AWAY_AFTER_MS: number = LOOK_MS * SILENT_LOOKS_MAX;

export class WatchContact implements Contact {
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #heardMs: number;
  #heardWallMs: number;
  #isLost = true;
  #silentLooksMax = SILENT_LOOKS_MAX;

  /** Begins as one that was never made. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#heardMs = clock.monotonicMs();
    this.#heardWallMs = clock.wallMs();
  }

  get lostSinceMs(): number | null {
    return this.#isLost ? this.#heardWallMs : null;
  }

  /** How long nothing was heard. */
  get silentMs(): number {
    return this.#clock.monotonicMs() - this.#heardMs;
  }

  /** For so long that nobody who asks now should be made to wait. */
  get isAway(): boolean {
    return this.#isLost && this.silentMs >= AWAY_AFTER_MS;
  }

  /** How many silent looks are a loss, at present. */
  get silentLooksMax(): number {
    return this.#silentLooksMax;
  }

  /** A watch that etcd had taken was broken off before anything of it was told. */
  wasImpatient(): void {
    this.#silentLooksMax = Math.min(this.#silentLooksMax * 2, SILENT_LOOKS_LONGEST);
  }

  /** Something was told, or a sign of life given. */
  answered(): void {
    this.#silentLooksMax = SILENT_LOOKS_MAX;
  }

  heard(): void {
    this.#heardMs = this.#clock.monotonicMs();
    this.#heardWallMs = this.#clock.wallMs();
    this.#become(false);
  }

  lost(): void {
    this.#become(true);
  }

  follow(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #become(isLost: boolean): void {
    if (this.#isLost === isLost) return;
    this.#isLost = isLost;
    for (const listener of this.#listeners) listener();
  }
}

export interface Signs {
  /** Something came. */
  heard(): void;
  end(): void;
}

/** Asks for signs of life where nothing comes by itself; `silent` is called once, when none does. */
export function askForSigns(clock: Clock, silentLooksMax: number, ask: () => void, silent: () => void): Signs {
  let silentLooks = 0;
  let cancel = clock.after(LOOK_MS, look);
  return { heard: () => void (silentLooks = 0), end: () => cancel() };

  function look(): void {
    silentLooks++;
    if (silentLooks > silentLooksMax) return silent();
    // The first look behind something that came finds no silence yet.
    if (silentLooks > 1) ask();
    cancel = clock.after(LOOK_MS, look);
  }
}
