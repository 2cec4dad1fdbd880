/** How a program registers itself: the way in to this room. */
import { answerOf } from './calls.js';
import { takeIdentity } from './identities.js';
import { Keeper, type KeeperOptions } from './keeper.js';
import { GOODBYE_MS, LiveRegistration } from './live-registration.js';
import type { Member } from './member.js';
import { reachableHost } from './reachable-host.js';
import type { Registration } from '../shapes.js';

/** What an instance says of itself. Without a `host` it is the address of this machine that leads to the registry. */
export type OwnRegistration = Registration;

export interface RegisterOptions {
  /**
   * When the registry does not take it at once: `fail` (if left out) throws; `wait` goes on trying, and throws only what trying again
   * does not mend; `background` answers at once, and `ready` says when it is registered.
   */
  readonly start?: 'fail' | 'wait' | 'background';
  /** Gives up, as long as it is not registered: what was begun is undone. */
  readonly signal?: AbortSignal;
}

export interface RegisteringOptions extends KeeperOptions {
  readonly namespace: string;
}

/** Longer than a timer can wait would end at once. */
const HOLD_MS = 2 ** 31 - 1;
const UNDO_MS = 1000;

/** Thousands take a second; a registry that is away is not waited for longer than this. */
const CLOSE_MS = 5000;
const GOODBYES_AT_ONCE = 32;

export class Registering {
  readonly #options: RegisteringOptions;
  readonly #keeper: Keeper;
  readonly #live = new Map<Member, LiveRegistration>();
  #isClosed = false;

  constructor(options: RegisteringOptions) {
    this.#options = options;
    this.#keeper = new Keeper(options);
  }

  async register(registration: OwnRegistration, { start = 'fail', signal }: RegisterOptions = {}): Promise<LiveRegistration> {
    signal?.throwIfAborted();
    const { api, namespace } = this.#options;
    const whole = await this.#located(registration);
    if (this.#isClosed) throw new TypeError('This Registry is closed: connect() makes another one.');
    const release = takeIdentity({ registry: api.urls.toSorted().join(), namespace, registration: whole });
    const member = this.#keeper.add(whole, start === 'fail');
    const live = new LiveRegistration(member, this.#keeper, () => {
      this.#live.delete(member);
      release();
    });
    this.#live.set(member, live);
    if (start === 'background') return live;
    try {
      await this.#registered(member, start, signal);
      return live;
    } catch (error) {
      await live.deregister({ timeoutMs: UNDO_MS });
      throw error;
    }
  }

  /** Says goodbye for all, some at a time; when the time is over, the rest leaves without. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const { clock } = this.#options;
    const endMs = clock.monotonicMs() + CLOSE_MS;
    const waiting = this.#live.values();
    const leaveOneByOne = async (): Promise<void> => {
      for (const live of waiting) await live.deregister({ timeoutMs: Math.min(endMs - clock.monotonicMs(), GOODBYE_MS) });
    };
    await Promise.all(Array.from({ length: GOODBYES_AT_ONCE }, leaveOneByOne));
  }

  async #registered(member: Member, start: 'fail' | 'wait', signal: AbortSignal | undefined): Promise<void> {
    // Whoever waits for it is not done, even if this is all that the process has to do.
    const letGo = this.#options.holding.after(HOLD_MS, () => undefined);
    const givenUp = new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    givenUp.catch(() => undefined);
    try {
      for (;;) {
        try {
          return await Promise.race([member.said(), givenUp]);
        } catch (error) {
          if (start === 'fail' || signal?.aborted === true || answerOf(error).kind === 'wrong' || member.isLeaving) throw error;
        }
      }
    } finally {
      letGo();
    }
  }

  /** Where callers reach it, if it did not say and there is something to be reached. */
  async #located(registration: OwnRegistration): Promise<Registration> {
    const { host, port, id } = registration;
    if (host !== undefined || (port === undefined && id !== undefined)) return registration;
    const { api, holding } = this.#options;
    return { ...registration, host: (await reachableHost(api.url, holding)).host };
  }
}
