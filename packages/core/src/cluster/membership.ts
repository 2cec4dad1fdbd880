/**
 * This node's place among the nodes of the cluster: taken at the start, kept, taken anew after it was lost, and given up in two
 * steps. There is never more than one life at a time: a new one begins when the one before is over, and what that left is gone.
 */
import { backoffMs } from '../backoff.js';
import { nodeKey, nodesRange } from '../records/keys.js';
import { isRollcallError, RollcallError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { noMeter, type Counter, type Meter } from '../ports/meter.js';
import type { Random } from '../ports/random.js';
import type { Compare, LeaseId, Store } from '../ports/store.js';
import { singleKey } from '../store/key-range.js';
import { Life, NODE_TTL_MS, type Place } from './life.js';
import { membershipMetrics } from './meters.js';
import { encodeNodeRecord, type NodeFields, type NodeRecord } from './node-record.js';
import { Pauses } from './pauses.js';
import type { Roster } from './roster.js';
import { forgetLease, takePlace, type Occupant } from './take-place.js';

export interface MembershipOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** What the log says of this node's key: also that somebody took it away. */
  readonly roster: Pick<Roster, 'self' | 'revision' | 'isCurrent' | 'follow'>;
  readonly about: Omit<NodeFields, 'leaving' | 'handedOver'>;
  readonly meter?: Meter;
}

export type Standing = 'joining' | 'member' | 'leaving' | 'gone';

/** At the start: as long as a predecessor that was killed can keep the name, and half as long again for an engine in trouble. */
const PREDECESSOR_WAIT_MS: number = NODE_TTL_MS * 1.5;

/** Between two looks whether the name is free. */
const LOOK_MS = 500;

/** Between two attempts to join: the first at once, then ever longer, each somewhat by chance, since all are at it at the same time. */
const BACKOFF = { firstMs: 250, longestMs: 5000 };

/** For each of the two steps of leaving. Whoever stops does not wait for an engine that is away; the lease expires by itself. */
const LEAVE_WITHIN_MS = 2000;

