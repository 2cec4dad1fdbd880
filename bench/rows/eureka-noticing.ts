/**
 * From `kill -9` of a service's process until an unmodified Java client (Spring's `DiscoveryClient`) no longer has it, at the same
 * settings of services and clients: by the end of the lease alone, by looking at its port, and with a real Eureka server.
 * Everybody who is killed was registered at all of them, so all of them lose the same process at the same moment.
 */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EurekaServicesQuestion } from '../processes/eureka-services.js';
import { startChild, type Child } from '../support/child.js';
import { eurekaJar, realServer, startEurekaClient, startEurekaServer, type JavaProgram } from '../support/eureka-server.js';
import { few } from '../support/figures.js';
import { startRollcall } from '../support/rollcall.js';
import { skippedRow, type Benchmark, type BenchmarkContext, type Row } from '../support/row.js';
import { spreadOf } from '../support/statistics.js';

const APP = 'MORTAL';
const VICTIMS = 8;
/** Of the same application, and they stay. */
const SURVIVORS = 12;
/** Fewer, and a real server would take one death for an outage of its own: its self-preservation would keep all of them. */
const OTHERS = 100;
const ASK_EVERY_MS = 100;

/** Of a Eureka server, each behind `eureka.server.` */
type Settings = Readonly<Record<string, string>>;

/** What one waits for, in seconds; a third is as everybody has it, and all of a real server's own intervals go with it. */
interface Terms {
  readonly renewalSeconds: number;
  readonly leaseSeconds: number;
  readonly fetchSeconds: number;
  readonly server: Settings;
  /** Killed one after the other within this time: an interval of a real server's, so that each meets another moment of it. */
  readonly killedWithinMs: number;
  readonly noticedWithinMs: number;
}

const usual: Terms = {
  renewalSeconds: 30,
  leaseSeconds: 90,
  fetchSeconds: 30,
  server: {},
  killedWithinMs: 45_000,
  noticedWithinMs: 310_000,
};

/** A sixth of everything, but for our look at the port, which stays as it is. */
const quicker: Terms = {
  renewalSeconds: 5,
  leaseSeconds: 15,
  fetchSeconds: 5,
  server: {
    'eviction-interval-timer-in-ms': '10000',
    'response-cache-update-interval-ms': '5000',
    'expected-client-renewal-interval-seconds': '5',
  },
  killedWithinMs: 8_000,
  noticedWithinMs: 55_000,
};

/** What those set who read about it. */
const tuned: Settings = { 'eviction-interval-timer-in-ms': '1000', 'use-read-only-response-cache': 'false' };

const whos = ['lease', 'probe', 'real', 'tuned'] as const;
type Who = (typeof whos)[number];
type Deaths = Readonly<Record<Who, readonly number[]>>;

const work = (how: string): string => `Eureka: a service is killed, until a Java client no longer has it, ${how}`;
const rows = {
  lease: { work: work('by its lease alone'), target: 1 / 2, said: '≤ 1/2' },
  probe: { work: work('by its port too, as it comes'), target: 1 / 5, said: '≤ 1/5' },
} as const;

export const eurekaNoticing: Benchmark = {
  name: 'eureka/noticing',
  run: async (context) => {
    const found = await eurekaJar();
    if ('missing' in found) return Object.values(rows).map((row) => skippedRow(row.work, row.said, found.missing));
    const terms = context.quick ? quicker : usual;
    const deaths = await deathsOf(found.jar, terms, context);
    return [rowOf('lease', deaths, terms, context.quick), rowOf('probe', deaths, terms, context.quick)];
  },
};

