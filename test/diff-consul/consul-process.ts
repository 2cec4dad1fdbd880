/** A real Consul in a process of its own: one server, on free ports of loopback, with Connect switched off. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../support/free-ports.js';

export interface ConsulProcess {
  /** `host:port` */
  readonly http: string;
  readonly dns: string;
  readonly pid: number;
  end(): Promise<void>;
}

/** What it is called, and our node beside it. */
export const NODE = 'node-a';

const READY_WITHIN_MS = 30_000;
const READY_POLL_MS = 100;

/** As it runs in production, but for what a face does not have, and an election that is over soon. */
const USUAL = {
  connect: { enabled: false },
  enable_script_checks: true,
  disable_update_check: true,
  leave_on_terminate: false,
  performance: { raft_multiplier: 1 },
};

/** `program`: as on the PATH, or where it lies. */
export async function startConsul(program: string, settings: object = {}): Promise<ConsulProcess> {
  const [http, dns, server, serf, wan] = (await freePorts(5)) as [number, number, number, number, number];
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-consul-'));
  const file = join(directory, 'settings.json');
  const ports = { http, dns, server, serf_lan: serf, serf_wan: wan, grpc: -1, grpc_tls: -1, https: -1 };
  const own = { ports, server: true, bootstrap_expect: 1, data_dir: directory, node_name: NODE, bind_addr: '127.0.0.1', log_level: 'err' };
  await writeFile(file, JSON.stringify({ ...own, ...USUAL, ...settings }));
  const words = ['agent', '-config-file', file];
  const child = spawn(program, words, { stdio: 'ignore' });
  await ready(`http://127.0.0.1:${http}`, child);
  return {
    http: `127.0.0.1:${http}`,
    dns: `127.0.0.1:${dns}`,
    pid: child.pid ?? NaN,
    async end() {
      const gone = once(child, 'exit');
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await gone;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** It has a leader, and its own node is in the catalog with the check that says that it lives. */
async function ready(url: string, child: ChildProcess): Promise<void> {
  for (let waitedMs = 0; waitedMs < READY_WITHIN_MS; waitedMs += READY_POLL_MS) {
    if (child.exitCode !== null) throw new Error(`Consul ended with ${child.exitCode}.`);
    const answer = await fetch(`${url}/v1/health/service/consul`).catch(() => null);
    const text = answer?.ok === true ? await answer.text() : '';
    // The first by its leader, the second by its agent, a moment later.
    if (text.includes('serfHealth') && text.includes('consul-network-segment')) return;
    await sleep(READY_POLL_MS);
  }
  child.kill('SIGKILL');
  throw new Error(`Consul at ${url} did not become ready within ${READY_WITHIN_MS} ms.`);
}
