/** One registration as the keeper keeps it: its life, the call that is on its way, and who waits for the registry to take what it wants. */
import type { Clock, Random } from '../ports.js';
import type { InstanceRef, Registration } from '../shapes.js';
import type { Teller } from '../telling.js';
import { sendCall, type Answer, type RegisteringApi } from './calls.js';
import {
  beforeCall,
  bornLife,
  failed,
  forgotten,
  givenUp,
  heard,
  nextCall,
  paced,
  registered,
  termOf,
  untilNext,
  wishing,
  type Call,
  type Life,
  type Wish,
} from './life.js';
import { callMs, retryMs } from './pace.js';

export interface MemberSurroundings {
  readonly api: RegisteringApi;
  readonly clock: Clock;
  readonly random: Random;
  readonly teller: Teller;
  /** How long a call may take at most. */
  readonly timeoutMs: number;
}

/** A call that took so much longer than it may was not slow: this process stood still. */
const STOOD_STILL_MS = 1000;

/** A process that was suspended wakes with the time of its call over: nobody is to blame, and the next one is late already. */
export function stoodStill(clock: Clock, { atMs }: Begun, timeoutMs: number): boolean {
  return clock.monotonicMs() - atMs > timeoutMs + STOOD_STILL_MS;
}

/** A call that has begun: what was wanted then, and when that was. */
export interface Begun {
  readonly wish: Wish;
  readonly atMs: number;
}

/** What holds for all whose beats went together. */
export interface Together {
  readonly untilNextMs?: number;
  readonly waitMs?: number;
  readonly silent?: boolean;
}

export type MemberRef = Pick<InstanceRef, 'service' | 'id'> & { readonly namespace?: string };

interface Busy {
  readonly call: Call;
  readonly over: Promise<void>;
}

type Heard = Extract<Answer, { readonly kind: 'heard' }>;

export class Member {
  readonly #surroundings: MemberSurroundings;
  readonly #throws: boolean;
  /** Settles with the first registration; throws if it is left before. */
  readonly ready: Promise<void>;
  #life: Life;
  #busy: Busy | null = null;
  #leaving = false;
  /** As the registry answered it: it says the same whenever it is asked again. */
  #id: string | undefined;
  /** Another service has an instance of this id: it has to be named with each beat. */
  isAmbiguous = false;
  #troubledSinceMs: number | null = null;
  /** Hears of each answer: is all that was wanted said by now? */
  readonly #waiting = new Set<(said: boolean, error: Error | null) => void>();
  readonly #calling = new AbortController();
  #settleReady: { readonly resolve: () => void; readonly reject: (because: Error) => void } | null = null;

