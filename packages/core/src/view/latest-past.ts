/**
 * The last revisions before a reading, so that a view can begin a little way back and be led up to the reading: then it
 * knows what happened lately, as if it had been there. What it has to begin with is the reading with these changes undone.
 */
import type { Bytes, Entry, RevisionBatch } from '../ports/store.js';
import { toText } from '../store/bytes.js';
import { changesOf, keyOf } from '../store/change.js';
import { isOurKey } from '../records/keys.js';

/** As much as a view remembers, see recent-changes.ts. */
export const CHANGES_MAX = 8192;

/** Records are small; where they are not, a shorter past has to do. */
const BYTES_MAX: number = 32 * 1024 * 1024;

interface Step {
  readonly batch: RevisionBatch;
  readonly bytes: number;
}

export class LatestPast {
  #asOf: number;
  #steps: Step[] = [];
  #changes = 0;
  #bytes = 0;

  readonly #isMeant: (key: Bytes) => boolean;

  /** `isMeant`: whether a view is made of what stands under a key. Left out: of the registry's own. */
  constructor(asOf: number, isMeant: (key: Bytes) => boolean = isOurKey) {
    this.#asOf = asOf;
    this.#isMeant = isMeant;
  }

  /** What happened after this revision is here. */
  get asOf(): number {
    return this.#asOf;
  }

  get batches(): readonly RevisionBatch[] {
    return this.#steps.map(({ batch }) => batch);
  }

  get changes(): number {
    return this.#changes;
  }

  /** In the order of revisions, with previous values. */
  add(batch: RevisionBatch): void {
    const own = changesOf(batch, this.#isMeant);
    if (own === null) return;
    const step = { batch: own, bytes: bytesOf(own) };
    this.#steps.push(step);
    this.#count(step, 1);
    if (this.#changes <= CHANGES_MAX && this.#bytes <= BYTES_MAX) return;
    // Half of the room at once: what is forgotten one by one is moved in memory every time.
    let forgotten = 0;
    for (const old of this.#steps) {
      if (this.#changes <= CHANGES_MAX / 2 && this.#bytes <= BYTES_MAX / 2) break;
      this.#count(old, -1);
      this.#asOf = old.batch.revision;
      forgotten++;
    }
    this.#steps.splice(0, forgotten);
  }

  /** By its key as text, what each key that changed was before; `null` if it was not there. */
  before(): ReadonlyMap<string, Entry | null> {
    const before = new Map<string, Entry | null>();
    for (const { batch } of this.#steps) {
      for (const change of batch.changes) {
        const key = toText(keyOf(change));
        if (!before.has(key)) before.set(key, change.previous);
      }
    }
    return before;
  }

  #count({ batch, bytes }: Step, by: 1 | -1): void {
    this.#changes += by * batch.changes.length;
    this.#bytes += by * bytes;
  }
}

function bytesOf({ changes }: RevisionBatch): number {
  return changes.reduce((sum, { previous, ...change }) => {
    const after = change.type === 'put' ? change.entry.value.length : 0;
    return sum + (previous?.value.length ?? 0) + after;
  }, 0);
}