export class Membership {
  readonly #options: MembershipOptions;
  readonly #pauses: Pauses;
  readonly #unfollow: () => void;
  readonly #losses: Counter;
  #life: Life | null = null;
  #pursuit: Promise<void> = Promise.resolve();
  #isLeaving = false;
  #isClosed = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#pauses = new Pauses(options.clock);
    const { meter = noMeter } = options;
    this.#losses = meter.counter(membershipMetrics.lost);
    meter.gauge(membershipMetrics.member, () => Number(this.isMember));
    this.#unfollow = options.roster.follow(() => this.#compare());
  }

  /** The life that this node relies on, as far as it can know without asking; `null` while it is no member. */
  get life(): { readonly createRevision: number; readonly modRevision: number | null; readonly lease: LeaseId } | null {
    return this.isMember ? this.#life : null;
  }

  /** One look at the clock. */
  get isMember(): boolean {
    return this.#life !== null && !this.#life.isOver;
  }

  get standing(): Standing {
    if (!this.isMember) return this.#isLeaving || this.#isClosed ? 'gone' : 'joining';
    return this.#isLeaving ? 'leaving' : 'member';
  }

  /**
   * Settles once this node is a member, however long the engine takes to answer. From then on it stays one without
   * further ado. Rejects with `conflict` where another process has the name, and with what the engine refuses for good.
   */
  join(): Promise<void> {
    return this.#start(new FirstJoin(this.#options));
  }

  /** First step: the others share its duty among themselves, and still ask it what it heard. */
  async announceLeaving(): Promise<void> {
    this.#isLeaving = true;
    await this.#atMost(this.#tell({ leaving: true, handedOver: false }));
  }

  /**
   * Last step. `handedOverAt`: the revision of the roster by which it has handed over everything that it had heard, so that nothing is lost
   * with it; `null` if it has not. Whoever has joined since, and was not seen, would have been told nothing: then it is no goodbye. Closes, too.
   */
  async leave({ handedOverAt }: { readonly handedOverAt: number | null }): Promise<void> {
    this.#isLeaving = true;
    const life = this.#life;
    if (handedOverAt !== null) {
      const nobodyUnseen: Compare = { range: nodesRange, target: 'create', is: '<', operand: handedOverAt + 1 };
      await this.#atMost(this.#tell({ leaving: true, handedOver: true }, [nobodyUnseen]));
    }
    this.close();
    const revoked = life === null ? null : forgetLease(this.#options.store, life.lease);
    await this.#atMost(Promise.allSettled([revoked, this.#pursuit]));
  }

  /** Without a word: to the others this node is lost, once its lease has expired. */
  close(): void {
    this.#isClosed = true;
    this.#unfollow();
    this.#pauses.end();
    this.#life?.end();
    this.#life = null;
  }

  #start(patience: Patience): Promise<void> {
    this.#pursuit = this.#pursue(patience);
    return this.#pursuit;
  }

  async #pursue(patience: Patience): Promise<void> {
    const { store, clock, random } = this.#options;
    for (let attempt = 0; !this.#isLeaving && !this.#isClosed; attempt++) {
      try {
        const found = await takePlace({ store, clock, record: this.#record({ leaving: false, handedOver: false }) });
        if ('lease' in found) {
          if (await this.#begin(found)) return;
        } else await this.#pauses.wait(patience.occupied(found));
      } catch (error) {
        if (this.#isClosed) break;
        patience.failed(error, attempt);
        await this.#pauses.wait(backoffMs(BACKOFF, attempt + 1, random));
      }
    }
    throw new RollcallError('aborted', 'This node stops before it was a member of the cluster.');
  }

  /** `false` if it took so long that it is over already, or nobody wants it any more. */
  async #begin(place: Place): Promise<boolean> {
    const { store, clock, log } = this.#options;
    const life = new Life({ store, clock, place, lost: (reason) => this.#lost(reason) });
    if (life.isOver || this.#isLeaving || this.#isClosed) {
      await forgetLease(store, place.lease);
      return false;
    }
    this.#life = life;
    life.start();
    log.info('this node is a member of the cluster', { node: this.#options.about.name, revision: life.createRevision });
    this.#compare();
    return true;
  }

  #lost(reason: string): void {
    const { log, about } = this.#options;
    this.#life = null;
    this.#losses.add();
    log.warn('this node is no member of the cluster any more', { node: about.name, reason });
    if (this.#isLeaving) return;
    this.#start(new Rejoin(this.#options)).catch((error: unknown) => {
      if (!this.#isLeaving && !this.#isClosed) log.error('this node cannot join the cluster any more', { reason: String(error) });
    });
  }

  /** The roster may be behind, and then says nothing of this life yet. */
  #compare(): void {
    const { isCurrent, revision, self } = this.#options.roster;
    const life = this.#life;
    if (life === null || !isCurrent || revision < life.createRevision) return;
    if (self?.createRevision !== life.createRevision) life.lose('its key is gone from the log');
  }

  /** Until it is known which revision says so, the fences of this node do not hold. */
  async #tell(said: Pick<NodeFields, 'leaving' | 'handedOver'>, when: readonly Compare[] = []): Promise<void> {
    const life = this.#life;
    if (life === null) return;
    const { store, clock } = this.#options;
    const range = singleKey(nodeKey(this.#options.about.name));
    const untilMs = clock.monotonicMs() + LEAVE_WITHIN_MS;
    life.modRevision = null;
    while (!life.isOver && clock.monotonicMs() < untilMs) {
      try {
        const { revision, succeeded } = await store.commit({
          when: [{ range, target: 'create', is: '=', operand: life.createRevision }, ...when],
          then: [{ type: 'put', key: range.from, value: encodeNodeRecord(this.#record(said)), lease: 'keep' }],
        });
        if (succeeded) life.modRevision = revision;
        // With a further condition nobody knows which of them did not hold; it is leaving anyhow.
        else if (when.length === 0) life.lose('its key is gone from the log');
        return;
      } catch {
        await this.#pauses.wait(BACKOFF.firstMs);
      }
    }
  }

  #record(said: Pick<NodeFields, 'leaving' | 'handedOver'>): NodeRecord {
    return { ...this.#options.about, ...said, unknown: {} };
  }

  async #atMost(work: Promise<unknown>): Promise<void> {
    await Promise.race([work, new Promise<void>((over) => this.#options.clock.after(LEAVE_WITHIN_MS, over))]);
  }
}

/** What to make of an attempt to join that did not succeed: to throw ends it. */
interface Patience {
  /** Answers when to look again. */
  occupied(by: Occupant): number;
  failed(error: unknown, attempt: number): void;
}

/** A predecessor that was killed is waited for; anybody else has the name with better right. */
class FirstJoin implements Patience {
  readonly #options: MembershipOptions;
  #first: { readonly createRevision: number; readonly untilMs: number } | null = null;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  occupied(by: Occupant): number {
    const { clock, log, about } = this.#options;
    if (this.#first === null) log.info('this name is still in the cluster; its lease is waited for', { node: about.name });
    this.#first ??= { createRevision: by.createRevision, untilMs: clock.monotonicMs() + PREDECESSOR_WAIT_MS };
    const isPatient = by.createRevision === this.#first.createRevision && clock.monotonicMs() < this.#first.untilMs;
    if (!isPatient) throw nameTaken(about.name, by);
    return LOOK_MS;
  }

  failed(error: unknown, attempt: number): void {
    if (!isRollcallError(error) || error.code === 'conflict' || !error.retryable) throw error;
    if (attempt === 0) this.#options.log.warn('the engine does not let this node join yet', { reason: error.message });
  }
}

/** It has been a member, and will be one again: nothing but its own end keeps it from trying. */
class Rejoin implements Patience {
  readonly #options: MembershipOptions;
  #told = 0;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  occupied(by: Occupant): number {
    if (this.#told !== by.createRevision) {
      const { message } = nameTaken(this.#options.about.name, by);
      this.#options.log.error('while this node was away another one took its name; it stays no member until that goes', {
        reason: message,
      });
    }
    this.#told = by.createRevision;
    return BACKOFF.longestMs;
  }

  failed(error: unknown, attempt: number): void {
    if (isRollcallError(error, 'store-closed')) throw error;
    if (attempt === 0) this.#options.log.warn('the engine does not let this node join again yet', { reason: String(error) });
  }
}

function nameTaken(name: string, { record }: Occupant): RollcallError {
  const where = record?.http ?? record?.peer ?? 'at an unknown address';
  return new RollcallError('conflict', `Another node called ${name} is alive (${where}). Choose another name with --node.`, { node: name });
}
