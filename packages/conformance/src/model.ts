/**
 * The Store as one would write it if time and room were free: a whole map for every revision. Written from the
 * port alone and without the code of core, so that a mistake would have to be made twice to go unnoticed.
 */
import type { Commit, ErrorCode, KeyRange, LeaseId, RangeRequest } from '@rollcall/core';
import { ModelCommit, type KnownLog } from './model-commit.js';
import { byKey, rangeOf, within, type ModelState } from './model-range.js';
import type { PlainBatch, PlainChange, PlainCommit, PlainRange } from './plain.js';

/** An answer, or every code with which the refusal is right: an engine stops at the first reason that it meets. */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly refused: ReadonlySet<ErrorCode> };

export class Model implements KnownLog {
  revision: number;
  compactedRevision = 1;
  readonly leases: Map<LeaseId, { readonly ttlMs: number }> = new Map();
  readonly #states = new Map<number, ModelState>();
  readonly #batches: PlainBatch[] = [];

  constructor(revision: number = 1) {
    this.revision = revision;
    this.#states.set(revision, new Map());
  }

  range(request: RangeRequest): Outcome<PlainRange> {
    const wanted = request.revision ?? this.revision;
    const code = this.unreadable(wanted);
    if (code !== null) return { refused: new Set([code]) };
    return { answer: rangeOf(this.at(wanted), request, this.revision) };
  }

  /** What a commit would answer if the log stood at `revision`. */
  judge(commit: Commit, revision: number = this.revision): Outcome<PlainCommit> {
    const attempt = new ModelCommit(this, commit, revision);
    return attempt.refused.size > 0 ? { refused: attempt.refused } : { answer: attempt.answer };
  }

  commit(commit: Commit): Outcome<PlainCommit> {
    const attempt = new ModelCommit(this, commit, this.revision);
    if (attempt.refused.size > 0) return { refused: attempt.refused };
    this.#append(attempt.state, attempt.changes);
    return { answer: attempt.answer };
  }

  compact(revision: number): Outcome<null> {
    if (revision > this.revision) return { refused: new Set(['revision-in-future']) };
    this.compactedRevision = Math.max(this.compactedRevision, revision);
    return { answer: null };
  }

  /** Takes the lease away, and every key on it. Answers where the log stands then. */
  endLease(id: LeaseId): number {
    this.leases.delete(id);
    const state = new Map(this.at(this.revision));
    const gone = [...state.values()].filter((entry) => entry.lease === id).sort(byKey);
    for (const entry of gone) state.delete(entry.key);
    this.#append(
      state,
      gone.map((before) => ({ key: before.key, now: null, before })),
    );
    return this.revision;
  }

  keysOn(id: LeaseId): string[] {
    return [...this.at(this.revision).values()]
      .filter((entry) => entry.lease === id)
      .map((entry) => entry.key)
      .sort();
  }

  /** What a watch of this range would be told of the revisions from `from` on. */
  story(range: KeyRange, from: number): PlainBatch[] {
    return this.#batches
      .filter((batch) => batch.revision >= from)
      .map(({ revision, changes }) => ({ revision, changes: changes.filter((change) => within(range, change.key)) }))
      .filter((batch) => batch.changes.length > 0);
  }

  at(revision: number): ModelState {
    return this.#states.get(revision) as ModelState;
  }

  unreadable(revision: number): ErrorCode | null {
    if (revision > this.revision) return 'revision-in-future';
    return revision < this.compactedRevision ? 'revision-compacted' : null;
  }

  #append(state: ModelState, changes: readonly PlainChange[]): void {
    if (changes.length === 0) return;
    this.revision++;
    this.#states.set(this.revision, state);
    this.#batches.push({ revision: this.revision, changes });
  }
}
