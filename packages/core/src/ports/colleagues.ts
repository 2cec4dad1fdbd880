/**
 * The other nodes of a cluster, as attendance needs them: they are handed what was heard here for them, and asked what they
 * heard. Ages travel, never times: no two clocks agree.
 */
import type { NodeName } from '../cluster/node-name.js';

/**
 * Somebody who has to be heard from, by the same text on every node: the kind, the text of its key, and which of several
 * checks, if it is one: `instances/default/web/web-1`, `instances/default/web/web-1#second`, `machines/default/m1`.
 */
export type AttendantName = string & { readonly named: 'attendant' };

/** Somebody was heard, so long ago. */
export interface Heard {
  readonly who: AttendantName;
  readonly ageMs: number;
}

/** Our way to the others. */
export interface Colleagues {
  /** Settles when that node has it; rejects where that is not known. */
  hand(to: NodeName, heard: readonly Heard[]): Promise<void>;
  /** How long ago that node heard each of these, `null` for never. Rejects where it could not be asked. */
  ask(whom: NodeName, who: readonly AttendantName[]): Promise<readonly (number | null)[]>;
  /** It answered lately, or is believed to. */
  reaches(node: NodeName): boolean;
}

/** What a node does for the others. */
export interface Colleague {
  take(heard: readonly Heard[]): void;
  ages(who: readonly AttendantName[]): readonly (number | null)[];
}
