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
}

export interface Members {
  /** This node. */
  readonly self: Member;
  /** All of them, this one too, in the order of their names: the same list for as long as nothing changes. */
  all(): readonly Member[];
}
