/**
 * What is known about instances beside what they show: what was said about them from outside, and what waits for a
 * registration that is not here. Of most instances there is nothing.
 */
import type { Instance, Registered } from '../catalog/instance.js';
import type { IntentRecord } from '../records/intent-record.js';
import type { InstanceRef } from '../catalog/registration.js';

/** What the log says of an instance's health. */
export type HealthPart = Pick<Instance, 'verdicts' | 'healthRevision' | 'held'>;

export interface Aside {
  readonly ref: InstanceRef;
  /** What the registration says, without what was laid over it; `null` where there is none. */
  readonly registered: Registered | null;
  /** There is one, and nobody here can read it: what is beside it is for those who can. */
  readonly isUnreadable: boolean;
  /** Only while there is no registration. */
  readonly health: HealthPart | null;
  readonly intent: IntentRecord | null;
  readonly intentRevision: number;
}

/** Something beside a registration that ends by itself. */
export interface Term {
  readonly ref: InstanceRef;
  readonly endsAtMs: number;
}

export class IntentTable {
  readonly #asides = new Map<string, Aside>();
  readonly #terms = new Map<string, Term>();
  #termsVersion = 0;

  get size(): number {
    return this.#asides.size;
  }

  /** Moves whenever the terms change. */
  get termsVersion(): number {
    return this.#termsVersion;
  }

  terms(): Iterable<Term> {
    return this.#terms.values();
  }

  /** By what `refText` says. */
  all(): Iterable<[string, Aside]> {
    return this.#asides;
  }

  get(text: string): Aside | undefined {
    return this.#asides.get(text);
  }

  set(text: string, aside: Aside | null): void {
    if (aside === null && this.#asides.size === 0) return;
    if (aside === null) this.#asides.delete(text);
    else this.#asides.set(text, aside);
    const endsAtMs = aside === null ? null : endOf(aside);
    if (endsAtMs === (this.#terms.get(text)?.endsAtMs ?? null)) return;
    if (aside === null || endsAtMs === null) this.#terms.delete(text);
    else this.#terms.set(text, { ref: aside.ref, endsAtMs });
    this.#termsVersion++;
  }
}

function endOf({ registered, isUnreadable, health, intent }: Aside): number | null {
  if (isUnreadable) return null;
  // What was found about somebody who is not there is about nobody: whoever took the instance out did not know of it.
  if (registered === null && health !== null) return 0;
  if (intent === null) return null;
  // What waits for an instance without a limit was left behind by whoever did not know of it, and gets one.
  return registered === null ? (intent.keepUntilMs ?? 0) : (intent.mode?.untilMs ?? null);
}
