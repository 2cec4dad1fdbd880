/**
 * Writes judgements, many in one commit. Each brings its fences: the registration and the health record are still
 * the ones that were judged. If the commit fails because some have changed, those are left out, to be judged anew, and
 * the rest is written; so one restless instance does not hold up the others.
 */
import { RollcallError } from '../errors.js';
import { recordKey, type RecordKind } from '../records/keys.js';
import { decodeHealthRecord, type HealthRecord } from '../records/records.js';
import type { Instance } from '../catalog/instance.js';
import type { CommitResult, Compare, Operation, Store } from '../ports/store.js';
import { COMMIT_OPERATIONS_MAX } from '../store/commit-rules.js';
import { singleKey } from '../store/key-range.js';
import type { Judgement } from './judgement.js';

/** As much of the registrar's visibility as it needs: settles when the view shows this revision. */
export interface Showing {
  wait(revision: number): Promise<void>;
}

/**
 * What else must hold for every verdict of this node. On a cluster: its own membership is the one it had, and nobody
 * has joined since the roster's revision by which the verdict was decided; left out, since the one that it has reached now.
 * Asked before each commit; at most `FENCES_MAX` of them.
 */
export type Fences = (asOf?: number) => readonly Compare[];

export const FENCES_MAX = 8;

export interface JudgementWriterOptions {
  readonly store: Store;
  readonly showing: Showing;
  readonly fences: Fences;
}

/** What goes into the same commit beside so many judgements. At most one compare and one operation. */
export type Beside = (count: number) => { readonly when: readonly Compare[]; readonly then: readonly Operation[] };

export interface Writing {
  /** Those that were written, and that the view now shows. The others had changed before. */
  readonly written: readonly Judgement[];
  /** Something beside them did not hold: nothing was written, whatever they say. */
  readonly fenced: boolean;
}

/** Some change, the rest is tried again. Whoever is still overtaken then is looked at again anyway. */
const ATTEMPTS_MAX = 4;

/** Half of what a commit may carry: health records are small, but what checks say of themselves may be long. */
const VALUE_BYTES_MAX: number = 512 * 1024;

const nothing: ReturnType<Beside> = { when: [], then: [] };

interface Planned {
  readonly judgement: Judgement;
  readonly operations: readonly Operation[];
}

export class JudgementWriter {
  readonly #options: JudgementWriterOptions;

  constructor(options: JudgementWriterOptions) {
    this.#options = options;
  }

  /** At most `BATCH_MAX` judgements, no two of them on the same instance. */
  async write(judgements: readonly Judgement[], beside: Beside = () => nothing): Promise<Writing> {
    const { store, showing, fences } = this.#options;
    let left = fitting(await this.#planAll(judgements));
    for (let attempt = 0; attempt < ATTEMPTS_MAX && left.length > 0; attempt++) {
      const { when, then } = beside(left.length);
      const result = await store.commit({
        when: [...left.flatMap(unchanged), ...fences(), ...when],
        then: [...left.flatMap(({ operations }) => operations), ...then],
        else: left.flatMap(looks),
      });
      if (result.succeeded) {
        await showing.wait(result.revision);
        return { written: left.map(({ judgement }) => judgement), fenced: false };
      }
      const same = stillSame(left, result);
      if (same.length === left.length) return { written: [], fenced: true };
      left = same;
    }
    return { written: [], fenced: false };
  }

  /** Reads the health records that are there. Most have none before their first verdict: then there is nothing to read. */
  async #planAll(judgements: readonly Judgement[]): Promise<readonly Planned[]> {
    const known = judgements.filter(({ judged }) => judged.healthRevision > 0);
    const read = new Map<Instance, HealthRecord | null>();
    if (known.length > 0) {
      const { results } = await this.#options.store.commit({ then: known.map(({ judged }) => look('health', judged, false)) });
      known.forEach(({ judged }, at) => {
        const result = results[at];
        const entry = result?.type === 'get' ? result.entries[0] : undefined;
        if (entry?.modRevision === judged.healthRevision) read.set(judged, decodeHealthRecord(entry.value));
      });
    }
    // Who is not in `read` by now has changed.
    const still = judgements.filter(({ judged }) => judged.healthRevision === 0 || read.has(judged));
    return still.map((judgement) => ({ judgement, operations: judgement.plan(read.get(judgement.judged) ?? null) }));
  }
}

/** For whoever asks that a batch that was fenced be tried again later. */
export function fencedError(): RollcallError {
  return new RollcallError('conflict', 'Something else that these verdicts depend on has changed; nothing was written.');
}

interface Fence {
  readonly kind: RecordKind;
  readonly revision: number;
}

/** What must not have changed: what an operator said about it neither, since a departure says what remains of that. */
function fencesOf({ judgement: { judged } }: Planned): readonly Fence[] {
  const fences: readonly Fence[] = [
    { kind: 'instances', revision: judged.revision },
    { kind: 'health', revision: judged.healthRevision },
  ];
  return judged.intentRevision === 0 ? fences : [...fences, { kind: 'intents', revision: judged.intentRevision }];
}

function unchanged(planned: Planned): readonly Compare[] {
  return fencesOf(planned).map(({ kind, revision }) => ({
    range: singleKey(recordKey(kind, planned.judgement.judged)),
    target: 'mod',
    is: '=',
    operand: revision,
  }));
}

function looks(planned: Planned): readonly Operation[] {
  return fencesOf(planned).map(({ kind }) => look(kind, planned.judgement.judged, true));
}

function look(kind: RecordKind, judged: Instance, keysOnly: boolean): Operation {
  return { type: 'get', range: singleKey(recordKey(kind, judged)), keysOnly };
}

/** Those whose fences still hold, as the looks found them. */
function stillSame(planned: readonly Planned[], { results }: CommitResult): readonly Planned[] {
  const found = results.map((result) => (result.type === 'get' ? (result.entries[0]?.modRevision ?? 0) : 0));
  let at = 0;
  return planned.filter((one) => {
    const fences = fencesOf(one);
    const own = found.slice(at, (at += fences.length));
    return fences.every(({ revision }, place) => own[place] === revision);
  });
}

/** Compares, and operations, that one commit takes beside the fences of the node and what goes beside the judgements. */
const ROOM_MAX: number = COMMIT_OPERATIONS_MAX - FENCES_MAX - 1;

/** As many as one commit can carry; the rest is looked at again. */
function fitting(planned: readonly Planned[]): readonly Planned[] {
  let bytes = 0;
  let room = 0;
  const count = planned.findIndex((one) => {
    for (const operation of one.operations) if (operation.type === 'put' && operation.value !== 'keep') bytes += operation.value.length;
    room += Math.max(one.operations.length, fencesOf(one).length);
    return bytes > VALUE_BYTES_MAX || room > ROOM_MAX;
  });
  return count === -1 ? planned : planned.slice(0, Math.max(count, 1));
}
