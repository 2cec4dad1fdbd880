/**
 * Three nodes on one etcd, and a fleet that beats: what etcd has to write while nothing happens, what nodes and etcd cost, how soon
 * a registration is known at the other nodes, and how soon the silent are noticed after a node was killed.
 */
import { join } from 'node:path';
import type { ClusterAnswer, ClusterQuestion } from '../processes/cluster-load.js';
import { startChild, type Child } from '../support/child.js';
import { cpuTimeMs, untilIdle } from '../support/cpu-time.js';
import { startEtcd, type Etcd } from '../support/etcd.js';
import { etcdFigures } from '../support/etcd-figures.js';
import { few } from '../support/figures.js';
import { findProgram } from '../../test/support/find-program.js';
import { startRollcall, type Rollcall } from '../support/rollcall.js';
import { skippedRow, type Benchmark, type BenchmarkContext, type Row } from '../support/row.js';

const NODES = ['a', 'b', 'c'];
const BULK = 1_000;
const MORTALS = 600;
const MORTAL_TTL_MS = 3_000;
/** The lease of a node, and a full ttl after that; what is above one is our own slowness. */
const NODE_TTL_MS = 6_000;
const NOTICED_WITHIN_MS = 25_000;
/** Three nodes that each renew one lease write nothing; a node may say something of itself now and then. */
const WRITES_PER_SECOND_MAX = 1;

export const clusterBeating: Benchmark = {
  name: 'cluster/beating',
  run: async (context) => {
    const program = findProgram('etcd');
    if (program === undefined) return [skippedRow('a cluster of three nodes', '', 'etcd not found')];
    const parties = await assemble(program, context);
    const { nodes, etcd, clients } = parties;
    const instances = context.quick ? 10_000 : 100_000;
    const ports = nodes.map(({ port }) => port);
    const registered = await clients.ask({ work: 'register', ports, instances });
    await untilIdle([etcd.pid, ...nodes.map(({ pid }) => pid)]);
    const forMs = context.quick ? 5_000 : 10_000;
    const bulk = await beating(parties, { work: 'beat', ports, instances, perCall: BULK, forMs });
    const single = await beating(parties, { work: 'beat', ports, instances, perCall: 1, forMs });
    const told = await clients.ask({ work: 'tell', ports, registrations: context.quick ? 50 : 150 });
    await clients.ask({ work: 'gather', ports, mortals: MORTALS, ttlMs: MORTAL_TTL_MS, forMs: MORTAL_TTL_MS });
    await nodes[2]?.kill();
    const noticed = await clients.ask({ work: 'notice', ports, withinMs: NOTICED_WITHIN_MS });
    // The etcd last: a node that stops has something to say to it.
    await Promise.all([clients, ...nodes.slice(0, 2)].map((one) => one.end()));
    await etcd.end();
    return rowsOf({ instances, registered, bulk, single, told, noticed });
  },
};

interface Parties {
  readonly etcd: Etcd;
  readonly nodes: readonly Rollcall[];
  readonly clients: Child<ClusterQuestion, ClusterAnswer>;
}

async function assemble(program: string, context: BenchmarkContext): Promise<Parties> {
  const etcd = await startEtcd(program, context);
  const nodes: Rollcall[] = [];
  for (const name of NODES) {
    const args = ['--store', `etcd://127.0.0.1:${etcd.port}`, '--node', name, '--peer', '0'];
    nodes.push(await startRollcall(join(context.directory, name), context.cleanup, args));
  }
  return { etcd, nodes, clients: startChild(new URL('../processes/cluster-load.ts', import.meta.url), context.cleanup) };
}

interface Beating extends ClusterAnswer {
  readonly writesPerSecond: number;
  readonly proposalsPerSecond: number;
  /** Of one core. */
  readonly etcdShare: number;
  readonly nodeShares: readonly number[];
}

async function beating({ etcd, nodes, clients }: Parties, question: ClusterQuestion): Promise<Beating> {
  const pids = [etcd.pid, ...nodes.map(({ pid }) => pid)];
  const [before, cpuBefore] = [await etcdFigures(etcd.port), pids.map(cpuTimeMs)];
  const answer = await clients.ask(question);
  const [after, cpuAfter] = [await etcdFigures(etcd.port), pids.map(cpuTimeMs)];
  const [etcdShare = NaN, ...nodeShares] = cpuAfter.map((ms, at) => (ms - (cpuBefore[at] ?? NaN)) / answer.ms);
  const seconds = answer.ms / 1_000;
  return {
    ...answer,
    writesPerSecond: (after.revision - before.revision) / seconds,
    proposalsPerSecond: (after.proposals - before.proposals) / seconds,
    etcdShare,
    nodeShares,
  };
}

interface Found {
  readonly instances: number;
  readonly registered: ClusterAnswer;
  readonly bulk: Beating;
  readonly single: Beating;
  readonly told: ClusterAnswer;
  readonly noticed: ClusterAnswer;
}

function rowsOf({ instances, registered, bulk, single, told, noticed }: Found): readonly Row[] {
  const whom = instances.toLocaleString('en');
  const promisedMs = NODE_TTL_MS + MORTAL_TTL_MS;
  return [
    beatingRow(`etcd's writes while ${whom} instances beat every 10 s through three nodes, ${BULK} a call`, bulk, [
      `they were registered within ${few(registered.ms / 1_000)} s, ${few(registered.sent / registered.ms)}k/s`,
    ]),
    beatingRow(`the same, one a request`, single, []),
    {
      work: `a registration at one node, until the watchers of the other two have it`,
      measured: `median ${few(told.p50Ms)} ms, 99th percentile ${few(told.p99Ms)} ms`,
      beside: '',
      ratio: '',
      target: 'all told',
      met: told.failed === 0,
    },
    {
      work: `${MORTALS} instances with a ttl of 3 s and one of three nodes die at once, until the last is noticed`,
      measured: `${few(noticed.ms / 1_000)} s`,
      beside: `a lease and a ttl ${few(promisedMs / 1_000)} s`,
      ratio: `${few(noticed.ms / promisedMs)}×`,
      target: '≤ 1.3×',
      met: noticed.failed === 0 && noticed.ms <= 1.3 * promisedMs,
      notes: noticed.failed === 0 ? [] : [`${noticed.failed} of them were not noticed within ${few(noticed.ms / 1_000)} s`],
    },
  ];
}

function beatingRow(
  work: string,
  { sent, failed, ms, writesPerSecond, proposalsPerSecond, etcdShare, nodeShares }: Beating,
  notes: readonly string[],
): Row {
  const percent = (share: number): string => `${few(100 * share)} %`;
  return {
    work,
    measured: `${few(writesPerSecond)}/s`,
    beside: `heartbeats ${few(sent / ms)}k/s`,
    ratio: '',
    target: `≤ ${WRITES_PER_SECOND_MAX}/s`,
    met: writesPerSecond <= WRITES_PER_SECOND_MAX && failed === 0,
    notes: [
      ...notes,
      `CPU, of one core: the nodes ${nodeShares.map(percent).join(', ')}, etcd ${percent(etcdShare)}; etcd's members agreed ${few(proposalsPerSecond)} times a second` +
        (failed === 0 ? '' : `; ${failed} heartbeats failed`),
    ],
  };
}
