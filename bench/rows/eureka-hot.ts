/**
 * Registrations, heartbeats and lists of Eureka's API, against a real Eureka server in the same run: the same clients, the same
 * instances, one server after the other on the same core. Ours also makes every registration durable.
 */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { TargetsQuestion } from '../processes/probe-targets.js';
import { startChild, type Child } from '../support/child.js';
import { untilIdle } from '../support/cpu-time.js';
import { eurekaJar, realServer, startEurekaServer, type JavaProgram } from '../support/eureka-server.js';
import {
  memberOf,
  pathOf,
  registrationOf,
  writeBeatScript,
  writeGetScript,
  writeRegisterScript,
  type Fleet,
} from '../support/eureka-work.js';
import { few, megabytes, perSecond, times } from '../support/figures.js';
import { residentBytes } from '../support/heap.js';
import { CLIENT_CORE, pin, pinningNote, SERVER_CORE } from '../support/pinned.js';
import { findProgram } from '../../test/support/find-program.js';
import { startRollcall, type Rollcall } from '../support/rollcall.js';
import { skippedRow, type Benchmark, type BenchmarkContext, type Row } from '../support/row.js';
import { ratioOf, spreadOf } from '../support/statistics.js';
import { runWrk, type WrkLoad, type WrkResult } from '../support/wrk.js';

const INSTANCES = 10_000;
const CONNECTIONS = 64;
/** Each list is megabytes: more at once only wait for each other. */
const LIST_CONNECTIONS = 8;
const REGISTERING_AT_ONCE = 64;

type What = 'plain' | 'gzip' | 'beat' | 'register';

/** In this order: the lists are of so many, and of nobody who registered later. */
const works: Readonly<Record<What, { readonly work: string; readonly target: number }>> = {
  plain: { work: `Eureka: /apps with ${INSTANCES.toLocaleString('en')} instances, JSON, ${LIST_CONNECTIONS} connections`, target: 3 },
  gzip: { work: `Eureka: the same, gzip, as Java clients ask`, target: 3 },
  beat: { work: `Eureka: heartbeats, one a request, ${CONNECTIONS} connections`, target: 2 },
  register: { work: `Eureka: registrations, one a request, ${CONNECTIONS} connections`, target: 2 },
};
const whats = Object.keys(works) as readonly What[];

interface Party {
  readonly pid: number;
  readonly port: number;
  readonly rounds: Readonly<Record<What, WrkResult[]>>;
}

export const eurekaHot: Benchmark = {
  name: 'eureka/hot',
  run: async (context) => {
    const program = findProgram('wrk');
    const found = program === undefined ? { missing: 'wrk not found' } : await eurekaJar();
    if (program === undefined || 'missing' in found)
      return whats.map((what) => skippedRow(works[what].work, `≥ ${works[what].target}×`, 'missing' in found ? found.missing : ''));
    const { cleanup, directory } = context;
    const targets: Child<TargetsQuestion, readonly number[]> = startChild(
      new URL('../processes/probe-targets.ts', import.meta.url),
      cleanup,
    );
    pin(targets.pid, CLIENT_CORE);
    const [port = NaN] = await targets.ask({ open: 1 });
    const fleet: Fleet = { kind: 'orders', count: INSTANCES, port };
    const rollcall = await startRollcall(await mkdtemp(join(directory, 'registry-')), cleanup);
    const java = await startEurekaServer(found.jar, cleanup);
    const parties = [partyOf(rollcall.pid, rollcall.port), partyOf(java.pid, Number(java.ready))] as const;
    for (const party of parties) {
      await populate(party.port, fleet);
      pin(party.pid, SERVER_CORE);
    }
    const loads = await loadsOf(program, fleet, context);
    for (const what of whats.slice(0, -1)) await measure(what, parties, loads[what], context);
    const memory = parties.map(({ pid }) => residentBytes(pid));
    await measure('register', parties, loads.register, context);
    await endAll(rollcall, java, targets);
    return [...whats.map((what) => rowOf(what, ...parties)), memoryRow(memory)];
  },
};

