/** The program from its sources, in a process of its own. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export type Child = ChildProcessByStdio<null, Readable, Readable>;

export interface Running {
  readonly child: Child;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string; readonly complaints: string }>;
}

const children: Child[] = [];

/** For `afterEach`. */
export function killPrograms(): void {
  for (const child of children.splice(0)) child.kill('SIGKILL');
}

export function rollcall(...args: string[]): Running {
  const program = `import { main } from ${JSON.stringify(new URL('main.ts', import.meta.url).href)}; await main(process.argv.slice(1), process.env);`;
  const command = ['--conditions=@rollcall/source', '--import', 'tsx', '--input-type=module', '--eval', program, '--', ...args];
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const child = spawn(process.execPath, command, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const text = { output: '', complaints: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text.output += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text.complaints += part));
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, ...text })) };
}

export async function readyLine(child: Child): Promise<{ readonly doors: { readonly http: string } }> {
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as { readonly msg: string; readonly doors: { readonly http: string } };
    if (said.msg === 'ready') return said;
  }
  throw new Error('It ended before it was ready.');
}