  /** `throws`: until it is registered, whoever waits for it is thrown what goes wrong, and nobody is told besides. */
  constructor(registration: Registration, surroundings: MemberSurroundings, throws: boolean) {
    this.#surroundings = surroundings;
    this.#throws = throws;
    this.#life = bornLife(registration, surroundings.clock.monotonicMs());
    this.ready = new Promise((resolve, reject) => (this.#settleReady = { resolve, reject }));
    // Who does not wait for it is not to be troubled with its end.
    this.ready.catch(() => undefined);
  }

  get life(): Life {
    return this.#life;
  }

  get isTroubled(): boolean {
    return this.#troubledSinceMs !== null;
  }

  get isBusy(): boolean {
    return this.#busy !== null;
  }

  get wasRegistered(): boolean {
    return this.#id !== undefined;
  }

  /** It is on its way out: nothing is said any more but the goodbye. */
  get isLeaving(): boolean {
    return this.#leaving;
  }

  get named(): { readonly service: string; readonly id?: string } {
    const { registration } = this.#life.wish;
    const id = this.#id ?? registration.id;
    return { service: registration.service, ...(id === undefined ? {} : { id }) };
  }

  /** What the registry knows it by, or may. */
  get ref(): MemberRef | null {
    const { service, id } = this.named;
    const { namespace } = this.#life.wish.registration;
    return id === undefined ? null : { service, id, ...(namespace === undefined ? {} : { namespace }) };
  }

  /** Changes what is wanted. Answers whether the registry has taken it with the very next call. */
  wish(wish: Partial<Wish>): Promise<boolean> {
    if (this.#leaving) return Promise.resolve(false);
    this.#life = wishing(this.#life, wish, this.#surroundings.clock.monotonicMs());
    return this.said().then(
      () => true,
      () => false,
    );
  }

  /** Settles with the first answer after which all is said; throws what went wrong before that. */
  said(): Promise<void> {
    return new Promise((resolve, reject) => {
      const listener = (said: boolean, error: Error | null): void => {
        if (!said && error === null) return;
        this.#waiting.delete(listener);
        if (error === null) resolve();
        else reject(error);
      };
      this.#waiting.add(listener);
    });
  }

  /** Which call is next, as things stand now. */
  next(): Call {
    this.#life = beforeCall(this.#life, this.#surroundings.clock.monotonicMs());
    return nextCall(this.#life);
  }

  /** Sends what is to be said next, and settles when that is answered; never rejects. */
  call(): Promise<void> {
    const call = this.next();
    const over = this.#send(call, this.#begun());
    this.#busy = { call, over };
    return over;
  }

  async #send(call: Call, begun: Begun): Promise<void> {
    const { api, clock, timeoutMs } = this.#surroundings;
    const terms = { timeoutMs: callMs(termOf(this.#life), timeoutMs), signal: this.#calling.signal };
    const answer = await sendCall(api, this.#life, call, terms);
    this.answered(call, answer, begun, stoodStill(clock, begun, terms.timeoutMs) ? { waitMs: 0 } : {});
  }

  /** Beats with others, in a call that somebody else makes; `over` settles for all of them. */
  beatWithOthers(over: Promise<void>): Begun {
    this.#busy = { call: 'beat', over };
    return this.#begun();
  }

  #begun(): Begun {
    return { wish: this.#life.wish, atMs: this.#surroundings.clock.monotonicMs() };
  }

  /** The call is over. Those who beat together stay together: `untilNextMs` if heard, `waitMs` if not, and one tells for all. */
  answered(call: Call, answer: Answer, begun: Begun, together: Together = {}): void {
    this.#busy = null;
    if (this.#leaving) return;
    const { clock, random } = this.#surroundings;
    const nowMs = clock.monotonicMs();
    if (answer.kind === 'heard') {
      this.#heard(call, answer, begun, together);
    } else if (answer.kind === 'unknown' && call !== 'register') {
      this.#life = forgotten(this.#life, answer.error, nowMs, random);
    } else {
      const waitMs = together.waitMs ?? retryMs(this.#life.failures + 1, answer.error, termOf(this.#life), random);
      const kept = answer.kind === 'wrong' ? givenUp(this.#life, call) : null;
      this.#life = kept ?? failed(this.#life, nowMs, waitMs);
      this.#trouble(call, answer.error, kept === null ? waitMs : null, together);
    }
    this.#tellWaiting(answer.kind === 'heard' || answer.kind === 'unknown' ? null : answer.error);
  }

  /**
   * Nothing is begun any more; settles when what was on its way is over. A registration is waited for as long as `patience` says,
   * because one that arrives behind the goodbye would stay; anything else is broken off.
   */
  async stop(because: Error, patience: AbortSignal): Promise<void> {
    this.#leaving = true;
    this.#settleReady?.reject(because);
    this.#tellWaiting(because);
    const letGo = (): void => this.#calling.abort(because);
    if (this.#busy?.call !== 'register' || patience.aborted) letGo();
    else patience.addEventListener('abort', letGo, { once: true });
    if (this.#busy?.call !== 'beat') await this.#busy?.over;
  }

  #heard(call: Call, { instance, created }: Heard, begun: Begun, together: Together): void {
    const { teller, clock, random } = this.#surroundings;
    if (call === 'register') {
      if (instance === undefined) return;
      this.#life = registered(this.#life, begun.wish, instance, begun.atMs);
      teller.tell('registered', { service: instance.service, id: instance.id, created: created === true, again: this.#id !== undefined });
      this.#id = instance.id;
      this.#settleReady?.resolve();
    } else {
      this.#life = heard(this.#life, call, begun.wish, { sentMs: begun.atMs, instance });
    }
    this.#life = paced(this.#life, begun.atMs, together.untilNextMs ?? untilNext(this.#life, random));
    if (this.#troubledSinceMs === null) return;
    const troubledMs = clock.monotonicMs() - this.#troubledSinceMs;
    this.#troubledSinceMs = null;
    if (together.silent !== true) teller.tell('recovered', { ...this.named, doing: doing[call], troubledMs });
  }

  #trouble(call: Call, error: Error, retryInMs: number | null, { silent }: Together): void {
    const { teller, clock } = this.#surroundings;
    this.#troubledSinceMs ??= clock.monotonicMs();
    if (silent !== true && (this.wasRegistered || !this.#throws))
      teller.tell('trouble', { doing: doing[call], error, retryInMs, ...this.named });
  }

  #tellWaiting(error: Error | null): void {
    const call = nextCall(this.#life);
    for (const listener of this.#waiting) listener(call === 'beat', error);
  }
}

const doing: Readonly<Record<Call, string>> = { register: 'register', mode: 'set the mode', word: 'heartbeat', beat: 'heartbeat' };
