/** How soon a thousand programs that use the client know of one change, and what a live view costs each of them. */
import { join } from 'node:path';
import type { LiveViewsQuestion } from '../processes/live-views.js';
import { startChild, type Child } from '../support/child.js';
import { few } from '../support/figures.js';
import { startRollcall } from '../support/rollcall.js';
import type { Benchmark, Row } from '../support/row.js';
import { percentile } from '../support/statistics.js';

const CLIENTS = 1000;
const SERVICES = 1000;
const INSTANCES = 10;
/** The first ones warm up. */
const WARM_CHANGES = 3;

export const liveViews: Benchmark = {
  name: 'client/live-views',
  run: async ({ directory, cleanup, quick }) => {
    const registry = await startRollcall(join(directory, 'registry'), cleanup);
    const process = new URL('../processes/live-views.ts', import.meta.url);
    const clients: Child<LiveViewsQuestion, readonly number[]> = startChild(process, cleanup);
    await clients.ask({ work: 'open', port: registry.port, clients: CLIENTS });
    const times: number[] = [];
    const changes = quick ? 10 : 40;
    for (let change = 0; change < WARM_CHANGES + changes; change++) {
      const told = await clients.ask({ work: 'change', number: change });
      if (change >= WARM_CHANGES) times.push(...told);
    }
    await clients.end();
    const weighing: Child<LiveViewsQuestion, readonly number[]> = startChild(process, cleanup);
    const [bytes = NaN, answerBytes = NaN] = await weighing.ask({
      work: 'weigh',
      port: registry.port,
      services: SERVICES,
      instances: INSTANCES,
    });
    await Promise.all([weighing.end(), registry.end()]);
    return rowsOf(times, bytes, answerBytes);
  },
};

function rowsOf(times: readonly number[], bytes: number, answerBytes: number): readonly Row[] {
  const sorted = times.toSorted((a, b) => a - b);
  const [median, last] = [percentile(sorted, 0.5), percentile(sorted, 0.99)];
  return [
    {
      work: `one change to ${CLIENTS} streams, until each client's live view shows it`,
      measured: `median ${few(median)} ms, 99th percentile ${few(last)} ms`,
      beside: '',
      ratio: '',
      target: '',
      met: null,
      notes: ['from the request that makes the change, which is durable before it is told; all clients in one process, on one core'],
    },
    {
      work: `memory of a live view of ${INSTANCES} instances, ${SERVICES} by one client`,
      measured: `${few(bytes / 1000)} kB`,
      beside: `the answer as it comes ${few(answerBytes / 1000)} kB`,
      ratio: `${few(bytes / answerBytes)}×`,
      target: '',
      met: null,
    },
  ];
}
