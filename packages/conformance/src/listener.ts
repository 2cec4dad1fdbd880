/**
 * A watch with a sink that remembers everything, and that notices by itself when the contract of `WatchSink` is
 * broken: whatever a law is about, its listeners hold the engine to that contract too.
 */
import {
  textRangeHolds,
  toText,
  toTextRange,
  type Change,
  type RevisionBatch,
  type Store,
  type TextRange,
  type Watch,
  type WatchRequest,
  type WatchSink,
} from '@rollcall/core';
import { story } from './plain.js';
import { eventually } from './wait.js';

/** What the sink answers to each batch: nothing, or a promise that makes the engine wait. */
export type Pace = (batch: RevisionBatch) => void | Promise<void>;

export interface Rest {
  readonly pace: Pace;
  wake(): void;
}

/** A sink that rests over one revision (left out: over each), until it is woken. */
export function restsAt(revision?: number): Rest {
  let wake = (): void => {};
  return {
    pace: (batch) => (revision === undefined || batch.revision === revision ? new Promise((resolve) => (wake = resolve)) : undefined),
    wake: () => wake(),
  };
}

export class Listener implements WatchSink {
  readonly batches: RevisionBatch[] = [];
  /** What `ended` was called with: at most one, if the engine is right. */
  readonly endings: (Error | null)[] = [];
  /** How the engine broke the contract, in words. */
  readonly complaints: string[] = [];
  readonly watch: Watch;
  readonly #range: TextRange;
  readonly #pace: Pace;
  #opened = false;
  #cancelled = false;
  #busy = false;

  constructor(store: Store, request: WatchRequest, pace: Pace = () => {}) {
    this.#range = toTextRange(request.range);
    this.#pace = pace;
    request.signal?.addEventListener('abort', () => (this.#cancelled = true), { once: true });
    this.watch = store.watch(request, this);
    this.#opened = true;
  }

  next(batch: RevisionBatch): void | Promise<void> {
    this.#judge(batch);
    this.batches.push(batch);
    const answer = this.#pace(batch);
    if (answer === undefined) return;
    this.#busy = true;
    return answer.finally(() => (this.#busy = false));
  }

  ended(reason: Error | null): void {
    if (!this.#opened) this.complaints.push('ended was called from within watch()');
    this.endings.push(reason);
    if (this.endings.length > 1) this.complaints.push('ended was called twice');
  }

  cancel(): void {
    this.#cancelled = true;
    this.watch.cancel();
  }

  get story(): string[] {
    return story(this.batches);
  }

  get revisions(): number[] {
    return this.batches.map((batch) => batch.revision);
  }

  /** Settles when everything up to this revision has been handed over. */
  async reaches(revision: number): Promise<void> {
    await eventually(
      () => this.watch.position >= revision || this.endings.length > 0,
      () => `for a watch at ${this.watch.position} to reach ${revision}; it has told ${JSON.stringify(this.story.slice(-5))}`,
    );
    const [reason] = this.endings;
    if (reason !== undefined && this.watch.position < revision) throw reason ?? new Error(`The watch ended before it reached ${revision}`);
  }

  async hears(batches: number): Promise<void> {
    await eventually(
      () => this.batches.length >= batches,
      () => `for ${batches} batches; there are ${JSON.stringify(this.story)}`,
    );
  }

  /** Settles with the reason once the watch has ended. */
  async ends(): Promise<Error | null> {
    await eventually(
      () => this.endings.length > 0,
      () => 'for a watch to end',
    );
    return this.endings[0] ?? null;
  }

  #judge(batch: RevisionBatch): void {
    const complain = (what: string): void => void this.complaints.push(`revision ${batch.revision} ${what}`);
    if (this.#busy) complain('was handed over while the sink was busy');
    if (this.#cancelled) complain('was handed over after the watch was cancelled');
    if (this.endings.length > 0) complain('was handed over after the end');
    if (batch.revision <= (this.batches.at(-1)?.revision ?? 0)) complain(`came after ${this.batches.at(-1)?.revision}`);
    if (batch.changes.length === 0) complain('came without changes');
    if (this.#opened && this.watch.position > batch.revision) complain(`came when the position was already at ${this.watch.position}`);
    for (const change of batch.changes) this.#judgeChange(change, batch.revision, complain);
  }

  #judgeChange(change: Change, revision: number, complain: (what: string) => void): void {
    const key = change.type === 'put' ? change.entry.key : change.key;
    if (!textRangeHolds(this.#range, toText(key))) complain(`told of a key outside the range: ${toText(key)}`);
    if (change.type === 'put' && change.entry.modRevision !== revision) complain(`told of a put in revision ${change.entry.modRevision}`);
  }
}
