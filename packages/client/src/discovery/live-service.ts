/** A live view as one holder has it: what is shown, told of its changes, and let go of in the end. */
import type { PickContext } from '../balancing/balancer.js';
import type { Endpoint } from '../balancing/endpoint.js';
import { callPicked } from '../balancing/picked-call.js';
import type { Pool } from '../balancing/pool.js';
import { CallFailed } from '../calling/call-failed.js';
import type { Instance } from '../shapes.js';
import type { Source } from './belief.js';
import { differenceOf, isSameList, type InstanceDifference } from './instance-list.js';
import type { LiveInstances } from './live-instances.js';
import { closed, type LiveState } from './live-state.js';
import { Listeners } from './listeners.js';
import type { View } from './view.js';

/** What is different since the last time. */
export interface LiveChange extends InstanceDifference {
  readonly current: readonly Instance[];
}

/** What a live view tells, by name. */
export interface LiveTellings {
  readonly change: LiveChange;
  readonly state: LiveState;
}

/** Chooses here, out of what the registry told. */
export type Choose = (instances: readonly Instance[]) => readonly Instance[];

/** Endpoints for a live view, as long as they are held. */
export interface HeldPool {
  readonly pool: Pool;
  release(): void;
}

export class LiveService implements LiveInstances, AsyncIterable<readonly Instance[]>, Disposable {
  readonly service: string;
  readonly #view: View;
  readonly #choose: Choose;
  readonly #release: () => void;
  readonly #holdPool: (live: LiveService) => HeldPool;
  readonly #listeners: { readonly [Name in keyof LiveTellings]: Listeners<LiveTellings[Name]> } = {
    change: new Listeners(),
    state: new Listeners(),
  };
  #isClosed = false;
  /** What was told, and what was chosen out of it. */
  #told: readonly Instance[] | null = null;
  #chosen: readonly Instance[] = [];
  /** While anybody listens. */
  #unfollow: (() => void) | null = null;
  #held: HeldPool | null = null;

  constructor(view: View, choose: Choose, release: () => void, holdPool: (live: LiveService) => HeldPool) {
    this.service = view.question.service;
    this.#view = view;
    this.#choose = choose;
    this.#release = release;
    this.#holdPool = holdPool;
  }

  get current(): readonly Instance[] {
    const told = this.#view.current;
    if (told !== this.#told) {
      this.#told = told;
      const chosen = this.#choose(told);
      if (!isSameList(chosen, this.#chosen)) this.#chosen = chosen;
    }
    return this.#chosen;
  }

  /** Who may be called, as last heard. */
  instances(): readonly Instance[] {
    return this.current;
  }

  get known(): boolean {
    return this.#view.source !== null;
  }

  /** Where what is shown comes from; `null` while nothing is known. */
  get source(): Source | null {
    return this.#view.source;
  }

  /** How long ago what is shown was last confirmed by the registry, in milliseconds: seconds while it is live, `Infinity` for a fallback. */
  get ageMs(): number {
    return this.#view.ageMs;
  }

  get state(): LiveState {
    return this.#isClosed ? closed : this.#view.state;
  }

  /** How many are shown only because the registry lost its log, and they had no time yet to register again. */
  get doubted(): number {
    return this.#view.keptCount;
  }

  onChange(listener: (current: readonly Instance[]) => void): () => void {
    return this.on('change', ({ current }) => listener(current));
  }

  /** Listens, from now on. Answers how to stop. */
  on<Name extends keyof LiveTellings>(name: Name, listener: (told: LiveTellings[Name]) => void): () => void {
    if (this.#isClosed) return () => undefined;
    this.#follow();
    const listeners: Listeners<LiveTellings[Name]> = this.#listeners[name];
    const stop = listeners.add(listener);
    return () => {
      stop();
      if (this.#listeners.change.size + this.#listeners.state.size === 0) this.#unfollowAll();
    };
  }

  /** When it is known who there is, were it nobody. Throws the signal's reason, what the registry refused for good, or that this was closed. */
  async ready(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.known) return;
    const trouble = await new Promise<{ readonly reason: unknown } | null>((resolve) => {
      const judge = ({ state, because }: LiveState): void => {
        if (state === 'refused') end({ reason: because });
        if (state === 'closed') end({ reason: new Error(`The live view of ${this.service} was closed before anything was known.`) });
      };
      const aborted = (): void => end({ reason: signal?.reason });
      const steps = [this.#view.known.add(() => end(null)), this.on('state', judge)];
      const end = (outcome: { readonly reason: unknown } | null): void => {
        for (const step of steps) step();
        signal?.removeEventListener('abort', aborted);
        resolve(outcome);
      };
      signal?.addEventListener('abort', aborted, { once: true });
      judge(this.state);
    });
    if (trouble !== null) throw trouble.reason;
  }

  /** Who there is, as soon as that is known, and again after each change: the latest only, however long one takes over each. */
  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Instance[], void, undefined> {
    let wake = (): void => undefined;
    let isNews = this.known;
    const told = (): void => {
      isNews = true;
      wake();
    };
    const steps = [this.onChange(told), this.on('state', ({ state }) => state === 'closed' && wake()), this.#view.known.add(told)];
    try {
      while (!this.#isClosed) {
        if (isNews) {
          isNews = false;
          yield this.current;
        } else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      for (const step of steps) step();
    }
  }

  /** Calls found that nobody is there. Believed only of those whom the registry itself does not vouch for (`doubted`). */
  disbelieve(instance: Pick<Instance, 'id'>): void {
    this.#view.disbelieve(instance);
  }

  /** Its endpoints, with what was learnt about them: from these calls, and from those of `fetch` and the like where they go to the same ones. */
  get pool(): Pool {
    if (this.#held === null) {
      this.#held = this.#holdPool(this);
      if (this.#isClosed) this.#held.release();
    }
    return this.#held.pool;
  }

  /**
   * Whom to call next; `undefined` while nobody is there or known. `using call = endpoint.begin()` counts the call, and
   * `call.end({ kind: 'answered' })` says how it went: what was heard decides who is picked next.
   */
  pick(context?: PickContext): Endpoint | undefined {
    return this.pool.pick(context);
  }

  /**
   * Calls whoever is next, as soon as it is known who there is, and learns from how `work` ends: by the `status` of what it answers, if that has
   * one, and by what it throws, which is thrown on. One try; `registry.fetch` makes several. Throws a `CallFailed` where nobody is there.
   */
  async call<Answer>(
    work: (endpoint: Endpoint) => Answer | PromiseLike<Answer>,
    { signal, ...context }: PickContext & { readonly signal?: AbortSignal } = {},
  ): Promise<Answer> {
    if (!this.known) await this.ready(signal);
    signal?.throwIfAborted();
    return callPicked(this.pool, work, { ...context, nobody: () => new CallFailed('no-instance', this.service) });
  }

  /** Lets go. What was shown last stays; nothing is told any more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listeners.state.tell(closed);
    this.#unfollowAll();
    this.#listeners.change.clear();
    this.#listeners.state.clear();
    this.#release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #follow(): void {
    if (this.#unfollow !== null) return;
    let before = this.current;
    const changed = (): void => {
      const { current } = this;
      if (current === before) return;
      const difference = differenceOf(before, current);
      before = current;
      this.#listeners.change.tell({ current, ...difference });
    };
    const steps = [
      this.#view.changes.add(changed),
      this.#view.states.add((state) => (state.state === 'closed' ? this.close() : this.#listeners.state.tell(state))),
    ];
    this.#unfollow = () => {
      for (const step of steps) step();
    };
  }

  #unfollowAll(): void {
    this.#unfollow?.();
    this.#unfollow = null;
  }
}
