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
  /** Where its data lie; while it is away they can be put back to what they were. */
  readonly directory: string;
  readonly pid: number;
  signal(signal: NodeJS.Signals): void;
  /** `kill -9`; its data stay. */
  kill(): Promise<void>;
  /** After a kill, on the same data; settles when it has a leader, and so never while most of them are away. */
  startAgain(): Promise<void>;
  /** With its data. */
  end(): Promise<void>;
}

export interface EtcdFlags {
  /** With the flags that say how: their clients speak TLS. */
  readonly isEncrypted?: boolean;
  /** Besides those that every one of them has, without dashes. */
  readonly flags?: Readonly<Record<string, string>>;
}

/** Several of them are one cluster. Ports that are named are those of the clients' doors. */
export async function startEtcds(
  count: number,
  named: readonly number[] = [],
  { isEncrypted = false, flags = {} }: EtcdFlags = {},
): Promise<readonly EtcdProcess[]> {
  const ports = await freePorts(count * 3);
  const members = Array.from({ length: count }, (_, at) => ({
    name: `member-${at}`,
    client: `${isEncrypted ? 'https' : 'http'}://127.0.0.1:${named[at] ?? ports[at * 3]}`,
    peer: `http://127.0.0.1:${ports[at * 3 + 1]}`,
    // Where its health is told, also to who has no certificate.
    health: `http://127.0.0.1:${ports[at * 3 + 2]}`,
  }));
  const cluster = members.map(({ name, peer }) => `${name}=${peer}`).join(',');
  const started = await Promise.all(members.map((member) => startMember(member, cluster, flags)));
  await Promise.all(members.map(({ health }) => healthy(health)));
  return started;
}

interface Member {
  readonly name: string;
  readonly client: string;
  readonly peer: string;
  readonly health: string;
}

async function startMember(
  { name, client, peer, health }: Member,
  cluster: string,
  more: Readonly<Record<string, string>>,
): Promise<EtcdProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-etcd-'));
  const flags = {
    'name': name,
    'data-dir': directory,
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': cluster,
    'listen-metrics-urls': health,
    'heartbeat-interval': '50',
    'election-timeout': '500',
    'log-level': 'fatal',
    'logger': 'zap',
    ...more,
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
    endpoint: client.replace(/^https?:\/\//, ''),
    directory,
    get pid() {
      return child.pid ?? NaN;
    },
    signal: (signal) => child.kill(signal),
    kill,
    async startAgain() {
      child = spawn('etcd', args, { stdio: 'ignore' });
      await healthy(health);
    },
    async end() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function healthy(door: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < READY_MAX_MS; waitedMs += READY_POLL_MS) {
    const answer = await fetch(`${door}/health`).catch(() => null);
    if (answer?.ok === true && (await answer.text()).includes('true')) return;
    await sleep(READY_POLL_MS);
  }
  throw new Error(`etcd at ${door} did not become healthy within ${READY_MAX_MS} ms.`);
}
