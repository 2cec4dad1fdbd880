/** One node's way to the log: calls and answers take their time, watches lag, and all of it can be cut. */
import type { SeededRandom } from '@rollcall/conformance';
import { RollcallError, type Clock, type RevisionBatch, type Store, type Watch, type WatchRequest, type WatchSink } from '@rollcall/core';
import type { SharedLog } from './shared-log.js';

/** After so long a call that has no answer is given up. */
const CALL_WITHIN_MS = 1500;
/** How long a dead connection goes unnoticed by its watches. */
const NOTICED_AFTER_MS = 1000;

const calls = ['range', 'commit', 'grantLease', 'keepLease', 'revokeLease', 'status'] as const;

export interface LinkOptions {
  readonly log: SharedLog;
  /** Of the world; what arrives is handed to the process by `deliver`. */
  readonly clock: Clock;
  readonly random: SeededRandom;
  /** To a process that is suspended it is delivered when it wakes up, to one that has ended never. */
  readonly deliver: (arrive: () => void) => void;
}

interface Watching {
  readonly sink: WatchSink;
  readonly ended: (reason: Error) => void;
}

export class Link {
  readonly store: Store;
  readonly #options: LinkOptions;
  readonly #watching = new Set<Watching>();
  /** By how many troubles at once. */
  #cuts = 0;
  /** What watches tell arrives so much later. */
  lagMs = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
    const made = calls.map((name) => [name, (...given: readonly unknown[]) => this.#call(name, given)] as const);
    const watch = (request: WatchRequest, sink: WatchSink): Watch => this.#watch(request, sink);
    this.store = { ...Object.fromEntries(made), watch } as unknown as Store;
  }

  get isCut(): boolean {
    return this.#cuts > 0;
  }

  cut(): void {
    this.#cuts++;
    const { clock, deliver } = this.#options;
    const told = [...this.#watching];
    this.#watching.clear();
    clock.after(NOTICED_AFTER_MS, () => {
      for (const { ended } of told) deliver(() => ended(away()));
    });
  }

  heal(): void {
    this.#cuts--;
  }

  #call(name: (typeof calls)[number], given: readonly unknown[]): Promise<unknown> {
    const { log, clock, deliver } = this.#options;
    return new Promise((resolve, reject) => {
      let isOver = false;
      const end = (settle: () => void): void => {
        if (isOver) return;
        isOver = true;
        deliver(settle);
      };
      clock.after(CALL_WITHIN_MS, () => end(() => reject(name === 'commit' ? unknown() : away())));
      clock.after(this.#delayMs(), () => {
        if (this.isCut) return;
        let settle: () => void;
        try {
          const answer: unknown = Reflect.apply(log[name] as (...all: readonly unknown[]) => unknown, log, given);
          settle = () => resolve(answer);
        } catch (error) {
          const reason = error instanceof Error ? error : new Error(String(error));
          settle = () => reject(reason);
        }
        clock.after(this.#delayMs(), () => {
          if (!this.isCut) end(settle);
        });
      });
    });
  }

  #watch(request: WatchRequest, sink: WatchSink): Watch {
    const { log, clock, deliver } = this.#options;
    let position = (request.fromRevision ?? 1) - 1;
    let isOver = false;
    let dueMs = 0;
    // In order, however the lag changes.
    const later = (tell: () => void): void => {
      dueMs = Math.max(dueMs, clock.monotonicMs() + this.#delayMs() + this.lagMs);
      clock.after(dueMs - clock.monotonicMs(), () =>
        deliver(() => {
          if (!isOver) tell();
        }),
      );
    };
    const ended = (reason: Error): void => {
      if (isOver) return;
      isOver = true;
      own.cancel();
      sink.ended(reason);
    };
    const watching: Watching = { sink, ended };
    const next = (batch: RevisionBatch): void => {
      if (!this.#watching.has(watching)) return;
      later(() => {
        position = batch.revision;
        void sink.next(batch);
      });
    };
    if (this.isCut) clock.after(NOTICED_AFTER_MS, () => deliver(() => ended(away())));
    else this.#watching.add(watching);
    const own = log.watch(request, { next, ended: () => undefined });
    const cancel = (): void => {
      isOver = true;
      this.#watching.delete(watching);
      own.cancel();
    };
    return {
      get position() {
        return position;
      },
      cancel,
    };
  }

  #delayMs(): number {
    return 5 * (1 + this.#options.random.below(3));
  }
}

function away(): RollcallError {
  return new RollcallError('store-unavailable', 'The log cannot be reached.');
}

function unknown(): RollcallError {
  return new RollcallError('outcome-unknown', 'The log did not answer in time.');
}
