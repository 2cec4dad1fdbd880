/**
 * Clients of a Eureka server that ask what changed, each on a connection of its own and whenever it is its turn, while instances
 * go on changing; in a process of their own.
 */
import { Agent, request, type IncomingMessage } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerQuestions } from '../support/child.js';
import { memberOf, registrationOf, type Fleet } from '../support/eureka-work.js';
import { percentile } from '../support/statistics.js';

export interface EurekaPollersQuestion {
  readonly port: number;
  readonly pollers: number;
  readonly everyMs: number;
  readonly forMs: number;
  /** Its members change, in turns, so many a second. */
  readonly fleet: Fleet;
  readonly changesPerSecond: number;
}

export interface EurekaPollersAnswer {
  readonly polls: number;
  /** From the moment at which it was somebody's turn. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the last answer, as it came. */
  readonly bytes: number;
}

const headers = { 'accept': 'application/json', 'accept-encoding': 'gzip' };

let version = Date.now();

answerQuestions(async (question: EurekaPollersQuestion): Promise<EurekaPollersAnswer> => {
  const agent = new Agent({ keepAlive: true });
  const tookMs: number[] = [];
  let bytes = 0;
  const beganMs = performance.now();
  const poller = async (at: number): Promise<void> => {
    for (let turn = 0; ; turn++) {
      const dueMs = beganMs + (turn + at / question.pollers) * question.everyMs;
      if (dueMs - beganMs >= question.forMs) return;
      await sleep(Math.max(0, dueMs - performance.now()));
      bytes = await ask(question.port, agent, 'GET', '/eureka/apps/delta');
      tookMs.push(performance.now() - dueMs);
    }
  };
  const turns = Array.from({ length: question.pollers }, (_, at) => poller(at));
  await Promise.all([...turns, change(question, agent, beganMs)]);
  agent.destroy();
  const sorted = tookMs.toSorted((a, b) => a - b);
  return { polls: sorted.length, p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99), bytes };
});

async function change({ port, fleet, forMs, changesPerSecond }: EurekaPollersQuestion, agent: Agent, beganMs: number): Promise<void> {
  for (let turn = 0; (turn * 1000) / changesPerSecond < forMs; turn++) {
    await sleep(Math.max(0, beganMs + (turn * 1000) / changesPerSecond - performance.now()));
    const instance = { ...memberOf(fleet, turn % fleet.count), version: ++version };
    await ask(port, agent, 'POST', `/eureka/apps/${instance.app}`, registrationOf(instance));
  }
}

/** Answers how long the body was. */
function ask(port: number, agent: Agent, method: string, path: string, body?: string): Promise<number> {
  const said = body === undefined ? headers : { ...headers, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, agent, method, path, headers: said }, (answer: IncomingMessage) => {
      let bytes = 0;
      answer.on('data', (piece: Buffer) => (bytes += piece.length));
      answer.on('error', reject);
      answer.on('end', () => {
        if ((answer.statusCode ?? 0) < 300) resolve(bytes);
        else reject(new Error(`${method} ${path} was answered ${answer.statusCode}`));
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
