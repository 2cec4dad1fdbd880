/** Fills a store with many keys and closes it. In a process of its own, so that nothing of the file stays mapped. */
import { randomBytes } from 'node:crypto';
import { answerQuestions } from '../support/child.js';
import { openStore } from '../support/engine.js';
import { VALUE_BYTES } from '../support/load.js';

export interface FillerQuestion {
  readonly directory: string;
  readonly keys: number;
}

const PUTS_PER_COMMIT = 100;
/** Enough for the next group to gather while one is written. */
const COMMITS_IN_FLIGHT = 16;

answerQuestions(async ({ directory, keys }: FillerQuestion): Promise<null> => {
  const store = await openStore(directory);
  const value = randomBytes(VALUE_BYTES);
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < keys) {
      const first = next;
      next += PUTS_PER_COMMIT;
      const then = Array.from({ length: PUTS_PER_COMMIT }, (_, at) => ({ type: 'put', key: fillKey(first + at), value }) as const);
      await store.commit({ then });
    }
  };
  await Promise.all(Array.from({ length: COMMITS_IN_FLIGHT }, write));
  await store.close();
  return null;
});

/** Sorted as written, fifty to a service: as registrations lie. */
function fillKey(index: number): Buffer {
  return Buffer.from(`services/${String(Math.floor(index / 50)).padStart(6, '0')}/${String(index % 50).padStart(2, '0')}`);
}
