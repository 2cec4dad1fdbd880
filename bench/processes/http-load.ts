/** HTTP load, in a process of its own, so that it never takes the event loop of what it measures. */
import { answerQuestions } from '../support/child.js';
import { openHttpWork, perCall, type HttpWork } from '../support/http-work.js';
import { runLoad, type Load, type LoadResult } from '../support/load.js';

export interface HttpLoadQuestion {
  readonly work: HttpWork;
  readonly port: number;
  readonly load: Load;
}

answerQuestions(async ({ work, port, load }: HttpLoadQuestion): Promise<LoadResult> => {
  const { put, close } = await openHttpWork(work, port, load.writers);
  try {
    const { puts, perSecond, ...latencies } = await runLoad(load, put);
    return { ...latencies, puts: puts * perCall[work], perSecond: perSecond * perCall[work] };
  } finally {
    close();
  }
});
