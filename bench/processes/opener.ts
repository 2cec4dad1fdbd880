/** A process that has nothing to do but to open a store that it has never seen. */
import { performance } from 'node:perf_hooks';
import { answerQuestions } from '../support/child.js';
import { openStore } from '../support/engine.js';

export interface OpenerQuestion {
  readonly directory: string;
  readonly from: string;
}

export interface OpenerAnswer {
  readonly openMs: number;
  /** From the call to open until the first page of entries is there. */
  readonly answeredMs: number;
  readonly entries: number;
  readonly rssBeforeBytes: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
}

const PAGE_ENTRIES = 100;

answerQuestions(async ({ directory, from }: OpenerQuestion): Promise<OpenerAnswer> => {
  const rssBeforeBytes = process.memoryUsage.rss();
  const beganMs = performance.now();
  const store = await openStore(directory);
  const openMs = performance.now() - beganMs;
  const { entries } = await store.range({ range: { from: Buffer.from(from), to: null }, limit: PAGE_ENTRIES });
  const answeredMs = performance.now() - beganMs;
  const { rss, heapUsed } = process.memoryUsage();
  await store.close();
  return { openMs, answeredMs, entries: entries.length, rssBeforeBytes, rssBytes: rss, heapBytes: heapUsed };
});
