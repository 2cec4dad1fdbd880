/**
 * Lets an etcd that is the registry's own forget its history, as the options say. Every node asks; the record that they share
 * is written on condition that nobody was quicker, so that one of them does it.
 */
import { fromText, isRollcallError, singleKey, type Clock, type KeyRange, type Log, type Store } from '@rollcall/core';
import type { HistoryLimits } from '../../shared/auto-compaction.js';
import { decodeCompaction, encodeCompaction, planCompaction, ROUND_MS, type CompactionRecord } from './plan-compaction.js';

const key: KeyRange = singleKey(fromText('/rollcall/compaction'));

export interface CompactionOptions {
  readonly store: Pick<Store, 'range' | 'commit' | 'compact'>;
  readonly limits: HistoryLimits;
  readonly clock: Clock;
  readonly log: Log;
}

export class Compaction {
  readonly #options: CompactionOptions;
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(options: CompactionOptions) {
    this.#options = options;
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  #schedule(): void {
    if (this.#closed) return;
    const pauseMs = Math.min(ROUND_MS, this.#options.limits.ageMaxMs);
    this.#cancel = this.#options.clock.after(pauseMs, () => void this.round().finally(() => this.#schedule()));
  }

  /** Never throws. */
  async round(): Promise<void> {
    const { store, limits, clock, log } = this.#options;
    try {
      const { revision: head, entries } = await store.range({ range: key });
      const [entry] = entries;
      const record = entry === undefined ? null : decodeCompaction(entry.value);
      const plan = planCompaction(record, head, clock.wallMs(), limits);
      if (plan === null) return;
      // Also what another node wanted and did not come to.
      if ((await this.#mayCompact(plan, entry?.modRevision ?? 0)) && plan.compacted > 0) await store.compact(plan.compacted);
    } catch (error) {
      if (!this.#closed) log.warn('old history of etcd could not be forgotten; it is tried again', { reason: String(error) });
    }
  }

  /** Nobody was quicker; or nobody can be, because nothing more can be written: then each does it, which is no harm. */
  async #mayCompact(plan: CompactionRecord, modRevision: number): Promise<boolean> {
    try {
      const { succeeded } = await this.#options.store.commit({
        when: [{ range: key, is: '=', target: 'mod', operand: modRevision }],
        then: [{ type: 'put', key: key.from, value: encodeCompaction(plan) }],
      });
      return succeeded;
    } catch (error) {
      if (isRollcallError(error, 'store-full')) return true;
      throw error;
    }
  }
}
