/** A real etcd in a process of its own, quick to elect itself, on a directory that goes with it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from './free-ports.js';

const READY_MAX_MS = 20_000;
const READY_POLL_MS = 30;

export interface EtcdProcess {
  /** `host:port` of its clients' door. */
  readonly endpoint: string;
  readonly pid: number;
  signal(signal: NodeJS.Signals): void;
  /** `kill -9`; its data stay. */
  kill(): Promise<void>;
  /** After a kill, on the same data; settles when it has a leader, and so never while most of them are away. */
  startAgain(): Promise<void>;
  /** With its data. */
  end(): Promise<void>;
}

/** Several of them are one cluster. Ports that are named are those of the clients' doors. */
export async function startEtcds(count: number, named: readonly number[] = []): Promise<readonly EtcdProcess[]> {
  const ports = await freePorts(count * 2);
  const members = Array.from({ length: count }, (_, at) => ({
    name: `member-${at}`,
    client: `http://127.0.0.1:${named[at] ?? ports[at * 2]}`,
    peer: `http://127.0.0.1:${ports[at * 2 + 1]}`,
  }));
  const cluster = members.map(({ name, peer }) => `${name}=${peer}`).join(',');
  const started = await Promise.all(members.map((member) => startMember(member, cluster)));
  await Promise.all(members.map(({ client }) => healthy(client)));
  return started;
}

async function startMember({ name, client, peer }: { name: string; client: string; peer: string }, cluster: string): Promise<EtcdProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-etcd-'));
  const flags = {
    'name': name,
    'data-dir': directory,
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': cluster,
    'heartbeat-interval': '50',
    'election-timeout': '500',
    'log-level': 'fatal',
    'logger': 'zap',
  };
  const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
  let child = spawn('etcd', args, { stdio: 'ignore' });
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  return {
    endpoint: client.replace('http://', ''),
    get pid() {
      return child.pid ?? NaN;
    },
    signal: (signal) => child.kill(signal),
    kill,
    async startAgain() {
      child = spawn('etcd', args, { stdio: 'ignore' });
      await healthy(client);
    },
    async end() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function healthy(client: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < READY_MAX_MS; waitedMs += READY_POLL_MS) {
    const answer = await fetch(`${client}/health`).catch(() => null);
    if (answer?.ok === true && (await answer.text()).includes('true')) return;
    await sleep(READY_POLL_MS);
  }
  throw new Error(`etcd at ${client} did not become healthy within ${READY_MAX_MS} ms.`);
}
