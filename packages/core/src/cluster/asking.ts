/**
 * A lapse is asked before it is said. Whoever is on duty hears most heartbeats itself, or is handed them; but what another node heard
 * in the last moment, or could not hand over, is known to that node alone. So all are asked, and the youngest answer counts.
 */
import type { Clock } from '../ports/clock.js';
import type { AttendantName } from '../ports/colleagues.js';
import type { Company } from './company.js';
import type { RosterView } from './roster-view.js';

/** Names in one question: some hundred kilobytes, which no node needs more than a few milliseconds to answer. */
export const ASKED_TOGETHER_MAX = 1000;

/** How old answers may be when a verdict is written that stands on them. A process that was suspended in between asks again. */
const ANSWERS_COUNT_MS = 2000;

/** When a question was put, by the clock, and to whom. */
export interface Asking {
  readonly atMs: number;
  readonly nodes: RosterView['nodes'];
}

export function askingNow({ nodes }: Pick<RosterView, 'nodes'>, clock: Clock): Asking {
  return { atMs: clock.monotonicMs(), nodes };
}

/**
 * Whether a verdict may still stand on the answers. Not if the roster has changed since: whoever joined was not asked, and our fences,
 * which are of now, would not tell.
 */
export function answersCount(asking: Asking | null, { nodes }: Pick<RosterView, 'nodes'>, clock: Clock): boolean {
  return asking !== null && asking.nodes === nodes && clock.monotonicMs() - asking.atMs <= ANSWERS_COUNT_MS;
}

/**
 * The age of the youngest beat of each that any other node heard; `null` where none did. Those that leave are asked too: they still
 * hear. Rejects where a single one could not be asked: what it heard is not known, and nothing may be said.
 */
export async function askYoungest(
  { roster, colleagues }: Pick<Company, 'roster' | 'colleagues'>,
  who: readonly AttendantName[],
): Promise<readonly (number | null)[]> {
  const others = roster.nodes.filter(({ name }) => name !== roster.self?.name);
  const answers = await Promise.all(others.map(({ name }) => colleagues.ask(name, who)));
  return who.map((_, at) => answers.reduce<number | null>((youngest, ages) => younger(youngest, ages[at] ?? null), null));
}

function younger(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
