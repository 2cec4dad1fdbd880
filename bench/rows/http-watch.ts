/**
 * One change told to ten thousand readers of event streams, against a bare program that writes the same bytes to as many
 * sockets: from the request that makes the change until the last of them has it. Ours also makes the change durable.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { HttpServerAnswer, HttpServerQuestion } from '../processes/http-server.js';
import type { WatchersAnswer, WatchersQuestion } from '../processes/watchers.js';
import { startChild, type Child } from '../support/child.js';
import { untilIdle } from '../support/cpu-time.js';
import { few, milliseconds, times } from '../support/figures.js';
import { CLIENT_CORE, pin, pinningNote, SERVER_CORE } from '../support/pinned.js';
import type { Benchmark, BenchmarkContext, Row } from '../support/row.js';
import { ratioOf, spreadOf, type Spread } from '../support/statistics.js';

const WATCHERS_MAX = 10_000;
/** What a process needs of files besides the sockets. */
const OTHER_FILES = 300;
const CHANGES = 5;
const FIRST_WATCHERS = 100;

const PATH = '/services/payments/instances';
const TELL = { method: 'POST', path: '/register' };
const target = { time: 1.5, memory: 1.2, blockMs: 20 };

interface Memory {
  readonly heapBytes: number;
  /** With what the allocator and V8 keep for later, which is another amount in every run. */
  readonly residentBytes: number;
}

interface Party {
  readonly server: Child<HttpServerQuestion, HttpServerAnswer>;
  readonly watchers: Child<WatchersQuestion, WatchersAnswer>;
  readonly port: number;
  readonly tellMs: number[];
  readonly blockMs: number[];
  perWatcher: Memory;
}

export const httpWatch: Benchmark = {
  name: 'http/watch',
  run: async (context) => {
    const count = Math.min(WATCHERS_MAX, openFilesMax() - OTHER_FILES);
    const ours = await startParty(context, { registry: await mkdtemp(join(context.directory, 'registry-')) });
    await tell(ours, 0);
    const bare = await startParty(context, { bare: { headers: [], body: '' } });
    for (const party of [ours, bare]) await openAll(party, count);
    // The first change warms up, and tells the bare program what to write.
    await tell(ours, 1);
    await bare.server.ask({ event: (await tell(ours, 2)).event });
    await tell(bare, 2);
    for (let change = 0; change < CHANGES; change++) {
      for (const party of change % 2 === 0 ? [bare, ours] : [ours, bare]) {
        await untilIdle([ours.server.pid, bare.server.pid]);
        await party.server.ask({ measure: 'block' });
        party.tellMs.push((await tell(party, 3 + change)).ms);
        party.blockMs.push(await party.server.ask({ measure: 'block' }));
      }
    }
    await Promise.all([ours, bare].flatMap(({ server, watchers }) => [server.end(), watchers.end()]));
    return rowsOf(ours, bare, count);
  },
};

async function startParty({ cleanup }: BenchmarkContext, open: HttpServerQuestion): Promise<Party> {
  const server: Party['server'] = startChild(new URL('../processes/http-server.ts', import.meta.url), cleanup);
  const watchers: Party['watchers'] = startChild(new URL('../processes/watchers.ts', import.meta.url), cleanup);
  const port = await server.ask(open);
  pin(server.pid, SERVER_CORE);
  pin(watchers.pid, CLIENT_CORE);
  return { server, watchers, port, tellMs: [], blockMs: [], perWatcher: { heapBytes: NaN, residentBytes: NaN } };
}

async function openAll(party: Party, count: number): Promise<void> {
  const measured = async (): Promise<Memory> => ({
    heapBytes: await party.server.ask({ measure: 'heap' }),
    residentBytes: await party.server.ask({ measure: 'resident' }),
  });
  // What the first connections make the program allocate for all is not counted.
  await party.watchers.ask({ port: party.port, path: PATH, open: FIRST_WATCHERS });
  const before = await measured();
  await party.watchers.ask({ port: party.port, path: PATH, open: count });
  const after = await measured();
  const share = (figure: keyof Memory): number => (after[figure] - before[figure]) / (count - FIRST_WATCHERS);
  party.perWatcher = { heapBytes: share('heapBytes'), residentBytes: share('residentBytes') };
}

/** The same instance again, with another number in it. */
function tell({ watchers, port }: Party, number: number): Promise<WatchersAnswer> {
  const fields = { service: 'payments', id: 'one', host: '10.0.0.5', port: 8080, ttl: '1h', metadata: { build: `${1000 + number}` } };
  return watchers.ask({ port, path: PATH, trigger: { ...TELL, body: JSON.stringify(fields) } });
}

function openFilesMax(): number {
  const said = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  return said === 'unlimited' ? Infinity : Number(said);
}

function rowsOf(ours: Party, bare: Party, count: number): readonly Row[] {
  const time = ratioOf(ours.tellMs, bare.tellMs);
  const memory = ours.perWatcher.heapBytes / bare.perWatcher.heapBytes;
  const block = spreadOf(ours.blockMs);
  return [
    {
      work: `one change to ${count} watchers, until the last has it`,
      measured: milliseconds(spreadOf(ours.tellMs)),
      beside: `bare writes ${milliseconds(spreadOf(bare.tellMs))}`,
      ratio: times(time),
      target: `≤ ${target.time}×`,
      met: time.median <= target.time,
      notes: [...(count < WATCHERS_MAX ? [`only ${count} watchers: the system allows no more open files`] : []), pinningNote],
    },
    {
      work: 'memory per watcher',
      measured: kilobytes(ours.perWatcher.heapBytes),
      beside: `bare ${kilobytes(bare.perWatcher.heapBytes)}`,
      ratio: `${few(memory)}×`,
      target: `≤ ${target.memory}×`,
      met: memory <= target.memory,
      notes: [
        `heap and buffers; resident, with what is kept for later: ours ${kilobytes(ours.perWatcher.residentBytes)}, bare ${kilobytes(bare.perWatcher.residentBytes)}`,
      ],
    },
    blockRow(block, spreadOf(bare.blockMs)),
  ];
}

function blockRow(block: Spread, bareBlock: Spread): Row {
  return {
    work: 'the longest block of the loop meanwhile',
    measured: milliseconds(block),
    beside: `bare ${milliseconds(bareBlock)}`,
    ratio: '',
    target: `≤ ${target.blockMs} ms`,
    met: block.median <= target.blockMs,
  };
}

function kilobytes(bytes: number): string {
  return `${few(bytes / 1000)} kB`;
}
