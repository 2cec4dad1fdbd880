/** How long a registry with a million keys is away when it is started anew, with nothing of its file in memory. */
import { mkdtemp, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FillerQuestion } from '../processes/filler.js';
import type { OpenerAnswer, OpenerQuestion } from '../processes/opener.js';
import { startChild, type Child } from '../support/child.js';
import { few, megabytes, milliseconds, times } from '../support/figures.js';
import { STORE_FILE } from '../support/engine.js';
import { dropFromCache, readThroughMs } from '../support/page-cache.js';
import type { Benchmark, BenchmarkContext } from '../support/row.js';
import { ratioOf, spreadOf } from '../support/statistics.js';

const TARGET_MS = 1_000;
const ROUNDS = 5;

export const coldOpen: Benchmark = {
  name: 'store/cold-open',
  run: async (context) => {
    const keys = context.quick ? 100_000 : 1_000_000;
    const directory = await mkdtemp(join(context.directory, 'cold-'));
    const filledMs = await fill(context, { directory, keys });
    const file = join(directory, STORE_FILE);
    const opened: OpenerAnswer[] = [];
    const readThrough: number[] = [];
    let cold = true;
    for (let round = 0; round < ROUNDS; round++) {
      cold = (await dropFromCache(file)) && cold;
      opened.push(await openOnce(context, directory, keys));
      await dropFromCache(file);
      readThrough.push(await readThroughMs(file));
    }
    const warm = await openOnce(context, directory, keys);
    const answeredMs = opened.map(({ answeredMs }) => answeredMs);
    const { median } = spreadOf(answeredMs);
    const last = opened.at(-1) ?? warm;
    return [
      {
        work: `${cold ? 'cold' : 'warm'} open with ${keys.toLocaleString('en')} keys, to the first ${last.entries} entries`,
        measured: milliseconds(spreadOf(answeredMs)),
        beside: `reading the file once ${milliseconds(spreadOf(readThrough))}`,
        ratio: times(ratioOf(answeredMs, readThrough)),
        target: `≤ ${TARGET_MS / 1000} s`,
        met: median <= TARGET_MS,
        notes: [
          `the file is ${megabytes((await stat(file)).size)}; filled in ${few(filledMs / 1000)} s by commits of 100 puts`,
          `opening ${few(spreadOf(opened.map(({ openMs }) => openMs)).median)} ms, the rest is the first answer; with a warm cache ${few(warm.answeredMs)} ms in all`,
          `memory after the first answer: RSS ${megabytes(last.rssBytes)} (${megabytes(last.rssBeforeBytes)} before opening), heap ${megabytes(last.heapBytes)}`,
        ],
      },
    ];
  },
};

async function fill({ cleanup }: BenchmarkContext, question: FillerQuestion): Promise<number> {
  const filler: Child<FillerQuestion, null> = startChild(new URL('../processes/filler.ts', import.meta.url), cleanup);
  const beganMs = performance.now();
  await filler.ask(question);
  const tookMs = performance.now() - beganMs;
  await filler.end();
  return tookMs;
}

async function openOnce({ cleanup }: BenchmarkContext, directory: string, keys: number): Promise<OpenerAnswer> {
  const opener: Child<OpenerQuestion, OpenerAnswer> = startChild(new URL('../processes/opener.ts', import.meta.url), cleanup);
  // From the middle of the keyspace: neither the first page of the tree nor the last.
  const middle = `services/${String(Math.floor(keys / 100)).padStart(6, '0')}/`;
  const answer = await opener.ask({ directory, from: middle });
  await opener.end();
  return answer;
}
