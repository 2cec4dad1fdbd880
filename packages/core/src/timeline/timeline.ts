/**
 * What happened to instances lately, in the memory of each node: derived from the catalog's changes, never from having made a write,
 * so that every node tells the same of the time that it has seen. Bounded, per service and in all; the oldest goes first.
 */
import { ROLLCALL } from '../access/judge.js';
import { everything } from '../access/permissions.js';
import type { ChangeBatch, InstanceChange } from '../view/feed.js';
import type { Instance } from '../catalog/instance.js';
import { refText, serviceText } from '../records/keys.js';
import type { MachineRef } from '../catalog/machine.js';
import { ServiceName } from '../catalog/names.js';
import type { Caller, CatalogView, ServiceRef } from '../face.js';
import type { Clock } from '../ports/clock.js';
import type { InstanceSelector } from '../query/find-instance.js';
import { happeningsOf, type Happening, type Surroundings } from './happening.js';

export interface TimelineEvent extends Happening {
  readonly revision: number;
  /** When this node saw it, by the wall clock. */
  readonly wallMs: number;
  readonly id: string;
}

export interface Departed {
  /** As it was last. */
  readonly instance: Instance;
  readonly event: TimelineEvent;
}

export interface TimelineOptions {
  readonly view: CatalogView;
  readonly clock: Clock;
  /** Machines that are being removed with their instances. */
  readonly removals: () => readonly { readonly ref: MachineRef }[];
}

/** What a person reads; one service that flaps pushes nobody else out. */
export const SERVICE_EVENTS_MAX = 200;
/** About 10 MB. */
export const EVENTS_MAX = 50_000;
/** For whoever comes the morning after. */
export const DEPARTED_KEPT_MS: number = 24 * 60 * 60 * 1000;
/** Each is an instance that would be gone else; a fleet that leaves whole needs no word about each. */
export const DEPARTED_MAX = 5_000;

const self: Caller = { identity: ROLLCALL, may: everything, from: '', face: 'timeline' };

/** An event, and where it is kept: one object, because every change of the log makes one. */
interface Entry extends TimelineEvent {
  readonly service: string;
  isGone: boolean;
}

export class Timeline {
  readonly #options: TimelineOptions;
  readonly #services = new Map<string, Entry[]>();
  /** All of them as they came, and some that are gone already. */
  #all: Entry[] = [];
  #head = 0;
  #size = 0;
  /** By their names in the log, the first who went first. */
  readonly #departed = new Map<string, Departed>();
  #sinceMs: number;
  #unfollow: (() => void) | null = null;

  constructor(options: TimelineOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.wallMs();
  }

  /** From then on nothing is missing but what the bounds pushed out. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  start(): void {
    const { view, clock } = this.#options;
    this.#sinceMs = clock.wallMs();
    // What happened while the view was read anew nobody told.
    const reset = (): void => void (this.#sinceMs = clock.wallMs());
    this.#unfollow = view.follow({ changed: (batch) => this.#changed(batch), reset }, self);
  }

  close(): void {
    this.#unfollow?.();
  }

  /** The newest first. Whoever asks sees to the right to read that service. */
  of({ namespace, service }: ServiceRef): readonly TimelineEvent[] {
    return (this.#services.get(serviceText(namespace, ServiceName.fold(service))) ?? []).map(eventOf).toReversed();
  }

  /** Those whom the selector may mean, who went last first. */
  departed({ namespace, id, service }: InstanceSelector): readonly Departed[] {
    const fromMs = this.#options.clock.wallMs() - DEPARTED_KEPT_MS;
    const folded = service === null ? null : ServiceName.fold(service);
    const isMeant = ({ instance, event }: Departed): boolean =>
      instance.id === id &&
      instance.namespace === namespace &&
      event.wallMs >= fromMs &&
      (folded === null || ServiceName.fold(instance.service) === folded);
    return [...this.#departed.values()].filter(isMeant).toReversed();
  }

  #changed({ revision, services }: ChangeBatch): void {
    const around: Surroundings = { wallMs: this.#options.clock.wallMs(), machineGoes: false };
    for (const { namespace, service, changes } of services) {
      const text = changes.length === 0 ? '' : serviceText(namespace, service);
      for (const change of changes) this.#take(change, text, revision, around);
    }
  }

  #take(change: InstanceChange, service: string, revision: number, around: Surroundings): void {
    const { ref, previous, current } = change;
    const { wallMs } = around;
    const machineGoes = current === null && previous !== null && this.#machineGoes(previous);
    for (const { what, text, by, face } of happeningsOf(change, machineGoes ? { wallMs, machineGoes } : around)) {
      // In one literal: a spread costs more than all that is found out.
      const entry: Entry = { what, text, by, face, revision, wallMs, id: ref.id, service, isGone: false };
      this.#add(entry);
      if (what === 'departed' && previous !== null) this.#went(refText(ref), { instance: previous, event: eventOf(entry) });
    }
    if (current !== null && previous === null && this.#departed.size > 0) this.#departed.delete(refText(ref));
  }

  #machineGoes({ namespace, machine }: Instance): boolean {
    return machine !== null && this.#options.removals().some(({ ref }) => ref.namespace === namespace && ref.name === machine);
  }

  #went(text: string, departed: Departed): void {
    this.#departed.delete(text);
    this.#departed.set(text, departed);
    const fromMs = departed.event.wallMs - DEPARTED_KEPT_MS;
    for (const [first, { event }] of this.#departed) {
      if (this.#departed.size <= DEPARTED_MAX && event.wallMs >= fromMs) return;
      this.#departed.delete(first);
    }
  }

  #add(entry: Entry): void {
    const own = this.#services.get(entry.service) ?? [];
    if (own.length === 0) this.#services.set(entry.service, own);
    own.push(entry);
    this.#all.push(entry);
    this.#size++;
    if (own.length > SERVICE_EVENTS_MAX) this.#drop(own);
    while (this.#size > EVENTS_MAX) this.#dropOldest();
    // What is gone is moved out of the way all at once, seldom.
    if (this.#all.length > 2 * EVENTS_MAX) {
      this.#all = this.#all.slice(this.#head).filter(({ isGone }) => !isGone);
      this.#head = 0;
    }
  }

  #dropOldest(): void {
    const oldest = this.#all[this.#head++];
    if (oldest === undefined || oldest.isGone) return;
    const own = this.#services.get(oldest.service) ?? [];
    this.#drop(own);
    if (own.length === 0) this.#services.delete(oldest.service);
  }

  #drop(own: Entry[]): void {
    const first = own.shift();
    if (first === undefined) return;
    first.isGone = true;
    this.#size--;
  }
}

function eventOf({ what, text, by, face, revision, wallMs, id }: Entry): TimelineEvent {
  return { what, text, by, face, revision, wallMs, id };
}
