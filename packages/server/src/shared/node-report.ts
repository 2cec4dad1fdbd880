/** What a node of a cluster tells the others of itself: at its peer door, and through any of them to whoever asks for all. */
import { isObject, NodeName, RollcallError } from '@rollcall/core';

export type NodeRole = 'full' | 'replica';

export interface NodeReport {
  readonly node: NodeName;
  readonly role: NodeRole;
  readonly version: string;
  /** Wall clock. */
  readonly startedAtMs: number;
  /** Where its HTTP door is; `null` while it has none. */
  readonly http: string | null;
  /** The others count on it. A node that has no others, and a replica, has nobody who would. */
  readonly member: boolean;
  readonly leaving: boolean;
  /** Up to where its view shows the log, and how old that is; 0 while it follows. */
  readonly revision: number;
  readonly ageMs: number;
  /** Whom it looks after. */
  readonly duty: DutyCounts;
}

export interface DutyCounts {
  readonly instances: number;
  readonly machines: number;
}

/** A node of a cluster as another one sees it. */
export interface SeenNode {
  readonly node: NodeName;
  /** Where its doors are; `null` for one without. */
  readonly peer: string | null;
  readonly http: string | null;
  readonly leaving: boolean;
  /** It is the one that was asked. */
  readonly self: boolean;
  /** `null`: it did not answer. */
  readonly report: NodeReport | null;
}

/** What another node has sent, of whatever version it is: more than is known here does no harm. */
export function readNodeReport(sent: unknown): NodeReport {
  const fields = isObject(sent) ? sent : {};
  const { node, role, version, startedAtMs, http, member, leaving, revision, ageMs, duty } = fields;
  const { instances, machines } = isObject(duty) ? duty : {};
  const name = NodeName.parse(node);
  if (name === undefined || typeof version !== 'string' || typeof leaving !== 'boolean') throw strange();
  return {
    node: name,
    role: role === 'replica' ? 'replica' : 'full',
    version: version.slice(0, TEXT_CHARACTERS_MAX),
    startedAtMs: number(startedAtMs),
    http: typeof http === 'string' ? http.slice(0, TEXT_CHARACTERS_MAX) : null,
    member: member !== false,
    leaving,
    revision: number(revision),
    ageMs: number(ageMs),
    duty: { instances: number(instances), machines: number(machines) },
  };
}

/** Of an address with the longest name of a host. */
const TEXT_CHARACTERS_MAX = 300;

function number(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw strange();
}

function strange(): RollcallError {
  return new RollcallError('invalid-request', 'What this node says of itself makes no sense here.');
}
