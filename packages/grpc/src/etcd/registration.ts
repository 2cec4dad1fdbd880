/**
 * A registration that hangs on a lease, and comes back: the lease is kept, and where it was lost, the key was taken away, or the
 * etcd forgot everything, both are made anew.
 */
import { sleep, type Clock } from '@rollcall/client';
import { etcdCalls, type EtcdTransaction } from '@rollcall/wire';
import type { Asking } from './asking.js';
import type { EtcdRecord } from './endpoint-value.js';
import { failureOf, isLeaseGone, leaseLost, type EtcdFailure } from './failure.js';
import { bytesOf, textOf } from './key-text.js';
import type { LeaseKeeper } from './lease-keeper.js';

/**
 * `registered`: etcd has it. `away`: etcd does not answer; it is registered anew if its lease does not outlast that.
 * `replaced`: somebody else has written the key since, and has it. `ended`: it was deregistered.
 */
export type EtcdRegistrationState = 'away' | 'registered' | 'replaced' | 'ended';

export interface EtcdRegistrationOptions {
  /** How long etcd waits for a sign of life, in whole seconds; 10 if left out. etcd makes at least 2 of it. */
  readonly ttlSeconds?: number;
  /** When etcd does not take it at once: `fail` (if left out) throws, `background` goes on trying. */
  readonly start?: 'fail' | 'background';
  /** Called with every turn, and of what it came about. */
  readonly onState?: (state: EtcdRegistrationState, because?: EtcdFailure) => void;
}

export interface RegistrationSurroundings {
  readonly asking: Asking;
  readonly keeper: LeaseKeeper;
  readonly clock: Clock;
  /** It does not count any more. */
  readonly onEnd: () => void;
}

const USUAL_TTL_SECONDS = 10;

/** What etcd takes at most. */
const TTL_SECONDS_MAX = 9_000_000_000;

/** Two signs of life may be lost. */
const BEATS_PER_TTL = 3;

/** As often as that it is also looked at whether the key is still there: somebody may have deleted it, and leave the lease. */
const BEATS_PER_LOOK = 3;

/** A goodbye is not waited for longer; the lease ends by itself. */
const GOODBYE_MS = 3_000;

const NO_BYTES = new Uint8Array(0);

export class EtcdRegistration {
  readonly key: string;
  readonly #record: EtcdRecord;
  readonly #ttlSeconds: number;
  readonly #onState: NonNullable<EtcdRegistrationOptions['onState']>;
  readonly #surroundings: RegistrationSurroundings;
  readonly #ending = new AbortController();
  #state: EtcdRegistrationState = 'away';
  #lease: { readonly id: bigint; readonly ttlSeconds: number } | null = null;
  #running: Promise<void> = Promise.resolve();

  /** @internal */
  constructor(
    record: EtcdRecord,
    { ttlSeconds = USUAL_TTL_SECONDS, onState = () => undefined }: EtcdRegistrationOptions,
    surroundings: RegistrationSurroundings,
  ) {
    if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > TTL_SECONDS_MAX) {
      throw new TypeError('`ttlSeconds` is a whole number of seconds, from 1 on.');
    }
    this.key = record.key;
    this.#record = record;
    this.#ttlSeconds = ttlSeconds;
    this.#onState = onState;
    this.#surroundings = surroundings;
  }

  get state(): EtcdRegistrationState {
    return this.#state;
  }

  /** @internal */
  async start(start: 'fail' | 'background'): Promise<void> {
    try {
      if (start === 'fail') await this.#registerAnew();
    } catch (error) {
      await this.deregister();
      throw error;
    }
    this.#running = this.#run();
  }

  /** The key goes at once, with its lease. Answers whether etcd has heard it; if not, it notices when the lease is over. */
  async deregister(): Promise<boolean> {
    if (this.#state === 'ended') return false;
    const { asking, clock, onEnd } = this.#surroundings;
    this.#turn('ended');
    this.#ending.abort();
    const goodbye = async (): Promise<boolean> => {
      await this.#running;
      if (this.#lease === null) return false;
      return asking.ask(etcdCalls.revokeLease, this.#lease.id).then(() => true, isLeaseGone);
    };
    const told = await Promise.race([goodbye(), sleep(clock, GOODBYE_MS).then(() => false)]);
    onEnd();
    return told;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.deregister();
  }

  async #run(): Promise<void> {
    const { asking, clock } = this.#surroundings;
    const { signal } = this.#ending;
    for (let [attempt, beats] = [0, 0]; !signal.aborted;) {
      const ttlMs = (this.#lease?.ttlSeconds ?? 0) * 1000;
      await (attempt === 0 ? sleep(clock, ttlMs / BEATS_PER_TTL, signal) : asking.pause(attempt, signal));
      if (signal.aborted) return;
      try {
        await this.#beat(++beats % BEATS_PER_LOOK === 0 || attempt > 0);
        attempt = 0;
      } catch (thrown) {
        attempt++;
        this.#turn('away', failureOf(thrown));
      }
    }
  }

  async #beat(isToLook: boolean): Promise<void> {
    if (this.#lease === null) return this.#registerAnew();
    if ((await this.#surroundings.keeper.keep(this.#lease.id)) === 0) {
      this.#turn('away', leaseLost());
      return this.#registerAnew();
    }
    if (isToLook) await this.#look(this.#lease.id);
    else if (this.#state === 'away') this.#turn('registered');
  }

  async #registerAnew(): Promise<void> {
    const { asking } = this.#surroundings;
    this.#lease = null;
    const { id, ttlSeconds } = await asking.ask(etcdCalls.grantLease, { ttlSeconds: this.#ttlSeconds, id: 0n });
    this.#lease = { id, ttlSeconds };
    await asking.ask(etcdCalls.transaction, { compares: [], success: [this.#put(id)], failure: [] });
    this.#turn('registered');
  }

  /** Whoever has deleted the key meant somebody who is not there; whoever has written it is there instead. */
  async #look(id: bigint): Promise<void> {
    const { asking } = this.#surroundings;
    const { keys } = await asking.ask(etcdCalls.lookAtLease, id);
    if (keys.some((key) => textOf(key) === this.key)) return this.#turn('registered');
    const { succeeded } = await asking.ask(etcdCalls.transaction, { ...this.#ifAbsent(), success: [this.#put(id)], failure: [] });
    this.#turn(succeeded ? 'registered' : 'replaced');
  }

  #ifAbsent(): Pick<EtcdTransaction, 'compares'> {
    const against = { target: 'version', operand: 0 } as const;
    return { compares: [{ is: '=', key: bytesOf(this.key), rangeEnd: NO_BYTES, against }] };
  }

  #put(lease: bigint): EtcdTransaction['success'][number] {
    const { key, value } = this.#record;
    return { type: 'put', key: bytesOf(key), value: bytesOf(value), lease, previous: false, keepsValue: false, keepsLease: false };
  }

  #turn(state: EtcdRegistrationState, because?: EtcdFailure): void {
    if (this.#state === state || this.#state === 'ended') return;
    this.#state = state;
    if (because === undefined) this.#onState(state);
    else this.#onState(state, because);
  }
}
