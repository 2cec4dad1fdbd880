/** What is said of a view's age: in a header with every answer, and to streams when it begins, while it lasts, and when it is over. */
import type { CatalogView, Clock } from '@rollcall/core';
import type { Frame } from '../../shared/frame.js';
import { eventFrame } from '../../shared/server-event.js';

/** The log may be away for a moment while its members elect a leader: nobody needs to hear of that. */
const TELL_AFTER_MS = 2_000;

type Aged = Pick<CatalogView, 'staleSinceMs'>;
type Wall = Pick<Clock, 'wallMs'>;

export function ageSeconds({ staleSinceMs }: Aged, clock: Wall): number {
  return staleSinceMs === null ? 0 : Math.max(0, clock.wallMs() - staleSinceMs) / 1000;
}

/** While the log is away: how old the view is, in seconds. */
export function ageHeaders(view: Aged, clock: Wall): readonly string[] {
  return view.staleSinceMs === null ? [] : ['rollcall-age', String(Math.round(ageSeconds(view, clock)))];
}

/** A browser's reader of streams sees neither headers nor comments. */
export function staleFrame(view: Aged, clock: Wall): Frame {
  const { staleSinceMs } = view;
  const since = staleSinceMs === null ? {} : { asOf: new Date(staleSinceMs).toISOString() };
  const data = { stale: staleSinceMs !== null, ageSeconds: Math.round(ageSeconds(view, clock)), ...since };
  return eventFrame({ event: 'stale', data: JSON.stringify(data) });
}

/** Tells a staleness that lasts, and its end. */
export class StalenessTeller {
  readonly #clock: Clock;
  readonly #tell: () => void;
  #cancel: (() => void) | null = null;
  #told = false;

  constructor(clock: Clock, tell: () => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Everybody has heard that it is stale, and will hear when it no longer is. */
  get isTold(): boolean {
    return this.#told;
  }

  turned(staleSinceMs: number | null): void {
    if (staleSinceMs !== null) {
      if (!this.#told) this.#cancel ??= this.#clock.after(TELL_AFTER_MS, () => this.#tellStale());
      return;
    }
    this.end();
    if (!this.#told) return;
    this.#told = false;
    this.#tell();
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #tellStale(): void {
    this.#cancel = null;
    this.#told = true;
    this.#tell();
  }
}