async function deathsOf(jar: string, terms: Terms, context: BenchmarkContext): Promise<Deaths> {
  const { cleanup, directory } = context;
  const registry = async (more: readonly string[]): Promise<{ readonly port: number; end(): Promise<void> }> =>
    startRollcall(await mkdtemp(join(directory, 'registry-')), cleanup, more);
  const server = async (more: Settings): Promise<{ readonly port: number; end(): Promise<void> }> => {
    const settings = Object.entries({ ...terms.server, ...more });
    const java = await startEurekaServer(
      jar,
      cleanup,
      settings.map(([name, value]) => `--eureka.server.${name}=${value}`),
    );
    return { port: Number(java.ready), end: () => java.end() };
  };
  const servers = [await registry(['--no-eureka-probe']), await registry([]), await server({}), await server(tuned)];
  const ports = servers.map(({ port }) => port);
  const stay = { servers: ports, kind: 'stays', from: 0, ...terms };
  const [others, survivors] = [startServices(context), startServices(context)];
  await others.ask({ ...stay, count: OTHERS, app: 'OTHERS' });
  await survivors.ask({ ...stay, from: OTHERS, count: SURVIVORS, app: APP });
  const victims = Array.from({ length: VICTIMS }, () => startServices(context));
  const killable = await Promise.all(
    victims.map((child, at) => child.ask({ servers: ports, kind: 'leaves', from: at, count: 1, app: APP, ...terms })),
  );
  const fetching = [`--eureka.client.registry-fetch-interval-seconds=${terms.fetchSeconds}`];
  const watches: Watch[] = [];
  for (const port of ports) watches.push(new Watch(await startEurekaClient(jar, `http://127.0.0.1:${port}/eureka/`, cleanup, fetching)));
  await Promise.all(watches.map((watch) => watch.until((seen) => killable.every((port) => seen.has(port)))));
  // Each has beaten, was looked at, and is known for longer than a real server's minute of counting.
  await sleep(terms.renewalSeconds * 2_000);
  const killedMs = new Map<number, number>();
  for (const [at, victim] of victims.entries()) {
    killedMs.set(killable[at] ?? NaN, performance.now());
    await victim.end();
    await sleep(terms.killedWithinMs / VICTIMS);
  }
  const all = await Promise.all(watches.map((watch) => watch.deaths(killedMs, terms.noticedWithinMs)));
  await Promise.all([others, survivors, ...servers, ...watches].map((one) => one.end()));
  return Object.fromEntries(whos.map((who, at) => [who, all[at] ?? []])) as unknown as Deaths;
}

function startServices({ cleanup }: BenchmarkContext): Child<EurekaServicesQuestion, number> {
  return startChild(new URL('../processes/eureka-services.ts', import.meta.url), cleanup);
}

/** One Java client, asked again and again who is there; its instances are told apart by their ports. */
class Watch {
  readonly #client: JavaProgram;
  readonly #timer: NodeJS.Timeout;
  readonly #goneMs = new Map<number, number>();
  #seen: ReadonlySet<number> = new Set();

  constructor(client: JavaProgram) {
    this.#client = client;
    client.heard((line) => this.#hear(line));
    this.#timer = setInterval(() => client.says(APP.toLowerCase()), ASK_EVERY_MS);
  }

  async until(isSo: (seen: ReadonlySet<number>) => boolean): Promise<void> {
    while (!isSo(this.#seen)) await sleep(ASK_EVERY_MS);
  }

  /** Milliseconds each, of those that it no longer has. */
  async deaths(killedMs: ReadonlyMap<number, number>, withinMs: number): Promise<readonly number[]> {
    const beganMs = performance.now();
    while ([...killedMs.keys()].some((port) => this.#seen.has(port)) && performance.now() - beganMs < withinMs) await sleep(ASK_EVERY_MS);
    return [...killedMs].flatMap(([port, atMs]) => (this.#seen.has(port) ? [] : [(this.#goneMs.get(port) ?? NaN) - atMs]));
  }

  end(): Promise<void> {
    clearInterval(this.#timer);
    return this.#client.end();
  }

  #hear(line: string): void {
    if (!line.startsWith('who ')) return;
    const now = new Set([...line.matchAll(/:(\d+)[+{]/g)].map(([, port]) => Number(port)));
    for (const port of this.#seen) if (!now.has(port)) this.#goneMs.set(port, performance.now());
    this.#seen = now;
  }
}

function rowOf(who: keyof typeof rows, deaths: Deaths, terms: Terms, quick: boolean): Row {
  const ratio = spreadOf(deaths[who]).median / spreadOf(deaths.real).median;
  const unnoticed = VICTIMS - deaths[who].length;
  // Quicker, the port is looked at as seldom as ever: that says nothing.
  const isJudged = !(quick && who === 'probe');
  return {
    work: rows[who].work,
    measured: seconds(deaths[who]),
    beside: `Eureka server ${seconds(deaths.real)}`,
    ratio: `${few(ratio)}×`,
    target: isJudged ? rows[who].said : '',
    met: isJudged ? ratio <= rows[who].target && unnoticed === 0 : null,
    notes: [
      `services beat every ${terms.renewalSeconds} s and have a lease of ${terms.leaseSeconds} s, the client asks every ${terms.fetchSeconds} s; ${VICTIMS} processes, killed one after the other within ${terms.killedWithinMs / 1000} s`,
      `a Eureka server that looks for ended leases every second and keeps no answers: ${seconds(deaths.tuned)}`,
      ...whos.flatMap((one) => (deaths[one].length < VICTIMS ? [`${one}: ${VICTIMS - deaths[one].length} were never noticed`] : [])),
      `beside it: ${realServer}${quick ? ', all its intervals a sixth of what they are' : ''}`,
    ],
  };
}

function seconds(deaths: readonly number[]): string {
  const { median, low, high } = spreadOf(deaths.map((ms) => ms / 1000));
  return `${few(median)} s (${few(low)}–${few(high)})`;
}
