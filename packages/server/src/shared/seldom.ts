/** A line of the log that would come very often comes seldom, and says how often it would have. */
import type { Clock, Log, LogFields } from '@rollcall/core';

export class Seldom {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #said = new Map<string, { atMs: number; kept: number }>();

  constructor(log: Log, clock: Clock, everyMs: number) {
    this.#log = log;
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** The message is the same for the same trouble: what varies is in the fields. */
  warn(message: string, fields: LogFields): void {
    const nowMs = this.#clock.monotonicMs();
    const before = this.#said.get(message);
    if (before !== undefined && nowMs < before.atMs + this.#everyMs) return void before.kept++;
    this.#said.set(message, { atMs: nowMs, kept: 0 });
    this.#log.warn(message, { ...fields, ...(before === undefined || before.kept === 0 ? {} : { timesNotSaid: before.kept }) });
  }
}
