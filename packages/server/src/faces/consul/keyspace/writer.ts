/**
 * Writing to the keyspace, safely beside everybody else who does, on this node or another: decide by what is shown, commit on
 * condition that it is still so, and decide once more where it is not. Nobody is told "no" by what may be out of date.
 */
import { RollcallError, type Clock, type Compare, type Operation, type Store } from '@rollcall/core';
import type { KeyspaceFollower } from './follower.js';

export interface Decision<Answer> {
  /** What must still be so in the log. */
  readonly when: readonly Compare[];
  /** None at all: nothing is written. */
  readonly then: readonly Operation[];
  /** With the revision that it made, or, where nothing was written, the one that was decided by. */
  readonly answer: (revision: number) => Answer;
}

export interface WriterOptions {
  readonly store: Pick<Store, 'commit'>;
  readonly follower: Pick<KeyspaceFollower, 'shows' | 'catchUp' | 'isLoaded'>;
  /** Where the keyspace stands. */
  readonly revision: () => number;
  readonly clock: Clock;
}

/** Others on other nodes who write the same at the same time: each time one of them has succeeded. */
const ATTEMPTS_MAX = 16;

/** A disk that stalls for longer is not slow but gone; a client that waits for longer has hung up. */
const WRITE_WITHIN_MS = 5000;

export class KeyspaceWriter {
  readonly #options: WriterOptions;
  /** Of each thing that is written about: the write that is last in line. */
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /**
   * Writers of this node about the same thing take turns. `decide` is called once per attempt; what it throws ends the matter, with
   * nothing written. Bounded in time: throws `outcome-unknown` where the log does not answer.
   */
  write<Answer>(about: string, decide: () => Decision<Answer>): Promise<Answer> {
    const before = this.#last.get(about);
    const work = (): Promise<Answer> => this.#within(this.#attempt(decide));
    const mine = before === undefined ? work() : before.then(work, work);
    this.#last.set(about, mine);
    const leave = (): void => {
      if (this.#last.get(about) === mine) this.#last.delete(about);
    };
    mine.then(leave, leave);
    return mine;
  }

  async #attempt<Answer>(decide: () => Decision<Answer>): Promise<Answer> {
    const { store, follower, revision } = this.#options;
    if (!follower.isLoaded) throw new RollcallError('not-ready', 'This node has not read the log yet.');
    let isSure = false;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const decision = attemptTo(decide);
      if (decision.fault !== null || decision.made.then.length === 0) {
        if (isSure) return answered(decision, revision());
        // What this node shows may be older than what another one acknowledged.
        const decidedBy = revision();
        await follower.catchUp();
        if (revision() === decidedBy) return answered(decision, decidedBy);
        isSure = true;
        continue;
      }
      const { made } = decision;
      const result = await store.commit({ when: made.when, then: made.then });
      // Whether it was written, or somebody else was faster: from here on that is known here too.
      await follower.shows(result.revision);
      if (result.succeeded) return made.answer(result.revision);
      isSure = false;
    }
    throw new RollcallError('conflict', 'Others write the same at the same time, again and again. Ask again.');
  }

  #within<Answer>(work: Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const cancel = this.#options.clock.after(WRITE_WITHIN_MS, () =>
        reject(new RollcallError('outcome-unknown', 'The log did not answer in time: the write may still happen.')),
      );
      work.then(resolve, reject).finally(cancel);
    });
  }
}

type Attempt<Answer> =
  | { readonly made: Decision<Answer>; readonly fault: null }
  | { readonly made: null; readonly fault: { readonly error: unknown } };

function attemptTo<Answer>(decide: () => Decision<Answer>): Attempt<Answer> {
  try {
    return { made: decide(), fault: null };
  } catch (error) {
    return { made: null, fault: { error } };
  }
}

function answered<Answer>({ made, fault }: Attempt<Answer>, revision: number): Answer {
  if (fault !== null) throw fault.error;
  return made.answer(revision);
}
