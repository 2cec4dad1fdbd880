/**
 * Changing what the log says about something, safely beside everybody else who does: read all of its records, decide,
 * commit on condition that none has changed. Who was overtaken decides once more.
 */
import { RollcallError } from '../errors.js';
import { recordKey, type RecordKind } from '../catalog/keys.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { Abort } from '../ports/abort.js';
import type { Clock } from '../ports/clock.js';
import type { Bytes, CommitResult, Compare, Operation, Store } from '../ports/store.js';
import { singleKey } from '../store/key-range.js';
import { WRITE_WITHIN_MS, withinTime } from './deadline.js';
import { Lanes } from './lanes.js';
import type { Entries, Subject } from './subject.js';

export interface Plan<Answer> {
  /** None at all: nothing is written, and no revision made. */
  readonly operations: readonly Operation[];
  readonly answer: Answer;
}

export interface Amended<Answer> {
  readonly answer: Answer;
  /** The revision that the change made, or the one that last changed it if there was nothing to change. */
  readonly revision: number;
}

/** Called once per attempt, with fresh records; what it throws ends the matter with nothing written. */
export type Decide<Stored, Answer> = (stored: Stored) => Plan<Answer>;

/** One of many changes. */
export interface Amendment<Stored, Answer> {
  readonly subject: Subject<Stored>;
  readonly decide: Decide<Stored, Answer>;
}

const ATTEMPTS_MAX = 2;

export class Amendments {
  readonly #store: Store;
  readonly #clock: Clock;
  /** Writers of this node take turns over a subject, so that only those of other nodes can overtake them. */
  readonly #lanes = new Lanes();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Bounded in time: throws `outcome-unknown` if the log does not answer. */
  amend<Stored, Answer>(subject: Subject<Stored>, decide: Decide<Stored, Answer>): Promise<Amended<Answer>> {
    return withinTime(this.#clock, WRITE_WITHIN_MS, (signal) =>
      this.#lanes.run(subject.name, () => amend(this.#store, subject, decide, signal)),
    );
  }

  /**
   * Several in one commit, which must have room for them; no two on the same subject. Each in turn by itself if they do
   * not fit together after all. What one of them throws is its own result.
   */
  async amendTogether<Stored, Answer>(
    amendments: readonly Amendment<Stored, Answer>[],
  ): Promise<readonly PromiseSettledResult<Amended<Answer>>[]> {
    const together = await withinTime(this.#clock, WRITE_WITHIN_MS, (signal) => tryTogether(this.#store, amendments, signal)).catch(
      rejected,
    );
    if (together instanceof Error) return amendments.map(() => ({ status: 'rejected', reason: together }));
    return together ?? Promise.allSettled(amendments.map(({ subject, decide }) => this.amend(subject, decide)));
  }
}

async function amend<Stored, Answer>(
  store: Store,
  subject: Subject<Stored>,
  decide: Decide<Stored, Answer>,
  signal: Abort,
): Promise<Amended<Answer>> {
  // Whoever waited in line for too long was told so, and does nothing any more.
  if (signal.aborted) throw signal.reason;
  const { keys } = subject;
  let read = await store.commit({ then: reads(keys) }, { signal });
  for (let attempt = 1; ; attempt++) {
    const entries = entriesOf(read);
    const { operations, answer } = decide(subject.read(read.revision, entries));
    if (operations.length === 0) return { answer, revision: lastRevision(entries) };
    const result = await store.commit({ when: unchanged(keys, entries), then: operations, else: reads(keys) }, { signal });
    if (result.succeeded) return { answer, revision: result.revision };
    if (attempt === ATTEMPTS_MAX) throw subject.overtaken();
    read = result;
  }
}

/** `null` if somebody else was faster with one of them, or if they carry more than a commit can. */
async function tryTogether<Stored, Answer>(
  store: Store,
  amendments: readonly Amendment<Stored, Answer>[],
  signal: Abort,
): Promise<readonly PromiseSettledResult<Amended<Answer>>[] | null> {
  const read = await store.commit({ then: amendments.flatMap(({ subject }) => reads(subject.keys)) }, { signal });
  const entries = entriesOf(read);
  let at = 0;
  const planned = amendments.map(({ subject, decide }) => {
    const own = entries.slice(at, (at += subject.keys.length));
    return { keys: subject.keys, entries: own, ...attempt(() => decide(subject.read(read.revision, own))) };
  });
  const writing = planned.flatMap((one) => (one.plan === null || one.plan.operations.length === 0 ? [] : [{ ...one, plan: one.plan }]));
  const operations = writing.flatMap(({ plan }) => plan.operations);
  if (bytesOf(operations) > VALUE_BYTES_MAX) return null;
  const when = writing.flatMap((one) => unchanged(one.keys, one.entries));
  const result = operations.length === 0 ? null : await store.commit({ when, then: operations }, { signal });
  if (result?.succeeded === false) return null;
  return planned.map((one) => {
    if (one.plan === null) return { status: 'rejected', reason: one.error };
    const revision = one.plan.operations.length === 0 ? lastRevision(one.entries) : (result?.revision ?? 0);
    return { status: 'fulfilled', value: { answer: one.plan.answer, revision } };
  });
}

/** What a commit may carry, less its keys: those of the longest ids and services, a hundred times. */
const VALUE_BYTES_MAX: number = 512 * 1024;

function bytesOf(operations: readonly Operation[]): number {
  let bytes = 0;
  for (const operation of operations) if (operation.type === 'put' && operation.value !== 'keep') bytes += operation.value.length;
  return bytes;
}

function attempt<Result>(
  work: () => Result,
): { readonly plan: Result; readonly error: null } | { readonly plan: null; readonly error: unknown } {
  try {
    return { plan: work(), error: null };
  } catch (error) {
    return { plan: null, error };
  }
}

function rejected(reason: unknown): Error {
  return reason instanceof Error ? reason : new RollcallError('internal', String(reason));
}

export function putRecord(kind: RecordKind, ref: InstanceRef, value: Bytes): Operation {
  return { type: 'put', key: recordKey(kind, ref), value };
}

export function deleteRecord(kind: RecordKind, ref: InstanceRef): Operation {
  return deleteKey(recordKey(kind, ref));
}

export function deleteKey(key: Bytes): Operation {
  return { type: 'delete', range: singleKey(key) };
}

function reads(keys: readonly Bytes[]): readonly Operation[] {
  return keys.map((key) => ({ type: 'get', range: singleKey(key) }));
}

function entriesOf({ results }: CommitResult): Entries {
  return results.map((result) => (result.type === 'get' ? result.entries[0] : undefined));
}

function unchanged(keys: readonly Bytes[], entries: Entries): readonly Compare[] {
  return keys.map((key, at) => ({ range: singleKey(key), target: 'mod', is: '=', operand: entries[at]?.modRevision ?? 0 }));
}

function lastRevision(entries: Entries): number {
  return Math.max(0, ...entries.map((entry) => entry?.modRevision ?? 0));
}
