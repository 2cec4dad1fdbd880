/** The registry's own nodes, as Consul shows its servers: nodes of the catalog that nobody registered. */
import type { MachineName } from '@rollcall/core';

export interface Member {
  readonly name: MachineName;
  /** A UUID, the same for as long as it is called so. */
  readonly id: string;
  /** An IP address, or a name. */
  readonly address: string;
  /** Where the others find it; what Consul calls the server port. */
  readonly port: number;
  /** It stops soon. */
  readonly leaving: boolean;
  /** The revision of the log that it is here since. */
  readonly revision: number;
}

export interface Members {
  /** This node. */
  readonly self: Member;
  /** All of them, this one too, in the order of their names: the same list for as long as nothing changes. */
  all(): readonly Member[];
  /** Called when that list has become another one. The answer ends it. */
  follow(changed: () => void): () => void;
  /** The revision at which it last did. */
  readonly revision: number;
}
