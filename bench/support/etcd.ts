/** One etcd member in a process of its own, as it comes: durable before it acknowledges, on the disk that our store is measured on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchmarkContext } from './row.js';

const READY_MAX_MS = 10_000;
const READY_POLL_MS = 50;
const LAST_WORDS_MAX = 1_000;

export interface Etcd {
  readonly pid: number;
  readonly port: number;
  end(): Promise<void>;
}

export async function startEtcd(program: string, { directory, cleanup }: BenchmarkContext): Promise<Etcd> {
  const [port, peerPort] = [await freePort(), await freePort()];
  const [client, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  const flags = {
    'name': 'bench',
    'data-dir': join(directory, 'etcd'),
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `bench=${peer}`,
    'log-level': 'error',
    'logger': 'zap',
  };
  const child = spawn(
    program,
    Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const kill = cleanup.add(() => child.kill('SIGKILL'));
  const gone = once(child, 'exit');
  const said = lastWords(child.stderr);
  await ready(`${client}/health`, said);
  return {
    pid: child.pid ?? NaN,
    port,
    end: async () => {
      kill();
      await gone;
    },
  };
}

async function ready(url: string, said: () => string): Promise<void> {
  for (let waitedMs = 0; waitedMs < READY_MAX_MS; waitedMs += READY_POLL_MS) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok === true) return;
    await sleep(READY_POLL_MS);
  }
  throw new Error(`etcd did not become healthy within ${READY_MAX_MS} ms: ${said()}`);
}

/** It complains of every connection that is closed on it, so what it says is kept and not shown. */
function lastWords(stream: Readable): () => string {
  let last = '';
  stream.setEncoding('utf8').on('data', (text: string) => (last = (last + text).slice(-LAST_WORDS_MAX)));
  return () => last;
}

/** Free a moment ago; on a loopback interface that nobody fights over, that is enough. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
