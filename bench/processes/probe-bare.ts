/** The bare neighbour of a prober: undici, a connection for each request, so many a second, and nothing is done with what comes. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { answerQuestions } from '../support/child.js';
import { targetHost } from '../support/probed-hosts.js';

export interface BareQuestion {
  readonly port: number;
  readonly perSecond: number;
  readonly forMs: number;
}

export interface BareAnswer {
  readonly asked: number;
  readonly failed: number;
  readonly cpuMs: number;
}

const STEP_MS = 10;
const TIMEOUT_MS = 5_000;

answerQuestions(async ({ port, perSecond, forMs }: BareQuestion): Promise<BareAnswer> => {
  const agent = new Agent({ pipelining: 0, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS, connect: { timeout: TIMEOUT_MS } });
  const cpu = process.cpuUsage();
  const beganMs = performance.now();
  const underWay = new Set<Promise<void>>();
  let [asked, failed] = [0, 0];
  const ask = async (at: number): Promise<void> => {
    const { statusCode, body } = await agent.request({ origin: `http://${targetHost(at)}:${port}`, path: '/', method: 'GET' });
    await body.dump();
    if (statusCode !== 200) throw new Error(`answered ${statusCode}`);
  };
  while (performance.now() - beganMs < forMs) {
    const dueCount = Math.floor(((performance.now() - beganMs) / 1_000) * perSecond);
    for (; asked < dueCount; asked++) {
      const asking: Promise<void> = ask(asked)
        .catch(() => void failed++)
        .finally(() => underWay.delete(asking));
      underWay.add(asking);
    }
    await sleep(STEP_MS);
  }
  await Promise.all(underWay);
  const { user, system } = process.cpuUsage(cpu);
  await agent.destroy();
  return { asked, failed, cpuMs: (user + system) / 1_000 };
});
