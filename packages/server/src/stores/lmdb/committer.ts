/** Group commit: while one group is on its way to the write-ahead log, the next one gathers. */
import { overlay, RollcallError, type Clock, type Reader } from '@rollcall/core';
import type { LogState, MediumWrite } from '../../shared/medium.js';
import { FrameWriter } from './frame.js';
import { Group, type SealedGroup } from './group.js';
import { asStoreError } from './trouble.js';
import { SEGMENTS_PENDING_MAX, type WriteAheadLog } from './write-ahead-log.js';

/** So many are worth a sync of their own: while the disk is at it, the rest of a burst is judged. */
const EAGER_WRITES = 32;
/** But a disk that takes longer is asked seldom rather than early: the larger its groups, the more it gets done. */
const EAGER_SYNC_MAX_MS = 2;
/** How long a sync takes, as far as we know at first, and the weight of each further one in what we know. */
const SYNC_AT_FIRST_MS = 4;
const SYNC_WEIGHT = 1 / 8;

export interface CommitterOptions {
  readonly log: WriteAheadLog;
  readonly clock: Clock;
  /** For messages. */
  readonly directory: string;
  /** What is durable, as it stands. */
  readonly durable: () => LogState;
  /** Called when a group is on disk, in order, before those who wrote it are answered. */
  readonly onCommitted: (group: SealedGroup) => void;
  /** Brings the tables nearer to the log; throws what keeps them from it. */
  readonly catchUp: () => Promise<void>;
}

export class Committer {
  readonly #options: CommitterOptions;
  #inFlight: Group | null = null;
  #gathering: Group | null = null;
  #tipRevision: number;
  /** What is durable as it stands at each look, and the pending groups over it. */
  #tipReader: Reader;
  /** Of the group that gathers. */
  readonly #writer = new FrameWriter();
  #doubt: RollcallError | null = null;
  /** How long the disk takes, lately. */
  #syncMs = SYNC_AT_FIRST_MS;

  constructor(options: CommitterOptions) {
    this.#options = options;
    this.#tipRevision = options.durable().revision;
    this.#tipReader = this.#durableReader;
  }

  get tip(): LogState {
    return { revision: this.#tipRevision, reader: this.#tipReader };
  }

  *pendingKeys(): Generator<string> {
    for (const group of this.#pending()) yield* group.layer.keys({ from: '', to: null });
  }

  write(write: MediumWrite): Promise<void> {
    if (this.#doubt !== null) return Promise.reject(this.#doubt);
    const group = this.#gathering ?? this.#newGroup();
    group.add(write, this.#options.clock.wallMs());
    this.#tipRevision = write.batch?.revision ?? this.#tipRevision;
    if (group.size >= EAGER_WRITES && this.#syncMs <= EAGER_SYNC_MAX_MS) this.#sendNext();
    return group.done;
  }

  async settled(): Promise<void> {
    await (this.#gathering ?? this.#inFlight)?.done;
  }

  /** Takes no more: the disk is in doubt, here or elsewhere. */
  refuseFromNowOn(doubt: RollcallError): void {
    this.#doubt ??= doubt;
  }

  #pending(): Group[] {
    return [this.#inFlight, this.#gathering].filter((group) => group !== null);
  }

  readonly #durableReader: Reader = {
    get: (key) => this.#options.durable().reader.get(key),
    entries: (range) => this.#options.durable().reader.entries(range),
  };

  #arrangeTip(): void {
    this.#tipReader = this.#pending().reduce((reader, { layer }) => overlay(layer, reader), this.#durableReader);
  }

  #newGroup(): Group {
    const group = new Group(this.#writer);
    this.#gathering = group;
    this.#arrangeTip();
    // Not at once: whoever writes in the same turn comes along.
    if (this.#inFlight === null) queueMicrotask(this.#sendNext);
    return group;
  }

  readonly #sendNext = (): void => {
    const group = this.#gathering;
    if (group === null || this.#inFlight !== null) return;
    this.#gathering = null;
    this.#inFlight = group;
    this.#append(group).then(
      (sealed) => this.#arrived(group, sealed),
      (error: unknown) => this.#fallBack(group, asStoreError(error, this.#options.directory)),
    );
  };

  #arrived(group: Group, sealed: SealedGroup): void {
    this.#inFlight = null;
    // First of all: the disk is idle, and can write while we see to the others.
    this.#sendNext();
    try {
      this.#options.onCommitted(sealed);
    } catch (error) {
      return this.#giveUp(group, asStoreError(error, this.#options.directory));
    }
    this.#arrangeTip();
    group.resolve();
  }

  async #append(group: Group): Promise<SealedGroup> {
    const { log, catchUp, clock } = this.#options;
    const sealed = group.seal();
    const beganMs = clock.monotonicMs();
    // Tables that fall far behind would make the log, the memory and the next start grow without end.
    if (log.pending >= SEGMENTS_PENDING_MAX) await catchUp();
    try {
      await log.append(sealed.frame);
    } catch (error) {
      // Where there is no room for another segment, those that the tables catch up with can be used again.
      if (asStoreError(error, this.#options.directory).code !== 'store-full' || log.pending === 0) throw error;
      await catchUp();
      await log.append(sealed.frame);
    }
    this.#syncMs += (clock.monotonicMs() - beganMs - this.#syncMs) * SYNC_WEIGHT;
    return sealed;
  }

  /** What was judged after this group was judged against something that will not be. */
  #fallBack(group: Group, trouble: RollcallError): void {
    const gathering = this.#gathering;
    this.#inFlight = null;
    this.#gathering = null;
    this.#writer.clear();
    this.#tipRevision = this.#options.durable().revision;
    this.#arrangeTip();
    gathering?.reject(trouble);
    if (trouble.code === 'store-full') return group.reject(trouble);
    this.#giveUp(group, trouble);
  }

  #giveUp(group: Group, trouble: RollcallError): void {
    this.refuseFromNowOn(trouble);
    // The disk may have taken it, and only failed to say so: the next start will tell.
    group.reject(new RollcallError('outcome-unknown', trouble.message, trouble.details, { cause: trouble }));
  }
}
