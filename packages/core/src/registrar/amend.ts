/**
 * Changing what the log says about something, safely beside everybody else who does: read all of its records, decide,
 * commit on condition that none has changed. Who was overtaken decides once more.
 */
import { RollcallError } from '../errors.js';
import { recordKey, type RecordKind } from '../records/keys.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { Clock } from '../ports/clock.js';
import type { Bytes, CommitResult, Compare, NestedCommit, Operation, Store } from '../ports/store.js';
import { COMMIT_OPERATIONS_MAX } from '../store/commit-rules.js';
import { singleKey, type SingleKey } from '../store/key-range.js';
import { Deadlines, WRITE_WITHIN_MS, type Deadline } from './deadline.js';
import { Lanes } from './lanes.js';
import { bytesOf, given, SharedCommits, VALUE_BYTES_MAX, type AtTurnsEnd } from './shared-commits.js';
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

/**
 * Conditions and operations of one change, by its subject's keys: of an instance there are three. As many again is room for the keys
 * of others that an instance may be, and for the one that it is shown as.
 */
export const ROOM_PER_KEY = 2;
const KEYS_MAX: number = 3 * ROOM_PER_KEY;

/** Changes in one commit, each a commit in it. What they hold counts on top of them, as one of them does. */
export const RECALLED_MAX: number = COMMIT_OPERATIONS_MAX - KEYS_MAX;

/** As much of the log as it takes. */
type Committing = Pick<Store, 'commit'>;

export class Amendments {
  readonly #store: Committing;
  readonly #deadlines: Deadlines;
  /** Writers of this node take turns over a subject, so that only those of other nodes can overtake them. */
  readonly #lanes = new Lanes();
  readonly #shared: SharedCommits;

  constructor(store: Committing, clock: Clock, atTurnsEnd: AtTurnsEnd = soon) {
    this.#store = store;
    this.#deadlines = new Deadlines(clock, WRITE_WITHIN_MS);
    this.#shared = new SharedCommits(store, this.#deadlines, atTurnsEnd);
  }

  /** Bounded in time: throws `outcome-unknown` if the log does not answer. */
  amend<Stored, Answer>(subject: Subject<Stored>, decide: Decide<Stored, Answer>): Promise<Amended<Answer>> {
    const recalled = this.#lanes.isFree(subject.name) ? recalledPlan({ subject, decide }) : null;
    if (recalled !== null) return this.#lanes.run(subject.name, () => this.#share(subject, decide, recalled));
    return this.#deadlines.within((deadline) => this.#lanes.run(subject.name, () => amend(this.#store, subject, decide, deadline)));
  }

  #share<Stored, Answer>(
    subject: Subject<Stored>,
    decide: Decide<Stored, Answer>,
    recalled: RecalledPlan<Answer>,
  ): Promise<Amended<Answer>> {
    return new Promise((resolve, reject) => {
      this.#shared.join({
        commit: recalled.commit,
        done: (revision) => resolve({ answer: recalled.answer, revision: recalled.revision ?? revision }),
        overtaken: (deadline) => amendByRead(this.#store, subject, decide, deadline).then(resolve, reject),
        failed: reject,
      });
    });
  }

  /**
   * Several in one commit, which must have room for them; no two on the same subject. Each in turn by itself if they do
   * not fit together after all. What one of them throws is its own result.
   */
  async amendTogether<Stored, Answer>(
    amendments: readonly Amendment<Stored, Answer>[],
  ): Promise<readonly PromiseSettledResult<Amended<Answer>>[]> {
    const together = await this.#deadlines.within((deadline) => tryTogether(this.#store, amendments, deadline)).catch(rejected);
    if (together instanceof Error) return amendments.map(() => ({ status: 'rejected', reason: together }));
    return together ?? Promise.allSettled(amendments.map(({ subject, decide }) => this.amend(subject, decide)));
  }

  /**
   * Those of them that can be decided by what is remembered, in one commit, each on its own condition; no two on the same
   * subject, and at most `RECALLED_MAX`. `null` for those of whom nothing came: nothing happened to them either.
   */
  async amendRecalled<Stored, Answer>(
    amendments: readonly Amendment<Stored, Answer>[],
  ): Promise<readonly (PromiseSettledResult<Amended<Answer>> | null)[]> {
    const recalled = await this.#deadlines.within((deadline) => writeRecalled(this.#store, amendments, deadline)).catch(rejected);
    return recalled instanceof Error ? amendments.map(() => ({ status: 'rejected', reason: recalled })) : recalled;
  }
}

/** Where nobody says when a turn ends: as soon as whoever asks has said it all. */
function soon(work: () => void): void {
  void Promise.resolve().then(work);
}

async function amend<Stored, Answer>(
  store: Committing,
  subject: Subject<Stored>,
  decide: Decide<Stored, Answer>,
  deadline: Deadline,
): Promise<Amended<Answer>> {
  deadline.check();
  const recalled = recalledPlan({ subject, decide });
  if (recalled !== null) {
    const result = await deadline.wait(store.commit(recalled.commit, given));
    if (result.succeeded) return { answer: recalled.answer, revision: recalled.revision ?? result.revision };
  }
  return amendByRead(store, subject, decide, deadline);
}

