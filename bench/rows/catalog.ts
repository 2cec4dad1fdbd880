/** What it costs to hold a million instances in memory: bytes, the time to read them, and the time to find one. */
import type { CatalogAnswer, CatalogQuestion } from '../processes/catalog.js';
import { startChild, type Child } from '../support/child.js';
import { few, times } from '../support/figures.js';
import type { Benchmark, BenchmarkContext, Row } from '../support/row.js';
import { ratioOf, spreadOf, type Spread } from '../support/statistics.js';

/** With attendance's share, of at most 60, that makes 700. */
const TARGET_BYTES = 640;
const TARGET_LOAD_US = 4;
/** More than this per instance at ten times as many is no longer linear: caches and the collector take their share. */
const LINEAR_MAX = 1.6;
const ROUNDS = 5;

export const catalogAtScale: Benchmark = {
  name: 'catalog/million',
  run: async (context) => {
    const [few, many] = context.quick ? [20_000, 200_000] : [100_000, 1_000_000];
    const small = await ask(context, { instances: few, ownMetadata: false, rounds: 1 });
    const own = await ask(context, { instances: many, ownMetadata: true, rounds: 1 });
    const large = await ask(context, { instances: many, ownMetadata: false, rounds: ROUNDS });
    return [
      ...lookupRows(many, large),
      weightRow(many, large, own),
      loadRow({ instances: few, answer: small }, { instances: many, answer: large }, own),
    ];
  },
};

function lookupRows(instances: number, { byServiceNs, byIdNs, bareNs }: CatalogAnswer): readonly Row[] {
  const row = (what: string, ns: readonly number[]): Row => ({
    work: `looking up ${what} among ${instances.toLocaleString('en')} instances`,
    measured: nanoseconds(spreadOf(ns)),
    beside: `a bare map of as many ids ${nanoseconds(spreadOf(bareNs))}`,
    ratio: times(ratioOf(ns, bareNs)),
    target: '',
    met: null,
  });
  return [row('a service, all of its 50 instances', byServiceNs), row('an instance by its id alone', byIdNs)];
}

function weightRow(instances: number, { bytesEach }: CatalogAnswer, own: CatalogAnswer): Row {
  return {
    work: `holding ${instances.toLocaleString('en')} instances in memory`,
    measured: `${few(bytesEach)} bytes each`,
    beside: `with a metadata value of their own ${few(own.bytesEach)} bytes each`,
    ratio: '',
    target: `≤ ${TARGET_BYTES}`,
    met: Math.max(bytesEach, own.bytesEach) <= TARGET_BYTES,
    notes: ['ids, hosts, two tags, three metadata entries, zone, region, version, machine; heap and buffers after a full collection'],
  };
}

interface Filled {
  readonly instances: number;
  readonly answer: CatalogAnswer;
}

function loadRow(small: Filled, large: Filled, own: CatalogAnswer): Row {
  const usOf = ({ instances, answer }: Filled): number => (answer.loadMs * 1000) / instances;
  const growth = usOf(large) / usOf(small);
  const cpuUs = (large.answer.loadCpuMs * 1000) / large.instances;
  const parseUs = (large.answer.parseCpuMs * 1000) / large.instances;
  return {
    work: `reading ${large.instances.toLocaleString('en')} registrations into a view`,
    measured: `${few(large.answer.loadMs / 1000)} s, ${few(cpuUs)} µs of CPU time each`,
    beside: `their JSON parsed one by one ${few(parseUs)} µs of CPU time each`,
    ratio: `${few(cpuUs / parseUs)}×`,
    target: `≤ ${TARGET_LOAD_US} µs, linear`,
    met: usOf(large) <= TARGET_LOAD_US && growth <= LINEAR_MAX,
    notes: [
      `${small.instances.toLocaleString('en')} of them in ${few(small.answer.loadMs / 1000)} s: ten times as many take ${few(10 * growth)} times as long`,
      `the longest page of 1,000 held up the loop for ${few(large.answer.longestPageMs)} ms, collections included`,
      `with a metadata value of their own ${few((own.loadCpuMs * 1000) / large.instances)} µs of CPU time each`,
    ],
  };
}

async function ask({ cleanup }: BenchmarkContext, question: CatalogQuestion): Promise<CatalogAnswer> {
  const child: Child<CatalogQuestion, CatalogAnswer> = startChild(new URL('../processes/catalog.ts', import.meta.url), cleanup);
  const answer = await child.ask(question);
  await child.end();
  return answer;
}

function nanoseconds({ median, low, high }: Spread): string {
  return `${few(median)} ns (${few(low)}–${few(high)})`;
}
