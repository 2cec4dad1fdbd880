/** The program from its sources, in a process of its own. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { readyDoor } from './ready-door.js';
import { repositoryRoot } from './repository.js';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export interface Running {
  readonly child: Child;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string; readonly complaints: string }>;
  /** Where a registry listens, once it is ready. */
  url(): Promise<string>;
  /** The next line on its standard error with these words, behind the one that was found before; waits for it. */
  complained(words: string): Promise<string>;
}

const home = join(repositoryRoot, 'packages/server');
const main = `import { main } from ${JSON.stringify(pathToFileURL(join(home, 'src/main.ts')).href)}; await main(process.argv.slice(1), process.env);`;
const children: Child[] = [];

/** For `afterEach`. Settles when they are gone, because only then their directories can go. */
export async function killPrograms(): Promise<void> {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}

export function rollcall(...args: readonly string[]): Running {
  return rollcallReading('', ...args);
}

/** The same, with something that comes in by a pipe. */
export function rollcallReading(input: string, ...args: readonly string[]): Running {
  const command = ['--conditions=@rollcall/source', '--import', 'tsx', '--input-type=module', '--eval', main, '--', ...args];
  const child = spawn(process.execPath, command, { cwd: home, stdio: ['pipe', 'pipe', 'pipe'] });
  children.push(child);
  // It may have ended without reading.
  child.stdin.on('error', () => undefined).end(input);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (output += part));
  const complaints = new Complaints(child.stderr);
  return {
    child,
    ended: once(child, 'close').then(([code]) => ({ code: code as number | null, output, complaints: complaints.text })),
    url: async () => `http://${await readyDoor(child.stdout)}`,
    complained: (words) => complaints.next(words),
  };
}

class Complaints {
  text = '';
  #readTo = 0;
  #isOver = false;
  #moved = (): void => undefined;

  constructor(stderr: Readable) {
    stderr.setEncoding('utf8').on('data', (part: string) => {
      this.text += part;
      this.#moved();
    });
    stderr.once('close', () => {
      this.#isOver = true;
      this.#moved();
    });
  }

  async next(words: string): Promise<string> {
    for (;;) {
      const end = this.text.indexOf('\n', this.#readTo);
      if (end === -1) {
        if (this.#isOver) throw new Error(`It ended without saying ${JSON.stringify(words)}:\n${this.text}`);
        await new Promise<void>((resolve) => (this.#moved = resolve));
        continue;
      }
      const line = this.text.slice(this.#readTo, end);
      this.#readTo = end + 1;
      if (line.includes(words)) return line;
    }
  }
}