/** By what the log itself says. */
async function amendByRead<Stored, Answer>(
  store: Committing,
  subject: Subject<Stored>,
  decide: Decide<Stored, Answer>,
  deadline: Deadline,
): Promise<Amended<Answer>> {
  const { keys } = subject;
  let read = await deadline.wait(store.commit({ then: reads(keys) }, given));
  for (let attempt = 1; ; attempt++) {
    const entries = entriesOf(read);
    const { operations, answer } = decide(subject.read(read.revision, entries));
    if (operations.length === 0) return { answer, revision: Math.max(...revisionsOf(entries)) };
    const result = await deadline.wait(
      store.commit({ when: unchanged(keys, revisionsOf(entries)), then: operations, else: reads(keys) }, given),
    );
    if (result.succeeded) return { answer, revision: result.revision };
    if (attempt === ATTEMPTS_MAX) throw subject.overtaken();
    read = result;
  }
}

interface RecalledPlan<Answer> {
  readonly commit: NestedCommit;
  readonly answer: Answer;
  /** `null`: the commit's own. */
  readonly revision: number | null;
}

/**
 * What is remembered saves a read, but proves nothing: the commit succeeds only if it is still true, also where there is
 * nothing to write. `null` if nothing is remembered, or if it speaks against the change: a refusal needs the log's own word.
 */
function recalledPlan<Stored, Answer>({ subject, decide }: Amendment<Stored, Answer>): RecalledPlan<Answer> | null {
  const recalled = subject.recall?.() ?? null;
  if (recalled === null) return null;
  const { stored, revisions } = recalled;
  try {
    const { operations, answer } = decide(stored);
    return {
      commit: { type: 'commit', when: unchanged(subject.keys, revisions), then: operations },
      answer,
      // Where there is nothing to write, it is the revision that last did.
      revision: operations.length === 0 ? Math.max(...revisions) : null,
    };
  } catch {
    return null;
  }
}

async function writeRecalled<Stored, Answer>(
  store: Committing,
  amendments: readonly Amendment<Stored, Answer>[],
  deadline: Deadline,
): Promise<readonly (PromiseSettledResult<Amended<Answer>> | null)[]> {
  const results: (PromiseSettledResult<Amended<Answer>> | null)[] = amendments.map(() => null);
  const plans = amendments.map(recalledPlan);
  for (const group of fittingGroups(plans)) {
    try {
      deadline.check();
      const { revision, results: found } = await deadline.wait(store.commit({ then: group.map(({ plan }) => plan.commit) }, given));
      for (const [place, { at, plan }] of group.entries()) {
        const own = found[place];
        if (own?.type !== 'commit' || !own.succeeded) continue;
        results[at] = { status: 'fulfilled', value: { answer: plan.answer, revision: plan.revision ?? revision } };
      }
    } catch (reason) {
      for (const { at } of group) results[at] = { status: 'rejected', reason };
    }
  }
  return results;
}

interface PlacedPlan<Answer> {
  readonly at: number;
  readonly plan: RecalledPlan<Answer>;
}

/** As many together as a commit can carry; nearly always all of them. */
function fittingGroups<Answer>(plans: readonly (RecalledPlan<Answer> | null)[]): readonly (readonly PlacedPlan<Answer>[])[] {
  const groups: PlacedPlan<Answer>[][] = [];
  let group: PlacedPlan<Answer>[] = [];
  let bytes = Infinity;
  for (const [at, plan] of plans.entries()) {
    if (plan === null) continue;
    const own = bytesOf(plan.commit.then);
    if (bytes + own > VALUE_BYTES_MAX) {
      groups.push((group = []));
      bytes = 0;
    }
    group.push({ at, plan });
    bytes += own;
  }
  return groups;
}

/** `null` if somebody else was faster with one of them, or if they carry more than a commit can. */
async function tryTogether<Stored, Answer>(
  store: Committing,
  amendments: readonly Amendment<Stored, Answer>[],
  deadline: Deadline,
): Promise<readonly PromiseSettledResult<Amended<Answer>>[] | null> {
  const read = await deadline.wait(store.commit({ then: amendments.flatMap(({ subject }) => reads(subject.keys)) }, given));
  const entries = entriesOf(read);
  let at = 0;
  const planned = amendments.map(({ subject, decide }) => {
    const own = entries.slice(at, (at += subject.keys.length));
    return { keys: subject.keys, entries: own, ...attempt(() => decide(subject.read(read.revision, own))) };
  });
  const writing = planned.flatMap((one) => (one.plan === null || one.plan.operations.length === 0 ? [] : [{ ...one, plan: one.plan }]));
  const operations = writing.flatMap(({ plan }) => plan.operations);
  if (bytesOf(operations) > VALUE_BYTES_MAX) return null;
  const when = writing.flatMap((one) => unchanged(one.keys, revisionsOf(one.entries)));
  const result = operations.length === 0 ? null : await deadline.wait(store.commit({ when, then: operations }, given));
  if (result?.succeeded === false) return null;
  return planned.map((one) => {
    if (one.plan === null) return { status: 'rejected', reason: one.error };
    const revision = one.plan.operations.length === 0 ? Math.max(...revisionsOf(one.entries)) : (result?.revision ?? 0);
    return { status: 'fulfilled', value: { answer: one.plan.answer, revision } };
  });
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

function reads(keys: readonly SingleKey[]): readonly Operation[] {
  return keys.map((range) => ({ type: 'get', range }));
}

function entriesOf({ results }: CommitResult): Entries {
  return results.map((result) => (result.type === 'get' ? result.entries[0] : undefined));
}

function unchanged(keys: readonly SingleKey[], revisions: readonly number[]): readonly Compare[] {
  return keys.map((range, at) => ({ range, target: 'mod', is: '=', operand: revisions[at] ?? 0 }));
}

/** 0 for what is not there. */
function revisionsOf(entries: Entries): readonly number[] {
  return entries.map((entry) => entry?.modRevision ?? 0);
}
