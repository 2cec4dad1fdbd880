/** Whether what answers is still the log that answered before: by its cluster's id, and by a revision that never goes back. Pure. */
import type { EtcdHeader } from '@rollcall/wire';

/** What was known when a question was put: answers overtake each other. */
export interface Asked {
  readonly life: number;
  readonly revision: number;
}

/**
 * `set-back`: it was asked what everybody agreed on, and it is less than before. `doubtful`: one member alone is behind, which may
 * be its own slowness.
 */
export type Likeness = 'same' | 'another' | 'set-back' | 'doubtful';

export class Identity {
  #clusterId: bigint | null = null;
  #revision = 0;
  #life = 0;

  /** The highest revision that any answer told of. */
  get revision(): number {
    return this.#revision;
  }

  get clusterId(): bigint | null {
    return this.#clusterId;
  }

  asked(): Asked {
    return { life: this.#life, revision: this.#revision };
  }

  /** Whether it has become another one since. */
  isOver({ life }: Asked): boolean {
    return life !== this.#life;
  }

  /** `agreed`: the answer is linearizable, and not one member's own. */
  look({ clusterId, revision }: EtcdHeader, asked: Asked, agreed: boolean): Likeness {
    // Asked of the one that was before: this tells nothing of the one that is now.
    if (this.isOver(asked)) return 'same';
    if (this.#clusterId !== null && clusterId !== this.#clusterId) return 'another';
    if (revision < asked.revision) return agreed ? 'set-back' : 'doubtful';
    this.#clusterId = clusterId;
    if (agreed) this.#revision = Math.max(this.#revision, revision);
    return 'same';
  }

  /** Whoever answers next is the one. */
  startOver(): void {
    this.#clusterId = null;
    this.#revision = 0;
    this.#life++;
  }
}
