/** What it costs to choose whom to call: a pick, and a change of the pool, for 100 instances and for 10,000. */
import type { BalancerName } from '@rollcall/client';
import type { BalancingAnswer, BalancingQuestion } from '../processes/balancing.js';
import { startChild, type Child } from '../support/child.js';
import { few, times } from '../support/figures.js';
import type { HashFigures } from '../support/hashes.js';
import type { Benchmark, BenchmarkContext, Row } from '../support/row.js';
import { ratioOf, spreadOf, type Spread } from '../support/statistics.js';

const PICKS = 400_000;
const ROUNDS = 3;

interface Way {
  readonly balancer: BalancerName;
  readonly weighed?: true;
  readonly zoned?: true;
  /** Of a pick among 100, in nanoseconds. */
  readonly target?: number;
}

const turn: Way = { balancer: 'round-robin', target: 100 };
const ways: readonly Way[] = [
  { balancer: 'peak-ewma', target: 250 },
  { balancer: 'peak-ewma', weighed: true },
  { balancer: 'peak-ewma', zoned: true },
  { balancer: 'least-outstanding' },
  { balancer: 'weighted', weighed: true },
  { balancer: 'random' },
  { balancer: 'consistent-hash' },
];

export const balancing: Benchmark = {
  name: 'client/balancing',
  run: async (context) => {
    const [few, many] = [100, context.quick ? 2000 : 10_000];
    const rows: Row[] = [];
    for (const instances of [few, many]) {
      const inTurn = await ask(context, turn, instances);
      rows.push(row(turn, instances, inTurn, inTurn));
      for (const way of ways) rows.push(row(way, instances, await ask(context, way, instances), inTurn));
    }
    for (const instances of [few, many]) rows.push(hashRow(instances, await ask(context, instances)));
    return rows;
  },
};

function row({ balancer, weighed, zoned, target }: Way, instances: number, answer: BalancingAnswer, inTurn: BalancingAnswer): Row {
  const among = `${weighed ? ', with weights' : ''}${zoned ? ', by zones' : ''}, among ${instances.toLocaleString('en')}`;
  const isJudged = target !== undefined && instances === 100;
  const pick = spreadOf(answer.pickNs);
  return {
    work: `pick() of ${balancer}${among}`,
    measured: `${nanoseconds(pick)}; with begin() and end() ${few(spreadOf(answer.callNs).median)} ns`,
    beside: `round-robin ${nanoseconds(spreadOf(inTurn.pickNs))}`,
    ratio: times(ratioOf(answer.pickNs, inTurn.pickNs)),
    target: isJudged ? `≤ ${target} ns` : '',
    met: isJudged ? pick.median <= target : null,
    notes: [`three of the list changed: ${few(spreadOf(answer.changeUs).median)} µs; all of the processor's time, not the clock's`],
  };
}

function hashRow(instances: number, figures: readonly HashFigures[]): Row {
  const [ring, ...others] = figures.map(
    ({ name, pickNs, changeUs, most, movedMore }) =>
      `${name}: pick ${few(pickNs)} ns, change ${few(changeUs)} µs, the busiest has ${few(most)} shares, moved in vain ${few(movedMore)}`,
  );
  return {
    work: `the same of ${instances.toLocaleString('en')} for the same key`,
    measured: ring ?? '',
    beside: others.join('; '),
    ratio: '',
    target: '',
    met: null,
    notes: ['Maglev with 65,537 slots; rendezvous and Maglev without weights, bounded loads, or a pool around them'],
  };
}

function ask(context: BenchmarkContext, hashes: number): Promise<readonly HashFigures[]>;
function ask(context: BenchmarkContext, way: Way, instances: number): Promise<BalancingAnswer>;
async function ask(context: BenchmarkContext, way: Way | number, instances = 0): Promise<unknown> {
  const program = new URL('../processes/balancing.ts', import.meta.url);
  const child: Child<BalancingQuestion | { readonly hashes: number }, unknown> = startChild(program, context.cleanup);
  const answer = await child.ask(typeof way === 'number' ? { hashes: way } : questionOf(way, instances, context.quick));
  await child.end();
  return answer;
}

function questionOf({ balancer, weighed, zoned }: Way, instances: number, quick: boolean): BalancingQuestion {
  const zone = zoned ? { zone: { zone: 'a', region: 'eu' } } : {};
  return { instances, balancer, weighed: weighed === true, ...zone, rounds: ROUNDS, picks: quick ? PICKS / 10 : PICKS };
}

function nanoseconds({ median, low, high }: Spread): string {
  return `${few(median)} ns (${few(low)}–${few(high)})`;
}
