/** What the tests of the etcd engine say to a store, and listen for. */
import {
  allKeys,
  fromText,
  isRollcallError,
  type CommitResult,
  type KeyRange,
  type Operation,
  type RevisionBatch,
  type Store,
} from '@rollcall/core';

export const put = (key: string, value: string): Operation => ({ type: 'put', key: fromText(key), value: fromText(value) });

export interface Followed {
  readonly batches: RevisionBatch[];
  readonly endings: (Error | null)[];
  readonly position: () => number;
}

export function followed(store: Store, range: KeyRange = allKeys): Followed {
  const [batches, endings]: [RevisionBatch[], (Error | null)[]] = [[], []];
  const watch = store.watch({ range }, { next: (batch) => void batches.push(batch), ended: (reason) => endings.push(reason) });
  return { batches, endings, position: () => watch.position };
}

/** As a client does: what is refused for a moment is sent again; what is unknown too, because it is the same again. */
export async function insist(store: Store, operation: Operation): Promise<CommitResult> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await store.commit({ then: [operation] });
    } catch (error) {
      if (!isRollcallError(error) || !error.retryable || attempt === 200) throw error;
      await new Promise((again) => setTimeout(again, 50));
    }
  }
}

export async function codeOf(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => 'answered',
    (error: unknown) => (isRollcallError(error) ? error.code : String(error)),
  );
}
