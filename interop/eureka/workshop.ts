/** Clients of others, fetched from where they are published, once: what was fetched lies in the cache of `node_modules`. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const cache = fileURLToPath(new URL('../../node_modules/.cache/rollcall-interop-eureka/', import.meta.url));

/** Maven fetches some hundred files. */
const FETCHED_WITHIN_MS = 300_000;

/** In a folder of its own, with these files of ours in it; made anew when the words are other ones, or one of the files is. */
export async function fetched(name: string, command: readonly [string, ...string[]], files: readonly string[] = []): Promise<string> {
  const folder = `${cache}${name}/`;
  const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
  const texts = await Promise.all(files.filter((file) => /\.\w+$/.test(file)).map((file) => readFile(here(file), 'utf8')));
  const order = JSON.stringify([command, texts]);
  if ((await readFile(`${folder}order.json`, 'utf8').catch(() => '')) === order) return folder;
  const made = `${cache}${name}.${process.pid}/`;
  await rm(made, { recursive: true, force: true });
  await mkdir(made, { recursive: true });
  for (const file of files) await cp(here(file), `${made}${file.slice(file.indexOf('/') + 1)}`, { recursive: true });
  const [program, ...words] = command;
  await promisify(execFile)(program, words, { cwd: made, timeout: FETCHED_WITHIN_MS });
  await writeFile(`${made}order.json`, order);
  await rm(folder, { recursive: true, force: true });
  await rename(made, folder);
  return folder;
}

/** A program with which one talks in lines. */
export interface Talk {
  /** Settles with the next line that begins so, behind the word. */
  hears(begin: string): Promise<string>;
  says(line: string): void;
  /** Its input ends; settles when it has. */
  ends(): Promise<number | null>;
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
  };
}
