/**
 * Gets of the past within a commit, which must not be sent to etcd as part of it. A member that nobody waits at leaves the
 * gets of a transaction out; where one of them is refused (its revision is compacted, or to come), the member that was asked refuses
 * the transaction and the others carry it out: their data are different from then on (seen with etcd 3.4.23). What
 * stood at a revision never changes, so it can be read before. Where that is refused, an operation takes the get's
 * place that every member refuses.
 */
import { isRollcallError, type Commit, type GetOperation, type RangeResult, type RollcallError } from '@rollcall/core';

export interface PastGets {
  readonly found: ReadonlyMap<GetOperation, RangeResult>;
  readonly refused: ReadonlyMap<GetOperation, RollcallError>;
}

const none: PastGets = { found: new Map(), refused: new Map() };

export async function readPastGets(commit: Commit, read: (get: GetOperation) => Promise<RangeResult>): Promise<PastGets> {
  const gets = pastGetsOf(commit);
  if (gets.length === 0) return none;
  const found = new Map<GetOperation, RangeResult>();
  const refused = new Map<GetOperation, RollcallError>();
  for (const get of gets) {
    try {
      found.set(get, await read(get));
    } catch (error) {
      const standing = isRollcallError(error, 'revision-compacted') || isRollcallError(error, 'revision-in-future');
      if (!standing) throw error;
      refused.set(get, error);
    }
  }
  return { found, refused };
}

function pastGetsOf(commit: Commit): readonly GetOperation[] {
  return [...commit.then, ...(commit.else ?? [])].flatMap((operation) => {
    if (operation.type === 'commit') return pastGetsOf(operation);
    return operation.type === 'get' && operation.revision !== undefined ? [operation] : [];
  });
}
