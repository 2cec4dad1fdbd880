/** Many changes in as few commits as they fit into. Not all or nothing: each has its own result, and repeating all is safe. */
import { RollcallError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import { COMMIT_OPERATIONS_MAX } from '../store/commit-rules.js';
import { RECALLED_MAX, ROOM_PER_KEY, type Amended, type Amendment, type Amendments } from './amend.js';

/** Commits on their way at once: enough that they share syncs of the disk, few enough that others get in between. */
const AT_ONCE_MAX = 4;

type Result<Answer> = PromiseSettledResult<Amended<Answer>>;

/** After this nothing more is begun: whoever asked has been waiting for long enough. */
const BEGIN_WITHIN_MS = 10_000;

/** A change makes at most as many operations as its subject has keys. */
export async function together<Stored, Answer>(
  { amendments, clock }: { readonly amendments: Amendments; readonly clock: Clock },
  all: readonly Amendment<Stored, Answer>[],
): Promise<readonly Result<Answer>[]> {
  const untilMs = clock.monotonicMs() + BEGIN_WITHIN_MS;
  const results: (Result<Answer> | null)[] = all.map(() => null);
  const inTurns = async (
    groups: readonly number[][],
    write: (group: readonly Amendment<Stored, Answer>[]) => Promise<readonly (Result<Answer> | null)[]>,
  ): Promise<void> => {
    const waiting = [...groups];
    const work = async (): Promise<void> => {
      for (let group = waiting.shift(); group !== undefined && clock.monotonicMs() < untilMs; group = waiting.shift()) {
        const settled = await write(group.map((at) => all[at] as Amendment<Stored, Answer>));
        for (const [place, at] of group.entries()) results[at] = settled[place] ?? null;
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE_MAX, groups.length) }, work));
  };
  const places = [...all.keys()];
  const { first, again } = apart(all, places);
  await inTurns(inGroups(first), (group) => amendments.amendRecalled(group));
  const left = first.filter((at) => results[at] === null);
  await inTurns([...byKeys(all, left), ...again.map((at) => [at])], (group) => amendments.amendTogether(group));
  return results.map((result) => result ?? { status: 'rejected', reason: notBegun() });
}

function notBegun(): RollcallError {
  return new RollcallError('not-ready', 'The log is slow, and this one’s turn did not come in time: nothing happened. Send it again.');
}

/** Places of changes. The same subject a second time comes later, by itself. */
function apart<Stored, Answer>(
  all: readonly Amendment<Stored, Answer>[],
  places: readonly number[],
): { readonly first: readonly number[]; readonly again: readonly number[] } {
  const seen = new Set<string>();
  const first: number[] = [];
  const again: number[] = [];
  for (const at of places) {
    const { name } = (all[at] as Amendment<Stored, Answer>).subject;
    (seen.has(name) ? again : first).push(at);
    seen.add(name);
  }
  return { first, again };
}

function inGroups(places: readonly number[]): readonly number[][] {
  return Array.from({ length: Math.ceil(places.length / RECALLED_MAX) }, (_, group) =>
    places.slice(group * RECALLED_MAX, (group + 1) * RECALLED_MAX),
  );
}

/** As many together as have room for their keys in one commit. */
function byKeys<Stored, Answer>(all: readonly Amendment<Stored, Answer>[], places: readonly number[]): readonly number[][] {
  const groups: number[][] = [];
  let group: number[] = [];
  let keys = 0;
  for (const at of places) {
    const own = (all[at] as Amendment<Stored, Answer>).subject.keys.length * ROOM_PER_KEY;
    if (group.length === 0 || keys + own > COMMIT_OPERATIONS_MAX) {
      groups.push((group = []));
      keys = 0;
    }
    group.push(at);
    keys += own;
  }
  return groups;
}
