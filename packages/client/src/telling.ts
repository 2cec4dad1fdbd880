/**
 * What a registry tells of itself while it works in the background: to listeners by name, to one hook for metrics, and on
 * `node:diagnostics_channel` as `rollcall:NAME`. The names are data, in one table; each room adds its own.
 */
import { channel, type Channel } from 'node:diagnostics_channel';
import type { EjectionTold, PanicTold } from './calling/calling.js';
import type { TriedCall } from './calling/service-parts.js';
import type { Move } from './options.js';

/** What comes with each name. */
export interface Tellings {
  readonly trouble: Trouble;
  readonly moved: Move;
  readonly registered: { readonly service: string; readonly id: string; readonly created: boolean; readonly again: boolean };
  readonly recovered: Recovery;
  readonly deregistered: { readonly service: string; readonly id?: string; readonly told: boolean };
  readonly tried: TriedCall;
  readonly ejected: EjectionTold;
  readonly returned: { readonly service: string; readonly id: string };
  readonly panic: PanicTold;
}

/** Something does not work at the moment, or never will as it is. Nothing is thrown: it is tried again, where that makes sense. */
export interface Trouble {
  /** What was attempted, in a word or two: `register`, `heartbeat`, `watch`. */
  readonly doing: string;
  readonly error: Error;
  /** `null`: not by itself. */
  readonly retryInMs: number | null;
  readonly service?: string;
  readonly id?: string;
  /** How many are concerned, where it is more than one. */
  readonly instances?: number;
}

export interface Recovery extends Pick<Trouble, 'doing' | 'service' | 'id' | 'instances'> {
  readonly troubledMs?: number;
}

export type TellingName = keyof Tellings;

/** What each name means. */
export const tellings: Readonly<Record<TellingName, string>> = {
  trouble: 'Something does not work; it is tried again.',
  moved: 'Another node of the registry is asked from now on.',
  registered: 'The registry has taken a registration; `again`, because it had forgotten it, or because something is new in it.',
  recovered: 'What was in trouble works again.',
  deregistered: 'A registration has ended; `told`, if the registry has heard of it, which otherwise misses the beats after a while.',
  tried: 'A try of a call of a service has ended: to whom it went, how, and how long it took.',
  ejected: 'An instance is left alone for a while, because of how its calls went.',
  returned: 'An instance that was left alone is called as usual again.',
  panic: 'So many instances of a service are left alone that all are tried; or not any more.',
};

/** Told of everything, for metrics. */
export type Observer = <Name extends TellingName>(name: Name, details: Tellings[Name]) => void;

type Listener = (details: never) => void;

const names = Object.keys(tellings) as readonly TellingName[];
const channels: ReadonlyMap<TellingName, Channel> = new Map(names.map((name) => [name, channel(`rollcall:${name}`)]));

export class Teller {
  readonly #observe: Observer | undefined;
  readonly #listeners = new Map<TellingName, Set<Listener>>();

  constructor(observe?: Observer) {
    this.#observe = observe;
  }

  /** Would anybody hear it? For what is told with every call, and costs something to put together. */
  isHeard(name: TellingName): boolean {
    return this.#observe !== undefined || this.#listeners.has(name) || channels.get(name)?.hasSubscribers === true;
  }

  /** Never throws: a listener that does is complained about as a warning of the process, and the others are told. */
  tell<Name extends TellingName>(name: Name, details: Tellings[Name]): void {
    const published = channels.get(name);
    if (published?.hasSubscribers === true) published.publish(details);
    if (this.#observe !== undefined) guarded(() => this.#observe?.(name, details));
    for (const listener of this.#listeners.get(name) ?? []) guarded(() => listener(details as never));
  }

  /** Answers how to stop listening. Throws for a name that nothing is told by: whoever listens would wait for ever. */
  on<Name extends TellingName>(name: Name, listener: (details: Tellings[Name]) => void): () => void {
    if (!channels.has(name)) throw new TypeError(`Nothing is told by the name ${JSON.stringify(name)}; there are ${names.join(', ')}.`);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    // A function of its own each time, so that whoever listens twice can stop once.
    const own = (details: never): void => listener(details);
    listeners.add(own);
    return () => {
      listeners.delete(own);
      if (listeners.size === 0) this.#listeners.delete(name);
    };
  }
}

function guarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}
