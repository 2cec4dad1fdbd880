/** Whether the registry answers. */
import type { Clock } from './clock.js';

export interface Lost {
  readonly sinceMs: number;
  readonly reason: string;
}

export class Link {
  readonly #clock: Clock;
  readonly #changed: () => void;
  #lost: Lost | null = null;
  /** When it answered last: from then on nothing is known. */
  #heardMs: number;

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
    this.#heardMs = clock.wallMs();
  }

  get lost(): Lost | null {
    return this.#lost;
  }

  heard(): void {
    this.#heardMs = this.#clock.wallMs();
    if (this.#lost === null) return;
    this.#lost = null;
    this.#changed();
  }

  broke(reason: string): void {
    const isNews = this.#lost?.reason !== reason;
    this.#lost = { sinceMs: this.#lost?.sinceMs ?? this.#heardMs, reason };
    if (isNews) this.#changed();
  }
}
