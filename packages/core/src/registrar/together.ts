/** Many changes in as few commits as they fit into. Not all or nothing: each has its own result, and repeating all is safe. */
import { RollcallError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import { COMMIT_OPERATIONS_MAX } from '../store/commit-rules.js';
import type { Amended, Amendment, Amendments } from './amend.js';

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
  const results: Result<Answer>[] = all.map(() => ({ status: 'rejected', reason: notBegun() }));
  const groups = grouped(all);
  const work = async (): Promise<void> => {
    for (let group = groups.shift(); group !== undefined && clock.monotonicMs() < untilMs; group = groups.shift()) {
      const settled = await amendments.amendTogether(group.map((at) => all[at] as Amendment<Stored, Answer>));
      for (const [place, at] of group.entries()) results[at] = settled[place] as Result<Answer>;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE_MAX }, work));
  return results;
}

function notBegun(): RollcallError {
  return new RollcallError('not-ready', 'The log is slow, and this one’s turn did not come in time: nothing happened. Send it again.');
}

/** Places of changes that go together. The same subject a second time comes later, in a group of its own. */
function grouped<Stored, Answer>(all: readonly Amendment<Stored, Answer>[]): number[][] {
  const groups: number[][] = [];
  const again: number[][] = [];
  const seen = new Set<string>();
  let group: number[] = [];
  let keys = 0;
  all.forEach(({ subject }, at) => {
    if (seen.has(subject.name)) return void again.push([at]);
    seen.add(subject.name);
    if (group.length === 0 || keys + subject.keys.length > COMMIT_OPERATIONS_MAX) {
      groups.push((group = []));
      keys = 0;
    }
    group.push(at);
    keys += subject.keys.length;
  });
  return [...groups, ...again];
}
