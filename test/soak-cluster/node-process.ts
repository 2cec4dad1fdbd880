/** A node of the cluster in a process of its own, which can be killed, suspended, stopped politely, and started anew as the same node. */
import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { readyDoor } from '../support/ready-door.js';
import { repositoryRoot } from '../support/repository.js';

/** What it said is kept for whoever has to find out what happened. */
const SAID_CHARS_MAX = 4_000_000;
const LAST_WORDS_CHARS = 1_000;
const AGAIN_MS = 1_000;

export class NodeProcess {
  readonly name: string;
  readonly #args: readonly string[];
  #child: ChildProcess | null = null;
  #ready: Promise<unknown> = Promise.resolve();
  #isWanted = false;
  said = '';
  /** Ends that nobody had asked for. */
  readonly crashes: string[] = [];

  constructor(name: string, args: readonly string[]) {
    this.name = name;
    this.#args = args;
  }

  get pid(): number {
    return this.#child?.pid ?? NaN;
  }

  /** Settles at once; `ready` says when it answers. */
  start(): void {
    this.#isWanted = true;
    this.#ready = this.#startUntilReady();
  }

  /** As a service manager does it: one that gives up because no etcd answers is started again. */
  async #startUntilReady(): Promise<void> {
    while (this.#isWanted) {
      const child = this.#spawn();
      this.#child = child;
      const isReady = await readyDoor(child.stdout).then(
        () => true,
        () => false,
      );
      if (isReady) return;
      await sleep(AGAIN_MS);
    }
  }

  #spawn(): ChildProcessByStdio<null, Readable, Readable> {
    const child = spawn(process.execPath, ['packages/server/bin/rollcall.js', 'serve', ...this.#args], {
      cwd: repositoryRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let last = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      last = (last + text).slice(-LAST_WORDS_CHARS);
      this.said = (this.said + text).slice(-SAID_CHARS_MAX);
    });
    child.once('close', (code, signal) => {
      const gaveUp = code === 1 && last.includes('No etcd at');
      if (this.#isWanted && this.#child === child && !gaveUp) this.crashes.push(`${this.name} ended with ${signal ?? code}: ${last}`);
    });
    return child;
  }

  /** Settles when it answers, or is not wanted any more. */
  ready(): Promise<unknown> {
    return this.#ready;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Whether it went politely within this time; else it was killed. */
  async stop(withinMs: number): Promise<boolean> {
    const late = setTimeout(() => this.signal('SIGKILL'), withinMs);
    await this.#end('SIGTERM');
    clearTimeout(late);
    return this.#child?.signalCode !== 'SIGKILL';
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#isWanted = false;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }
}
