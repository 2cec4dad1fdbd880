/** Programs that tests start and kill: fixtures of this folder, each in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildProgram {
  readonly pid: number;
  /** Every line that it has printed so far. */
  readonly lines: readonly string[];
  readonly errors: () => string;
  /** The first line that begins so, past or future; `undefined` if the program ends without it. */
  line(beginning: string): Promise<string | undefined>;
  kill(signal: NodeJS.Signals): void;
  /** Settles when it has ended and all that it printed was read. */
  ended: Promise<Ending>;
}

interface ChildOptions {
  /** What to start it with, such as `['strace', '-f']`. */
  readonly under?: readonly string[];
}

export function startProgram(name: string, args: readonly string[], { under = [] }: ChildOptions = {}): ChildProgram {
  const folder = dirname(fileURLToPath(import.meta.url));
  const node = [process.execPath, '--import', 'tsx', '--conditions=@rollcall/source', join(folder, `${name}.fixture.ts`)];
  const [command = '', ...rest] = [...under, ...node, ...args];
  const child = spawn(command, rest, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  return observed(child);
}

function observed(child: ChildProcess): ChildProgram {
  const lines: string[] = [];
  const errors: string[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((look) => look());
  let isOver = false;
  if (child.stdout === null || child.stderr === null) throw new Error('a child without pipes');
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    wake();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  const ended = once(child, 'close').then(([code, signal]: unknown[]): Ending => {
    isOver = true;
    wake();
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  return {
    pid: child.pid ?? 0,
    lines,
    errors: () => errors.join(''),
    line: (beginning) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = lines.find((line) => line.startsWith(beginning));
          if (found === undefined && !isOver) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
