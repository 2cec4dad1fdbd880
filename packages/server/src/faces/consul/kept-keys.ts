/** What the modules of this face share that keep something in the log: the keyspace, the way to write to it, and the way to answer from it. */
import type { Clock, Random } from '@rollcall/core';
import { consistencyOf } from './consistency.js';
import type { Indexes } from './indexes.js';
import type { KeyspaceFollower } from './keyspace/follower.js';
import type { Keyspace } from './keyspace/keyspace.js';
import type { KeyspaceWriter } from './keyspace/writer.js';
import type { Reads } from './reads.js';
import type { Ask } from './route.js';

export interface KeptOptions {
  readonly keyspace: Keyspace;
  readonly follower: KeyspaceFollower;
  readonly writer: KeyspaceWriter;
  readonly reads: Reads;
  readonly indexes: Indexes;
  readonly clock: Clock;
  readonly random: Random;
  /** Others may write to the log: what this node shows may be a moment older than what they acknowledged. */
  readonly isShared: boolean;
  /** Lets go of what this key's holder holds, if that holder is no more. */
  readonly settleHolder: (key: string) => Promise<void>;
}

export class Kept {
  readonly keyspace: Keyspace;
  readonly writer: KeyspaceWriter;
  readonly reads: Reads;
  readonly indexes: Indexes;
  readonly clock: Clock;
  readonly random: Random;
  readonly settleHolder: (key: string) => Promise<void>;
  readonly #follower: KeyspaceFollower;
  readonly #isShared: boolean;

  constructor({ keyspace, follower, writer, reads, indexes, clock, random, isShared, settleHolder }: KeptOptions) {
    this.keyspace = keyspace;
    this.writer = writer;
    this.reads = reads;
    this.indexes = indexes;
    this.clock = clock;
    this.random = random;
    this.settleHolder = settleHolder;
    this.#follower = follower;
    this.#isShared = isShared;
  }

  /** As a client says when it last saw something change. 0 is "never"; what no revision is is one that nothing ever has. */
  revisionOf(index: bigint): number {
    if (index === 0n) return 0;
    const revision = index > BigInt(Number.MAX_SAFE_INTEGER) ? NEVER : this.indexes.revisionOf(Number(index));
    return revision > 0 ? revision : NEVER;
  }

  /**
   * Locks are made of what is read here, so that nobody is answered what is older than what was acknowledged, whichever node did that:
   * unless they say that they do not care, or the log cannot be asked.
   */
  async confirmFor({ query }: Pick<Ask, 'query'>): Promise<void> {
    const consistency = consistencyOf(query);
    if (consistency === 'consistent' || !this.#follower.isLoaded) return this.#follower.catchUp();
    if (consistency === 'leader' && this.#isShared) await this.#follower.catchUp().catch(() => undefined);
  }

  /** Settles once this revision is shown. */
  shows(revision: number): Promise<void> {
    return this.#follower.shows(revision);
  }

  /** Settles once all is shown that was acknowledged when this was called. Throws where the log cannot be asked. */
  confirm(): Promise<void> {
    return this.#follower.catchUp();
  }
}

/** Below every revision, and not 0, which stands for what is not there. */
const NEVER = -2;
