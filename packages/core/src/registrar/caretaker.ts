/**
 * Sees to what ends by itself: drains whose time is over, what was said and found about instances that are not there any more, and
 * removals of machines that somebody began and nobody finished. Every node has one, which sees to what its node has the duty for; should
 * two of them do the same, whoever is second finds nothing to do.
 */
import { ROLLCALL } from '../access/judge.js';
import { everything } from '../access/permissions.js';
import type { Catalog } from '../view/catalog.js';
import type { Term } from '../view/intent-table.js';
import { encodeIntentRecord, type IntentRecord } from '../records/intent-record.js';
import { machineText, refText } from '../records/keys.js';
import type { Removal } from '../view/machine-table.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { Duty } from '../cluster/duty.js';
import type { Caller } from '../face.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { deleteRecord, putRecord, type Amendments, type Plan } from './amend.js';
import { departedIntent, departureOperations } from './departure.js';
import type { LogRegistrar } from './log-registrar.js';
import { instanceSubject, type Stored } from './subject.js';
import { together } from './together.js';

export interface CaretakerOptions {
  readonly catalog: Pick<Catalog, 'terms' | 'removals'>;
  readonly amendments: Amendments;
  readonly registrar: Pick<LogRegistrar, 'finish'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Left out: this node has all of it. */
  readonly duty?: Pick<Duty, 'isOurs'>;
}

const all: Pick<Duty, 'isOurs'> = { isOurs: () => true };

const self: Caller = { identity: ROLLCALL, may: everything, from: '', face: 'caretaker' };

/** How late a drain may end. */
const LOOK_MS = 1000;

/** Of one look; the others are for the next one. */
const TERMS_AT_ONCE_MAX = 128;

/** Who began a removal may still be at it. */
const TAKE_OVER_AFTER_MS = 15_000;

export class Caretaker {
  readonly #options: CaretakerOptions;
  readonly #duty: Pick<Duty, 'isOurs'>;
  #stop: (() => void) | null = null;
  #looking: Promise<void> = Promise.resolve();
  /** The terms as they were when `#nextMs` was found. */
  #termsVersion = -1;
  #nextMs = Infinity;
  /** When each removal was first seen. */
  readonly #seenMs = new Map<string, number>();

  constructor(options: CaretakerOptions) {
    this.#options = options;
    this.#duty = options.duty ?? all;
  }

  start(): void {
    this.#arm();
  }

  /** Settles when nothing of it is on its way. */
  async close(): Promise<void> {
    this.#stop?.();
    this.#stop = null;
    await this.#looking;
  }

  #arm(): void {
    this.#stop = this.#options.clock.after(LOOK_MS, () => {
      this.#looking = this.#look();
    });
  }

  async #look(): Promise<void> {
    try {
      await this.#endTerms();
      for (const removal of this.#abandoned()) await this.#options.registrar.finish(removal, self);
    } catch (error) {
      this.#options.log.warn('what ends by itself could not be written; it is tried again', { reason: String(error) });
    }
    if (this.#stop !== null) this.#arm();
  }

  async #endTerms(): Promise<void> {
    const { catalog, clock } = this.#options;
    const nowMs = clock.wallMs();
    const { version, all } = catalog.terms;
    if (version === this.#termsVersion && nowMs < this.#nextMs) return;
    const due: Term[] = [];
    this.#nextMs = Infinity;
    this.#termsVersion = version;
    for (const term of all) {
      const isDue = term.endsAtMs <= nowMs && due.length < TERMS_AT_ONCE_MAX;
      // Whose duty it is may change before it is done: it is looked at until then.
      if (isDue && this.#duty.isOurs(refText(term.ref))) due.push(term);
      else this.#nextMs = Math.min(this.#nextMs, term.endsAtMs);
    }
    if (due.length === 0) return;
    // Should one of them fail, or change nothing, it is not forgotten.
    this.#nextMs = Math.min(this.#nextMs, nowMs);
    const results = await together(
      this.#options,
      due.map(({ ref }) => ({ subject: instanceSubject(ref), decide: (stored: Stored) => planEnd(ref, stored, clock.wallMs()) })),
    );
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  #abandoned(): readonly Removal[] {
    const { catalog, clock } = this.#options;
    const { removals } = catalog;
    const names = new Set(removals.map(({ ref }) => machineText(ref)));
    for (const name of this.#seenMs.keys()) if (!names.has(name)) this.#seenMs.delete(name);
    const nowMs = clock.monotonicMs();
    return removals.filter(({ ref }) => {
      const seenMs = this.#seenMs.get(machineText(ref)) ?? nowMs;
      this.#seenMs.set(machineText(ref), seenMs);
      return nowMs - seenMs >= TAKE_OVER_AFTER_MS && this.#duty.isOurs(machineText(ref));
    });
  }
}

/** What ends, given what the log says now; nothing if it does not end yet. */
function planEnd(ref: InstanceRef, { isRegistered, registration, health, intent }: Stored, wallNowMs: number): Plan<null> {
  const said = intent?.record ?? null;
  if (registration === null) return isRegistered ? nothing : withoutHealth(ref, health, planLeft(ref, said, wallNowMs));
  const mode = said?.mode ?? null;
  if (said === null || mode === null || mode.untilMs === null || mode.untilMs > wallNowMs) return nothing;
  if (mode.owner === 'instance') return { operations: departureOperations(ref, said, wallNowMs), answer: null };
  return written(ref, { ...said, mode: { ...mode, mode: 'out', sinceMs: wallNowMs, untilMs: null } });
}

function withoutHealth(ref: InstanceRef, health: Stored['health'], { operations, answer }: Plan<null>): Plan<null> {
  return { operations: health === null ? operations : [deleteRecord('health', ref), ...operations], answer };
}

/** Whoever took the instance out may not have known what was said about it. */
function planLeft(ref: InstanceRef, said: IntentRecord | null, wallNowMs: number): Plan<null> {
  if (said === null) return nothing;
  if (said.keepUntilMs === null) return written(ref, departedIntent(said, wallNowMs));
  return said.keepUntilMs <= wallNowMs ? written(ref, null) : nothing;
}

function written(ref: InstanceRef, intent: IntentRecord | null): Plan<null> {
  const operation = intent === null ? deleteRecord('intents', ref) : putRecord('intents', ref, encodeIntentRecord(intent));
  return { operations: [operation], answer: null };
}

const nothing: Plan<null> = { operations: [], answer: null };
