/**
 * A lapse is asked before it is said. Whoever is on duty hears most heartbeats itself, or is handed them; but what another node heard
 * in the last moment, or could not hand over, is known to that node alone. So all are asked, and the youngest answer counts.
 */
import type { AttendantName } from '../ports/colleagues.js';
import type { Company } from './company.js';

/** Names in one question: some hundred kilobytes, which no node needs more than a few milliseconds to answer. */
export const ASKED_TOGETHER_MAX = 1000;

/** How old answers may be when a verdict is written that stands on them. A process that was suspended in between asks again. */
export const ANSWERS_COUNT_MS = 2000;

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
