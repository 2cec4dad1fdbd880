/**
 * One run: a fleet of instances, watchers and readers, trouble from the seed, then quiet; and the history of it all, to be
 * judged by the laws.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@rollcall/conformance';
import { Calls } from './calls.js';
import { planFaults } from './faults.js';
import { ROAMING, type Fault, type History, type Reading } from './history.js';
import { objectionsTo } from './laws/laws.js';
import { sharedPlaces } from './laws/streams.js';
import { lookAtEnd } from './look-at-end.js';
import { LivingInstance, type Address } from './life.js';
import { shownFrom, type InstanceJson } from './shown.js';
import type { Site } from './site.js';
import { starvationIn, watchForStarvation } from './starvation.js';
import { Stopwatch } from './stopwatch.js';
import { TroubleMaker } from './trouble-maker.js';
import { Watcher } from './watcher.js';

export interface SoakOptions {
  readonly site: Site;
  readonly seed: number;
  readonly troubleMs: number;
  readonly instances: number;
  readonly pace: Pace;
  readonly say: (text: string) => void;
}

/** How quickly things happen. */
export interface Pace {
  /** From 2 s a cluster takes; short, so that a few minutes have many lapses. */
  readonly ttlMs: Bounds;
  readonly termMs: Bounds;
  /** How long an instance beats before it stops in one way or another. */
  readonly lifeMs: Bounds;
  /** Whoever is still silent has departed after that, whatever ended last: see laws/excuses.ts. */
  readonly quietMs: number;
  /** How long the log is looked at when nothing happens any more. */
  readonly idleMs: number;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

export const usualPace: Pace = {
  ttlMs: { min: 3_000, max: 6_000 },
  termMs: { min: 1_000, max: 5_000 },
  lifeMs: { min: 8_000, max: 38_000 },
  quietMs: 32_000,
  idleMs: 8_000,
};

/** For a run that should be over within a minute. */
export const quickPace: Pace = {
  ttlMs: { min: 3_000, max: 4_000 },
  termMs: { min: 1_000, max: 2_000 },
  lifeMs: { min: 2_000, max: 12_000 },
  quietMs: 22_000,
  idleMs: 4_000,
};

export interface Outcome {
  readonly objections: readonly string[];
  readonly report: Readonly<Record<string, number>>;
  readonly history: History;
}

const SERVICES = ['web', 'pay', 'mail', 'search'];
const READ_EVERY_MS = 400;
const READ_WITHIN_MS = 1_000;
const HANG_UP_EVERY_MS = 7_000;
export async function soak({ site, seed, troubleMs, instances, pace, say }: SoakOptions): Promise<Outcome> {
  const stopwatch = new Stopwatch();
  const calls = new Calls(stopwatch);
  const addresses: readonly Address[] = site.nodes.map(({ name, port }) => ({ node: name, port }));
  const lives = Array.from({ length: instances }, (_, at) => newLife(at, { seed, pace, addresses, calls }));
  const watchers = watchersOf(addresses, stopwatch);
  const readings: Reading[] = [];
  const [settled, ended] = [new AbortController(), new AbortController()];
  setMaxListeners(0, settled.signal, ended.signal);
  const random = new SeededRandom(seed);
  const under = [
    ...lives.map((life) => life.run(settled.signal, ended.signal)),
    ...watchers.map((watcher) => watcher.run(ended.signal)),
    read(addresses, calls, stopwatch, readings, new SeededRandom(seed + 1), ended.signal),
    hangUp(watchers, new SeededRandom(seed + 2), settled.signal),
  ];
  const maker = new TroubleMaker(site, stopwatch, (text) => say(`${(stopwatch.now() / 1000).toFixed(1)} s: ${text}`));
  const starvation: Fault[] = [];
  watchForStarvation(stopwatch, (fault) => starvation.push(fault), ended.signal);
  await maker.follow(planFaults(random, { nodes: site.nodes.map(({ name }) => name), etcds: site.etcds.length, forMs: troubleMs }));
  settled.abort();
  say(`${(stopwatch.now() / 1000).toFixed(1)} s: quiet`);
  await quiet(pace.quietMs, stopwatch, starvation);
  const end = await lookAtEnd(site, { services: SERVICES, stopwatch, idleMs: pace.idleMs, beating: () => beatingOf(lives) });
  const endMs = stopwatch.now();
  const frozen = {
    lives: structuredClone(lives.map(plain)),
    streams: structuredClone(watchers.map(({ node, filter, told }) => ({ node, filter, told }))),
  };
  ended.abort();
  await Promise.all(under);
  calls.close();
  starvation.push(...site.nodes.flatMap(({ process }) => starvationIn(process.said, stopwatch)));
  const history: History = { ...frozen, readings, faults: [...maker.faults, ...starvation], end, endMs };
  const crashes = site.nodes.flatMap(({ process }) => process.crashes);
  return { objections: [...crashes, ...maker.surprises, ...objectionsTo(history)], report: reportOf(history, watchers), history };
}

function watchersOf(addresses: readonly Address[], stopwatch: Stopwatch): readonly Watcher[] {
  const places = addresses.map(({ node, port }) => ({ node, ports: [port] }));
  if (addresses.length > 1) places.push({ node: ROAMING, ports: addresses.map(({ port }) => port) });
  return places.flatMap((place) => (['any', 'rotation'] as const).map((filter) => new Watcher({ ...place, filter, stopwatch })));
}

interface Fleet {
  readonly seed: number;
  readonly pace: Pace;
  readonly addresses: readonly Address[];
  readonly calls: Calls;
}

function newLife(at: number, { seed, pace, addresses, calls }: Fleet): LivingInstance {
  const random = new SeededRandom(seed * 1_000 + at);
  const service = SERVICES[at % SERVICES.length] as string;
  const within = ({ min, max }: Bounds): number => min + random.below(max - min);
  const [ttlMs, termMs] = [within(pace.ttlMs), within(pace.termMs)];
  const lifeMs = (): number => within(pace.lifeMs);
  return new LivingInstance({ service, id: `${service}-${at}`, ttlMs, termMs, lifeMs, addresses, calls, random });
}

async function read(
  addresses: readonly Address[],
  calls: Calls,
  stopwatch: Stopwatch,
  readings: Reading[],
  random: SeededRandom,
  ended: AbortSignal,
): Promise<void> {
  while (!ended.aborted) {
    const { node, port } = addresses[random.below(addresses.length)] as Address;
    const service = SERVICES[random.below(SERVICES.length)] as string;
    const { answer, sentMs, endMs } = await calls.ask({
      port,
      method: 'GET',
      path: `/services/${service}/instances?health=any`,
      withinMs: READ_WITHIN_MS,
    });
    if (answer?.status === 200) {
      const { instances } = JSON.parse(answer.body) as { readonly instances: readonly InstanceJson[] };
      const revision = Number(answer.headers['rollcall-revision'] ?? 0);
      readings.push({ node, service, sentMs, ackMs: endMs, revision, shown: instances.map((one) => shownFrom(one, stopwatch)) });
    }
    await sleep(READ_EVERY_MS, undefined, { signal: ended }).catch(() => undefined);
  }
}

async function hangUp(watchers: readonly Watcher[], random: SeededRandom, settled: AbortSignal): Promise<void> {
  while (!settled.aborted) {
    await sleep(random.below(2 * HANG_UP_EVERY_MS), undefined, { signal: settled }).catch(() => undefined);
    watchers[random.below(watchers.length)]?.hangUp();
  }
}

/** A machine that starved meanwhile gets as long again, twice. */
async function quiet(ms: number, stopwatch: Stopwatch, starvation: readonly Fault[]): Promise<void> {
  for (let times = 0; times < 3; times++) {
    const sinceMs = stopwatch.now();
    await sleep(ms);
    if (!starvation.some(({ untilMs }) => untilMs > sinceMs)) return;
  }
}

function beatingOf(lives: readonly LivingInstance[]): readonly string[] {
  return lives.filter(({ state }) => state === 'beating').map(({ who }) => who);
}

function plain({ who, ttlMs, termMs, heard, doubtful, goodbyes, unknown }: LivingInstance): History['lives'][number] {
  return { who, ttlMs, termMs, heard, doubtful, goodbyes, unknown };
}

function reportOf({ lives, streams, readings, faults, end }: History, watchers: readonly Watcher[]): Outcome['report'] {
  const count = (of: (life: History['lives'][number]) => number): number => lives.reduce((sum, life) => sum + of(life), 0);
  const told = streams.flatMap((stream) => stream.told);
  return {
    registrations: count(({ heard }) => heard.filter(({ what }) => what === 'registration').length),
    beats: count(({ heard }) => heard.filter(({ what }) => what === 'beat').length),
    unanswered: count(({ doubtful }) => doubtful.length),
    unknown: count(({ unknown }) => unknown.length),
    goodbyes: count(({ goodbyes }) => goodbyes.length),
    lapses: new Set(
      told.flatMap(({ shown }) => shown.filter(({ health }) => health === 'critical').map(({ who, sinceMs }) => `${who} ${sinceMs}`)),
    ).size,
    events: told.length,
    resyncs: told.filter(({ what }) => what === 'resync').length,
    connections: watchers.reduce((sum, { connections }) => sum + connections, 0),
    sharedPlaces: sharedPlaces(streams),
    readings: readings.length,
    faults: faults.filter(({ what }) => what !== 'machine starved').length,
    starved: faults.filter(({ what }) => what === 'machine starved').length,
    beatingAtTheEnd: end.beating.length,
    idleRevisions: end.idleRevisions,
  };
}
