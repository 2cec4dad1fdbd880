/** Start, drain, close: parts start in the order of their list and stop in reverse, each as far as it got. */
import type { Clock, Log } from '@rollcall/core';

export interface Part {
  readonly name: string;
  /** Settles when it does its work. */
  start?(): Promise<void> | void;
  /** Reads anew what it read when it started: files that somebody has changed. What it throws is logged, and the rest goes on. */
  reload?(): Promise<void> | void;
  /** Takes nothing new, and says so to those who would bring it. */
  drain?(): Promise<void> | void;
  /** Finishes what it has, and lets go of everything. Also called for what failed to start. */
  close?(): Promise<void> | void;
}

export interface LifecycleOptions {
  readonly parts: readonly Part[];
  readonly clock: Clock;
  readonly log: Log;
}

/** A service manager waits ten seconds before it kills. */
const STOP_MS_MAX = 9000;

export class Lifecycle {
  readonly #options: LifecycleOptions;
  readonly #started: Part[] = [];
  #reloading: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | null = null;

  constructor(options: LifecycleOptions) {
    this.#options = options;
  }

  /** Throws what the first part that fails throws, after everything that had been started is closed. */
  async start(): Promise<void> {
    for (const part of this.#options.parts) {
      this.#started.unshift(part);
      try {
        await part.start?.();
      } catch (error) {
        await this.stop();
        throw error;
      }
    }
  }

  /** Never throws. One after the other, in the order of the list. */
  reload(): Promise<void> {
    this.#reloading = this.#reloadAll(this.#reloading);
    return this.#reloading;
  }

  /** Never throws. A second call waits for the first. */
  stop(): Promise<void> {
    this.#stopping ??= this.#within(this.#stopAll());
    return this.#stopping;
  }

  async #reloadAll(before: Promise<void>): Promise<void> {
    await before;
    for (const part of this.#options.parts) if (this.#stopping === null) await this.#try(part, 'reload');
  }

  async #stopAll(): Promise<void> {
    await this.#reloading;
    for (const part of this.#started) await this.#try(part, 'drain');
    for (const part of this.#started) await this.#try(part, 'close');
  }

  async #try(part: Part, step: 'reload' | 'drain' | 'close'): Promise<void> {
    try {
      await part[step]?.();
    } catch (error) {
      this.#options.log.error(`${part.name} did not ${step}`, { reason: String(error) });
    }
  }

  async #within(stopping: Promise<void>): Promise<void> {
    const { clock, log } = this.#options;
    let cancel = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(STOP_MS_MAX, () => {
        log.error('not everything ended in time; the rest is cut off');
        resolve();
      });
    });
    await Promise.race([stopping, late]);
    cancel();
  }
}
