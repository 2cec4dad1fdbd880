/**
 * A registry to be treated badly: the built program in a process of its own, which can be killed, suspended and started
 * anew on the same port and the same directory.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readyDoor } from '../support/ready-door.js';
import { repositoryRoot } from '../support/repository.js';

export interface ProcessOptions {
  /** Besides the port and the directory. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export class RegistryProcess {
  readonly #options: ProcessOptions;
  /** Where it keeps what it keeps. */
  readonly directory: string;
  #child: ChildProcess | null = null;
  #http = '127.0.0.1:0';
  #complaints = '';

  private constructor(options: ProcessOptions, directory: string) {
    this.#options = options;
    this.directory = directory;
  }

  /** Settles when it is ready. */
  static async start(options: ProcessOptions = {}): Promise<RegistryProcess> {
    const registry = new RegistryProcess(options, await mkdtemp(join(tmpdir(), 'rollcall-')));
    await registry.start();
    return registry;
  }

  /** The same from start to start. */
  get url(): string {
    return `http://${this.#http}`;
  }

  get port(): number {
    return Number(this.#http.split(':').at(-1));
  }

  get pid(): number {
    return this.#child?.pid ?? NaN;
  }

  get isAlive(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it said on its standard error so far. */
  get complaints(): string {
    return this.#complaints;
  }

  async start(): Promise<void> {
    const { args = [], env = {} } = this.#options;
    const own = ['--http', String(this.port), '--data', this.directory];
    const child = spawn(process.execPath, ['packages/server/bin/rollcall.js', 'serve', ...own, ...args], {
      cwd: repositoryRoot,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#complaints += text));
    this.#http = await readyDoor(child.stdout).catch((error: unknown) => {
      throw new Error(`It is not ready:\n${this.#complaints}`, { cause: error });
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Without any warning; settles when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null || !this.isAlive) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** For the end of a test: also of one that failed while it was suspended. */
  async close(): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }
}
