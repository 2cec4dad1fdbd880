/** What an instance says of itself, checked: the part of it that no verdict and no operator ever changes. */
import type { Probe, ProbeType } from '../probing/probe-spec.js';
import type { Health } from './health.js';
import type { Host } from './host.js';
import { ServiceName, type InstanceId, type MachineName, type Namespace } from './names.js';

/** Which instance: the three together, and the service without regard to case. */
export interface InstanceRef {
  readonly namespace: Namespace;
  readonly service: ServiceName;
  readonly id: InstanceId;
}

/** One way of knowing health: whoever is checked says that it is well, or is asked. */
export type Check = HeartbeatCheck | ProbedCheck;

interface AnyCheck {
  /** Unique in its instance; verdicts are kept under it. */
  readonly id: string;
  /** What it says before its first verdict. A registration is the first heartbeat: passing, unless it says otherwise. */
  readonly born: Health;
  /**
   * How long its instance may stay while this one is critical. Where any check of an instance has such a term, these count and nothing
   * else does; where none has, the instance's own term does.
   */
  readonly deregisterAfterMs?: number;
}

/** Whoever is checked says how it is. What does not come within `ttlMs` lapses; `null`: nobody waits, and what was said last stays said. */
export interface HeartbeatCheck extends AnyCheck {
  readonly type: 'heartbeat';
  readonly ttlMs: number | null;
}

/** One that somebody waits for. */
export interface TimedCheck extends HeartbeatCheck {
  readonly ttlMs: number;
}

export interface ProbedCheck extends AnyCheck {
  readonly type: ProbeType;
  readonly probe: Probe;
}

/** The face that an instance came through. */
export interface Origin {
  readonly face: string;
  readonly kept?: Kept;
}

/**
 * By face: what its lens could not compute from the rest again, as it wrote it itself. Nobody else reads it, and who registers
 * through another face leaves it as it is.
 */
export type Kept = Readonly<Record<string, string>>;

/** What is registered, and beside it what the faces that it did not come through kept of it before. */
export function keeping<One extends { readonly origin: Origin }>(said: One, before: { readonly origin: Origin } | null): One {
  const earlier = before?.origin.kept;
  if (earlier === undefined) return said;
  const { face, kept } = said.origin;
  const { [face]: _own, ...others } = earlier;
  const all = { ...others, ...kept };
  return { ...said, origin: Object.keys(all).length === 0 ? { face } : { face, kept: all } };
}

export interface Registration extends InstanceRef {
  readonly host: Host | null;
  readonly port: number | null;
  /** Further ports, by name. */
  readonly ports: Readonly<Record<string, number>>;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly weight: number;
  readonly zone: string | null;
  readonly region: string | null;
  readonly version: string | null;
  readonly machine: MachineName | null;
  /** Without any, the instance is static: it stays until somebody takes it out. */
  readonly checks: readonly Check[];
  /** How long it may stay critical before it departs; `null` for as long as it likes. Of checks with terms of their own, the shortest. */
  readonly deregisterAfterMs: number | null;
  readonly origin: Origin;
}

export const HEARTBEAT_CHECK_ID = 'heartbeat';

/** The first one that somebody waits for. */
export function heartbeatCheck(registration: Pick<Registration, 'checks'>): TimedCheck | undefined {
  return registration.checks.find(isTimed);
}

export function isTimed(check: Check): check is TimedCheck {
  return check.type === 'heartbeat' && check.ttlMs !== null;
}

/** An id for those who bring none: the same registration derives the same one, so that repeating it makes no ghost. */
export function deriveId(service: ServiceName, host: Host | null, port: number | null): string | undefined {
  if (host === null) return undefined;
  return [ServiceName.fold(service), host, ...(port === null ? [] : [port])].join('-');
}
