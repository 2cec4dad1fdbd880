/** A registry, a run and a program, each a process of its own, as a person has them on a desk. */
import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { readyDoor } from '../../../../test/support/ready-door.js';
import { repositoryRoot } from '../../../../test/support/repository.js';

/** Serves `/`, `/health` and `/become/STATUS`, which is what `/health` answers from then on. On SIGTERM it tells who is still listed. */
const program = `
const http = require('node:http');
const { PORT, ROLLCALL_SERVICE, ROLLCALL_INSTANCE_ID, ROLLCALL_URL } = process.env;
let status = 200;
const server = http.createServer(({ url }, response) => {
  if (url.startsWith('/become/')) status = Number(url.slice('/become/'.length));
  response.statusCode = url === '/health' ? status : 200;
  response.end('served');
});
process.on('SIGUSR2', () => console.log('got SIGUSR2'));
process.on('SIGTERM', async () => {
  const answer = await fetch(ROLLCALL_URL + '/services/' + ROLLCALL_SERVICE + '/instances?health=any');
  console.log('listed at SIGTERM: ' + (await answer.json()).instances.length);
  process.exit(5);
});
console.log('pid=' + process.pid + ' port=' + PORT + ' instance=' + ROLLCALL_INSTANCE_ID);
if (PORT !== undefined && process.argv[1] !== 'mute') server.listen(Number(PORT), '127.0.0.1');
else setInterval(() => undefined, 1000);
`;

/** The program as words of a command line. */
export const httpProgram: readonly string[] = ['--', process.execPath, '--eval', program];
export const muteProgram: readonly string[] = [...httpProgram, 'mute'];
/** As `npm start` does it: a shell that ends on SIGTERM and tells nobody. */
export const wrappedProgram: readonly string[] = ['--', 'sh', '-c', '"$@"; exit', 'sh', ...httpProgram.slice(1)];

type Child = ChildProcessByStdio<null, Readable, Readable>;

export interface Run {
  readonly child: Child;
  /** What it and the program said so far. */
  said(): string;
  readonly ended: Promise<number | null>;
}

export interface Listed {
  readonly id: string;
  readonly port: number;
  readonly health: string;
  readonly healthOutput?: string;
}

/** For a machine with much else to do. */
const PATIENCE_MS = 20_000;
const PAUSE_MS = 20;

export async function until<Value>(what: string, find: () => Value | Promise<Value>): Promise<NonNullable<Value>> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== null && found !== false) return found;
    if (performance.now() > end) throw new Error(`Still waiting for ${what}.`);
    await sleep(PAUSE_MS);
  }
}

/** Everything that a test starts, and what is left of it ends with it. */
export class Desk {
  readonly #children: Child[] = [];
  readonly #runs: Run[] = [];
  readonly #folders: string[] = [];
  #registry: Child | undefined;
  #http = '';

  get url(): string {
    return `http://${this.#http}`;
  }

  /** On the same port and data as before, if there was one. `empty`: on the same port, knowing nobody. */
  async startRegistry(empty = false): Promise<void> {
    if (empty || this.#folders.length === 0) this.#folders.push(await mkdtemp(join(tmpdir(), 'rollcall-run-')));
    const data = this.#folders.at(-1) as string;
    this.#registry = this.#start(['serve', '--http', this.#http.split(':')[1] ?? '0', '--data', data]);
    this.#http = await readyDoor(this.#registry.stdout);
  }

  async killRegistry(): Promise<void> {
    if (this.#registry === undefined) return;
    if (hasEnded(this.#registry)) return;
    this.#registry.kill('SIGKILL');
    await once(this.#registry, 'exit');
  }

  run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Run {
    const child = this.#start(['run', ...args], { ROLLCALL_URL: this.url, ...environment });
    let text = '';
    const hear = (part: string): void => void (text += part);
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    // Not `close`: a program that outlives its run keeps the pipe.
    const run = { child, said: () => text, ended: once(child, 'exit').then(([code]) => code as number | null) };
    this.#runs.push(run);
    return run;
  }

  /** A free port that nobody has been promised; for a registry that is not there yet. */
  reserve(http: string): void {
    this.#http = http;
  }

  async listed(service = 'web'): Promise<readonly Listed[]> {
    const answer = await fetch(`${this.url}/services/${service}/instances?health=any`);
    return ((await answer.json()) as { readonly instances: readonly Listed[] }).instances;
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    // Its directory can go only when it writes no more.
    if (this.#registry !== undefined && !hasEnded(this.#registry)) await once(this.#registry, 'exit');
    // Programs outlive the killed run that started them.
    for (const run of this.#runs) killIfAlive(Number(/pid=(\d+)/.exec(run.said())?.[1]));
    await Promise.all(this.#folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }

  #start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Child {
    const child = spawn(process.execPath, ['packages/server/bin/rollcall.js', ...args], {
      cwd: repositoryRoot,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    return child;
  }
}

function hasEnded({ exitCode, signalCode }: Child): boolean {
  return exitCode !== null || signalCode !== null;
}

function killIfAlive(pid: number): void {
  try {
    if (pid > 0) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended, as most have.
  }
}

/** The program as it is built; no-op after `npm test`. */
export function ensureBuilt(): void {
  const ensured = spawnSync(process.execPath, ['scripts/ensure.mjs'], { cwd: repositoryRoot, encoding: 'utf8' });
  if (ensured.status !== 0) throw new Error(ensured.stderr);
}

/** What the program said of itself. */
export async function programOf(run: Run): Promise<{ readonly pid: number; readonly port: number; readonly instance: string }> {
  const [, pid, port, instance] = await until('the program to start', () => /pid=(\d+) port=(\w+) instance=(\S+)/.exec(run.said()));
  return { pid: Number(pid), port: Number(port), instance: instance ?? '' };
}
