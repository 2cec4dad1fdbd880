/**
 * What other servers are told of an instance: whose it is to tell, what it says of itself, and what was said of it from outside.
 * Pure.
 *
 * A lapse is nobody's word: an instance that is not heard here is not vouched for, and may well be heard elsewhere. What its checks
 * find is its own state here, and told; and what is said of it from outside is told apart, as overrides are.
 */
import { healthOf, heartbeatCheck, lapseOf, type Health, type Instance } from '@rollcall/core';
import type { Document, Status } from '../document.js';
import { readKept, type Kept } from '../kept.js';
import { appOf, FACE, isShown, ownKept, read } from '../map.js';
import { isToldReason } from '../overrides.js';
import { overrideOf } from '../shown-status.js';
import { instanceJson } from '../write-json.js';

/** It is heard here, and nobody else tells of it. */
export function isOurs(instance: Instance): boolean {
  const { face, kept } = instance.origin;
  // Nearly always it is, and need not be read.
  if (face !== FACE || kept?.[FACE]?.includes('"isTold":true') !== true) return isShown(instance);
  return isShown(instance) && ownKept(instance)?.isTold !== true;
}

/** Its heartbeats come, or it needs none. */
export function isHeard(instance: Instance): boolean {
  return lapseOf(instance) === undefined;
}

export interface Override {
  /** `UNKNOWN` for none. */
  readonly status: Status;
  /** Another server said so: it tells the others itself. */
  readonly isTold: boolean;
}

/** What this face keeps of it, read once for all that follows from it. */
type Known = Kept | null;

function knownOf({ origin }: Instance): Known {
  return readKept(origin.kept?.[FACE]);
}

/** What counts of what was said of it from outside. */
export function overrideOn(instance: Instance, known: Known = knownOf(instance)): Override {
  const { mode, intent } = instance;
  if (mode !== 'in') {
    const said = intent?.mode ?? null;
    return { status: 'OUT_OF_SERVICE', isTold: said !== null && isToldReason(said.reason) };
  }
  return { status: overrideOf(instance, known), isTold: isToldReason(intent?.status?.reason ?? '') };
}

const byHealth: Readonly<Record<Health, Status>> = { passing: 'UP', warning: 'UP', starting: 'STARTING', critical: 'DOWN' };

/** As it is by its own word and by its checks, whatever is said from outside, and whatever a panic answers. */
export function ownStatus(instance: Instance, known: Known = knownOf(instance)): Status {
  const own = known?.status ?? 'UP';
  // What this registry's checks find of an instance that is not its own, is its own affair.
  if (own !== 'UP' || (instance.origin.face === FACE && known?.isTold === true)) return own;
  const found = (instance.intent?.status ?? null) === null ? instance.health : healthOf(instance, instance.verdicts);
  return byHealth[found];
}

/** What is said of it whatever is said. */
export function toldBriefly(instance: Instance): object {
  const known = knownOf(instance);
  return {
    appName: appOf(instance),
    id: instance.id,
    lastDirtyTimestamp: known?.lastDirtyMs ?? instance.registeredAtMs,
    overriddenStatus: overrideOn(instance, known).status,
    status: ownStatus(instance, known),
  };
}

/** In the metadata of those of other protocols. A registry that has lost its log must not take them from a server: much of them is not there. */
export const FACE_LABEL = 'rollcall.face';

/** As a server is told of it when it does not know it. */
export function toldDocument(instance: Instance): Document {
  const shown = read(instance, false);
  const { face } = instance.origin;
  const metadata = face === FACE ? shown.metadata : { ...shown.metadata, [FACE_LABEL]: face };
  return { ...shown, metadata, status: ownStatus(instance), overriddenStatus: overrideOn(instance).status, actionType: 'ADDED' };
}

/** The same text as long as there is nothing new to tell of it, but for overrides. */
export function sameness(instance: Instance): string {
  const quiet = { overriddenStatus: 'UNKNOWN', lastUpdatedMs: 0, lastRenewalMs: 0, serviceUpMs: 0, registeredAtMs: 0 } as const;
  return instanceJson({ ...toldDocument(instance), ...quiet });
}

/** At least as often as a server expects of everybody, so that it does not take fewer for a fault of its own. */
const BEAT_MS_MAX = 30_000;
const BEAT_MS_MIN = 1000;
const SECOND_MS = 1000;
const BEATS_PER_LEASE = 3;

/** How often it is vouched for. */
export function beatMs(instance: Instance): number {
  const known = knownOf(instance);
  const ttlMs = heartbeatCheck(instance)?.ttlMs ?? BEAT_MS_MAX * BEATS_PER_LEASE;
  const { renewalSeconds, durationSeconds } = known?.lease ?? { renewalSeconds: Infinity, durationSeconds: ttlMs / SECOND_MS };
  const wantedMs = Math.min(renewalSeconds, durationSeconds / BEATS_PER_LEASE) * SECOND_MS;
  return Math.min(Math.max(wantedMs, BEAT_MS_MIN), BEAT_MS_MAX);
}
