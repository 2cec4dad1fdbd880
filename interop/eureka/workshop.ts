/** A program of others with which a test talks. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** A program with which one talks in lines. */
export interface Talk {
  /** Settles with the next line that begins so, behind the word. */
  hears(begin: string): Promise<string>;
  says(line: string): void;
  /** Its input ends; settles when it has. */
  ends(): Promise<number | null>;
  /** Without any warning; settles when it is gone. */
  kill(): Promise<void>;
}

export function talk(program: string, words: readonly string[]): Talk {
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  });
  const lines: string[] = [];
  let rest = '';
  let isOver = false;
  let moved = (): void => undefined;
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    const parts = (rest + part).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    moved();
  });
  child.stdout.once('close', () => {
    isOver = true;
    moved();
  });
  return {
    async hears(begin) {
      for (;;) {
        const line = lines.shift();
        if (line?.startsWith(begin) === true) return line.slice(begin.length).trim();
        if (line !== undefined) continue;
        if (isOver) throw new Error(`it ended without saying ${begin}`);
        await new Promise<void>((resolve) => (moved = resolve));
      }
    },
    says: (line) => void child.stdin.write(`${line}\n`),
    ends: () => {
      child.stdin.end();
      return ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
