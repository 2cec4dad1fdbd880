/** What is asked for by DNS and stands beside the catalog: the registry's own nodes, and questions that somebody prepared under a name. */
import type { Caller, Instance, MachineName } from '@rollcall/core';

export interface OwnNode {
  readonly name: MachineName;
  readonly address: string;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Prepared {
  /** The service that it asks for, folded. */
  readonly service: string;
  readonly instances: readonly Instance[];
  /** They are answered in this order, and not in another one each time. */
  readonly isOrdered: boolean;
  /** Left out: as long as answers about the service. */
  readonly ttlSeconds?: number;
  /** It follows from more than the catalog, and who asks for it next may be answered otherwise. */
  readonly isPassing: boolean;
}

/** Everything is asked synchronously, and is cheap. */
export interface Beside {
  /** Another number whenever nodes or prepared questions are other ones. */
  readonly moved: number;
  /** Nodes that nobody registered. */
  nodes(caller: Caller): readonly OwnNode[];
  /** What Consul has as a service of its own, on each of these nodes; empty for every other name. `service` is folded. */
  instances(service: string, caller: Caller): readonly Instance[];
  /** `above`: there is something below this name. `unknown`: nobody here can tell yet. The caller is called from where the question came. At most so many are wanted. */
  prepared(name: string, caller: Caller, most: number): Prepared | 'above' | 'unknown' | null;
}

/** Thrown where nobody can tell yet: the question is answered with SERVFAIL, and not with a "no". */
export class NotKnownYet extends Error {
  override readonly name = 'NotKnownYet';
}

export const nothingBeside: Beside = { moved: 0, nodes: () => [], instances: () => [], prepared: () => null };
