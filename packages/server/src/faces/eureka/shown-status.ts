/** The five words of Eureka for how an instance is, from its health, its mode, and what was said of it. Pure. */
import { isEligible, type Health, type Instance } from '@rollcall/core';
import type { Status } from './document.js';
import type { Kept } from './kept.js';

const byHealth: Readonly<Record<Health, Status>> = { passing: 'UP', warning: 'UP', starting: 'STARTING', critical: 'DOWN' };

/** Its own word that it is not well beats everything; then what others say counts, and then what was found. */
export function shownStatus(instance: Instance, own: Status, panic: boolean): Status {
  if (own === 'DOWN' || own === 'STARTING' || own === 'UNKNOWN') return own;
  if (instance.mode !== 'in') return 'OUT_OF_SERVICE';
  const said = instance.intent?.status ?? null;
  if (said !== null) return byHealth[said.health];
  if (own === 'OUT_OF_SERVICE') return own;
  // A registry that doubts its own bad news answers all who could be tried.
  if (instance.health === 'critical') return panic && isEligible(instance) ? 'UP' : 'DOWN';
  return byHealth[instance.health];
}

/** What was said of it from outside; `UNKNOWN` for nothing. */
export function overrideOf({ intent }: Pick<Instance, 'intent'>, kept: Kept | null): Status {
  if (intent?.mode?.mode === 'out') return 'OUT_OF_SERVICE';
  const said = intent?.status ?? null;
  return said === null ? (kept?.overriddenStatus ?? 'UNKNOWN') : byHealth[said.health];
}
