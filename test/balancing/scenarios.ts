/** What can be the matter with a service, each as a model, and what to look at: the tables of docs/concepts/balancing.md. */
import type { BalancerName, BalancingOptions, Instance } from '@rollcall/client';
import type { Measured, Model, ModelInstance } from './simulated-service.js';

export interface Scenario {
  readonly name: string;
  /** For people: what was done, and what is in the columns. */
  readonly about: string;
  readonly model: Model;
  /** What is compared. */
  readonly ways: readonly { readonly name: string; readonly options: BalancingOptions }[];
  readonly columns: Readonly<Record<string, (measured: Measured) => string>>;
}

const MEAN_MS = 10;
const WORKERS = 4;

function fleet(count: number, other: (at: number) => Partial<ModelInstance> = () => ({})): readonly ModelInstance[] {
  return Array.from({ length: count }, (_, at) => ({ id: `i${at}`, workers: WORKERS, ...other(at) }));
}

/** So many calls that the workers are busy for this part of the time. */
function callsPerSecond(instances: readonly ModelInstance[], busy: number): number {
  const workers = instances.reduce((sum, { workers }) => sum + workers, 0);
  return (workers * busy * 1000) / MEAN_MS;
}

function modelOf(instances: readonly ModelInstance[], busy: number, other: Partial<Model> = {}): Model {
  return { instances, callers: 5, callsPerSecond: callsPerSecond(instances, busy), seconds: 20, meanMs: MEAN_MS, ...other };
}

const all: readonly BalancerName[] = ['peak-ewma', 'least-outstanding', 'round-robin', 'random'];
const weighing: readonly BalancerName[] = ['peak-ewma', 'least-outstanding', 'weighted', 'round-robin', 'random'];
const ways = (names: readonly BalancerName[], options: BalancingOptions = {}): Scenario['ways'] =>
  names.map((balancer) => ({ name: balancer, options: { balancer, ...options } }));

export function percentileMs({ latenciesMs }: Measured, share: number): number {
  return latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * share))] ?? NaN;
}

export function shareOf({ calls }: Measured, ofThem: (id: string) => boolean): number {
  const [some, whole] = [[...calls].filter(([id]) => ofThem(id)), [...calls]].map((list) =>
    list.reduce((sum, [, count]) => sum + count, 0),
  );
  return (some as number) / (whole as number);
}

const ms = (number: number): string => `${number < 100 ? number.toFixed(1) : Math.round(number)} ms`;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const latencies: Scenario['columns'] = {
  'p50': (measured) => ms(percentileMs(measured, 0.5)),
  'p99': (measured) => ms(percentileMs(measured, 0.99)),
  'p99.9': (measured) => ms(percentileMs(measured, 0.999)),
};

const alike = fleet(20);
const oneSlow = fleet(20, (at) => (at === 0 ? { slowness: () => 10 } : {}));
const oneStill = fleet(20, (at) => (at === 0 ? { slowness: (nowMs) => (nowMs % 10_000 > 8000 ? 0 : 1) } : {}));
const strong = (said: (weight: number) => Partial<Instance>): readonly ModelInstance[] =>
  fleet(20, (at) => (at < 4 ? { workers: 4 * WORKERS, said: said(4) } : { said: said(1) }));
const cold = fleet(10, (at) => (at === 9 ? { joinsAtMs: 10_000, slowness: (nowMs) => Math.max(1, 8 - (nowMs - 10_000) / 3000) } : {}));
const remembering = fleet(10, () => ({ cacheKeys: 300 }));
const zones = fleet(12, (at) => ({ said: { zone: ['a', 'a', 'b', 'b', 'b', 'b', 'b', 'c', 'c', 'c', 'c', 'c'][at] as string } }));

export const scenarios: readonly Scenario[] = [
  {
    name: 'All alike',
    about: '20 instances with 4 workers each, busy for 60 % of the time; 5 callers, none of which knows of the others.',
    model: modelOf(alike, 0.6),
    ways: ways(all),
    columns: latencies,
  },
  {
    name: 'One slow instance',
    about:
      'One of the 20 takes ten times as long. Busy for 8 %: with many more calls, whoever does not evade would queue before it without end.',
    model: modelOf(oneSlow, 0.08, { seconds: 60 }),
    ways: ways(all),
    columns: { ...latencies, 'to the slow one': (measured) => percent(shareOf(measured, (id) => id === 'i0')) },
  },
  {
    name: 'One that stops now and then',
    about: 'One of the 20 stands still for two of every ten seconds; busy for 40 %.',
    model: modelOf(oneStill, 0.4),
    ways: ways(all),
    columns: { ...latencies, 'to that one': (measured) => percent(shareOf(measured, (id) => id === 'i0')) },
  },
  {
    name: 'Four strong ones, and nobody says so',
    about: '4 of 20 have four times the workers, and all have weight 1; busy for 60 % of the time.',
    model: modelOf(
      strong(() => ({})),
      0.6,
    ),
    ways: ways(all),
    columns: { ...latencies, 'to the strong (fair: 50 %)': (measured) => percent(shareOf(measured, (id) => Number(id.slice(1)) < 4)) },
  },
  {
    name: 'Four strong ones with weight 4',
    about: 'The same, with weights that tell it.',
    model: modelOf(
      strong((weight) => ({ weight })),
      0.6,
    ),
    ways: ways(weighing),
    columns: { ...latencies, 'to the strong (fair: 50 %)': (measured) => percent(shareOf(measured, (id) => Number(id.slice(1)) < 4)) },
  },
  {
    name: 'A cold one joins',
    about:
      'A tenth instance joins nine others after 10 s and is at first eight times as slow, for 21 s less and less; busy for 30 %. The 25 s from then on.',
    model: modelOf(cold, 0.3, { seconds: 35, fromMs: 10_000 }),
    ways: [
      ...ways(['peak-ewma', 'round-robin']),
      ...ways(['peak-ewma', 'round-robin'], { slowStart: false }).map((way) => ({ ...way, name: `${way.name}, no slow start` })),
    ],
    columns: { ...latencies, 'to the new one (fair: 10 %)': (measured) => percent(shareOf(measured, (id) => id === 'i9')) },
  },
  {
    name: 'Instances that remember',
    about:
      '10 instances hold 300 of 2,000 keys each, the last used ones; a call takes five times as long where its key is not held; busy for 20 % if all were held.',
    model: modelOf(remembering, 0.2, { keys: 2000, missFactor: 5, fromMs: 10_000 }),
    ways: ways(['consistent-hash', 'peak-ewma', 'round-robin']),
    columns: {
      ...latencies,
      'held': ({ cacheHits, latenciesMs }) => percent(cacheHits / latenciesMs.length),
      'most to one (fair: 10 %)': (measured) =>
        percent(Math.max(...[...measured.calls.values()].map((count) => count / measured.latenciesMs.length))),
    },
  },
  {
    name: 'A small zone',
    about:
      'Callers in zone a, which has 2 of 12 instances; b and c have 5 each. A third of all callers is in each zone; only those in a are seen here, who alone keep 20 % busy.',
    model: modelOf(zones, 0.2),
    ways: [
      ...ways(['peak-ewma'], { zone: { zone: 'a' } }).map((way) => ({ ...way, name: 'peak-ewma, zone a' })),
      ...ways(['peak-ewma']).map((way) => ({ ...way, name: 'peak-ewma, no zone' })),
    ],
    columns: { 'stays in the zone': (measured) => percent(shareOf(measured, (id) => Number(id.slice(1)) < 2)), ...latencies },
  },
];
