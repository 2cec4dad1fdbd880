/** What a program holds of its registration: how it stands, and what it can say. */
import type { Instance, InstancePatch, Health, ModeChange } from '../shapes.js';
import type { Keeper } from './keeper.js';
import { patched } from './life.js';
import type { Member } from './member.js';

/** How long a goodbye may take that does not say; a registry that is away does not hold up whoever leaves. */
export const GOODBYE_MS = 3000;

export interface DrainOptions {
  /** For people. */
  readonly reason?: string;
  /** How long it lasts, such as `30s`; left out, until it is said otherwise. */
  readonly drainTime?: string | number;
}

/**
 * A registration that is kept: it beats, and whatever the registry forgets is said again. What is said here holds from now on,
 * whether the registry can be reached at the moment or not: nothing throws, and `false` only means "not yet".
 */
export class LiveRegistration {
  readonly #member: Member;
  readonly #keeper: Keeper;
  readonly #release: () => void;

  /** @internal */
  constructor(member: Member, keeper: Keeper, release: () => void) {
    this.#member = member;
    this.#keeper = keeper;
    this.#release = release;
  }

  get service(): string {
    return this.#member.named.service;
  }

  /** As the registry knows it; `undefined` before the first registration, if it was not given one. */
  get id(): string | undefined {
    return this.#member.named.id;
  }

  /** As the registry answered it last; `undefined` while the registry does not know it. */
  get instance(): Instance | undefined {
    return this.#member.life.instance ?? undefined;
  }

  /** The registry has taken it, and has not said since that it knows nothing of it. */
  get isRegistered(): boolean {
    return this.#member.life.instance !== null && !this.#member.isLeaving;
  }

  /** Settles with the first registration, however long that takes; throws if it is deregistered before. */
  get ready(): Promise<void> {
    return this.#member.ready;
  }

  /** How it is, in its own words. `critical` takes it out of rotation, though it beats. */
  setHealth(status: Health, output?: string): Promise<boolean> {
    return this.#wish({ word: output === undefined ? { status } : { status, output } });
  }

  /** No new callers, please: out of rotation, still there. */
  drain({ reason, drainTime }: DrainOptions = {}): Promise<boolean> {
    const mode: ModeChange = {
      mode: 'draining',
      ...(reason === undefined ? {} : { reason }),
      ...(drainTime === undefined ? {} : { drainTime }),
    };
    return this.#wish({ mode });
  }

  /** The end of draining. */
  resume(): Promise<boolean> {
    return this.#wish({ mode: { mode: 'in' } });
  }

  /** Changes metadata, weight or tags; `null` takes away. It is what the instance says of itself: an operator's word counts above it. */
  patch(patch: InstancePatch): Promise<boolean> {
    return this.#wish({ registration: patched(this.#member.life.wish.registration, patch) });
  }

  /** Says goodbye, and beats no more. Answers whether the registry has heard it within `timeoutMs` (3 s if left out); if not, it notices by itself. */
  async deregister({ timeoutMs = GOODBYE_MS }: { readonly timeoutMs?: number } = {}): Promise<boolean> {
    const told = await this.#keeper.leave(this.#member, timeoutMs);
    this.#release();
    return told;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.deregister();
  }

  #wish(wish: Parameters<Member['wish']>[0]): Promise<boolean> {
    const taken = this.#member.wish(wish);
    this.#keeper.hurry(this.#member);
    return taken;
  }
}
