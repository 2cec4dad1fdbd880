/** What a way of choosing is: told of every change, asked for every call. */
import type { Endpoint } from './endpoint.js';

/** What a choice may depend on. */
export interface PickContext {
  /** Whose call it is: a consistent hash sends the same key to the same endpoint, as far as it can. */
  readonly key?: string;
  /** Who was tried already and is not to be chosen again. */
  readonly exclude?: ReadonlySet<Endpoint>;
}

/**
 * A way of choosing among endpoints. It holds those that may be chosen now; who is ejected, draining or gone was taken out by
 * the pool before. All calls come one at a time; none may throw, and `pick` should allocate nothing.
 */
export interface Balancer {
  /** It may be chosen from now on. Never called for one that is there already. */
  add(endpoint: Endpoint): void;
  /** It may no longer be chosen. Called only for one that is there. */
  remove(endpoint: Endpoint): void;
  /** Its `share` has changed: by a new weight, or by a step of its slow start. Called only for one that is there. */
  reweigh(endpoint: Endpoint): void;
  /** Its `outstanding` has changed by so much. Called only for one that is there. */
  loaded?(endpoint: Endpoint, by: 1 | -1): void;
  /** Somebody, if anybody is there. `exclude` is honoured only by those for whom the second choice is not as good as any other. */
  pick(context: PickContext): Endpoint | undefined;
}
