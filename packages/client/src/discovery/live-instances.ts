/** What those who choose whom to call see of a service: its instances, as they are now. */
import type { Instance } from '../shapes.js';

/** A live view of a service, to those who choose from it. */
export interface LiveInstances {
  /** As it was asked for; the registry does not regard case. */
  readonly service: string;
  /** Who may be called, as last heard. The same array until something changes; never changed in place. */
  readonly current: readonly Instance[];
  /** Whether `current` was ever heard, read from a snapshot or given as a fallback. An empty list that is known is a fact. */
  readonly known: boolean;
  /** Told after `current` changed, once a change, and not during the call. What it throws disturbs nobody else. Answers how to stop listening. */
  onChange(listener: (current: readonly Instance[]) => void): () => void;
  /** When it is known; throws the signal's reason, or what the registry refused for good. */
  ready(signal?: AbortSignal): Promise<void>;
}
