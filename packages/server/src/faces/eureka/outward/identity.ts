/** By which name a registry knows itself when it is told something by itself: one log, one namespace, on however many nodes. */
import type { Namespace } from '@rollcall/core';

export function identityOf(epoch: string, namespace: Namespace): string {
  return `rollcall-${epoch}-${namespace}`;
}