function partyOf(pid: number, port: number): Party {
  return { pid, port, rounds: { plain: [], gzip: [], beat: [], register: [] } };
}

async function endAll(rollcall: Rollcall, java: JavaProgram, targets: { end(): Promise<void> }): Promise<void> {
  await Promise.all([rollcall.end(), java.end(), targets.end()]);
}

/** Registered, and each once more: so that nobody is new who beats. */
async function populate(port: number, fleet: Fleet): Promise<void> {
  let next = 0;
  const headers = { 'content-type': 'application/json' };
  // A connection takes a hundred requests there, and then another one is wanted: the client's business.
  const send = async (path: string, init: RequestInit): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
  };
  const worker = async (): Promise<void> => {
    for (let at = next++; at < fleet.count; at = next++) {
      const instance = memberOf(fleet, at);
      await send(`/eureka/apps/${instance.app}`, { method: 'POST', headers, body: registrationOf(instance) });
      await send(pathOf(instance), { method: 'PUT' });
    }
  };
  await Promise.all(Array.from({ length: REGISTERING_AT_ONCE }, worker));
}

async function loadsOf(program: string, fleet: Fleet, { directory, quick }: BenchmarkContext): Promise<Readonly<Record<What, WrkLoad>>> {
  const load = { program, connections: CONNECTIONS, seconds: quick ? 1 : 2 };
  const list = { ...load, connections: LIST_CONNECTIONS, seconds: quick ? 2 : 4 };
  const json = { accept: 'application/json' };
  return {
    plain: { ...list, script: await writeGetScript(directory, 'plain', json) },
    gzip: { ...list, script: await writeGetScript(directory, 'gzip', { ...json, 'accept-encoding': 'gzip' }) },
    beat: { ...load, script: await writeBeatScript(directory, fleet) },
    register: { ...load, script: await writeRegisterScript(directory, { ...fleet, kind: 'later' }) },
  };
}

/** Both are warmed up: a Java program reaches its speed after some ten seconds of the same. */
async function measure(what: What, parties: readonly [Party, Party], load: WrkLoad, { quick }: BenchmarkContext): Promise<void> {
  const url = (port: number): string => `http://127.0.0.1:${port}/eureka/apps`;
  for (const { pid, port } of parties) await runWrk({ ...load, seconds: quick ? 5 : 12 }, url(port), pid);
  for (let round = 0; round < (quick ? 3 : 5); round++) {
    for (const party of round % 2 === 0 ? parties : parties.toReversed()) {
      await untilIdle(parties.map(({ pid }) => pid));
      party.rounds[what].push(await runWrk(load, url(party.port), party.pid));
    }
  }
}

function rowOf(what: What, ours: Party, real: Party): Row {
  const rates = ({ rounds }: Party): readonly number[] => rounds[what].map((result) => result.perSecond);
  const cost = ({ rounds }: Party): number => spreadOf(rounds[what].map((result) => result.usPerRequest)).median;
  const ratio = ratioOf(rates(ours), rates(real));
  const { work, target } = works[what];
  return {
    work,
    measured: perSecond(spreadOf(rates(ours))),
    beside: `Eureka server ${perSecond(spreadOf(rates(real)))}`,
    ratio: times(ratio),
    target: `≥ ${target}×`,
    met: ratio.median >= target,
    notes: [
      `the server's CPU per request: ours ${few(cost(ours))} µs, the Eureka server's ${few(cost(real))} µs (${few(cost(real) / cost(ours))}×)`,
      `beside it: ${realServer}`,
      pinningNote,
    ],
  };
}

function memoryRow([ours = NaN, real = NaN]: readonly number[]): Row {
  return {
    work: `Eureka: resident memory with ${INSTANCES.toLocaleString('en')} instances, after the lists and the heartbeats`,
    measured: megabytes(ours),
    beside: `Eureka server ${megabytes(real)}`,
    ratio: `${few(ours / real)}×`,
    target: '',
    met: null,
    notes: [
      'a Java program takes what its heap may have before it tidies up, and that is a quarter of the machine unless it is told otherwise',
    ],
  };
}
