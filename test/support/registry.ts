/** A registry as a user starts it: the built program in a process of its own, on a free port and an empty directory. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { repositoryRoot } from './repository.js';

export interface RunningRegistry {
  /** Where HTTP listens: `127.0.0.1:41234`. */
  readonly http: string;
  close(): Promise<void>;
}

export async function startRegistry(): Promise<RunningRegistry> {
  // No-op after `npm test`; whoever starts a single test file must not be told about an old build.
  const ensured = spawnSync(process.execPath, ['scripts/ensure.mjs'], { cwd: repositoryRoot, encoding: 'utf8' });
  if (ensured.status !== 0) throw new Error(ensured.stderr);
  const data = await mkdtemp(join(tmpdir(), 'rollcall-'));
  const args = ['packages/server/bin/rollcall.js', 'serve', '--http', '0', '--data', data];
  const child = spawn(process.execPath, args, { cwd: repositoryRoot, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const complaints: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  const close = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
    await rm(data, { recursive: true, force: true });
  };
  const http = await Promise.race([readyDoor(child.stdout), exited.then(() => undefined)]);
  if (http !== undefined) return { http, close };
  await close();
  throw new Error(`The registry ended before it was ready:\n${complaints.join('')}`);
}

/** Reads on after the line was found, because a full pipe would stop the registry. */
export function readyDoor(stdout: Readable): Promise<string> {
  return new Promise((resolve) => {
    createInterface({ input: stdout }).on('line', (line) => {
      const http = httpDoorIn(line);
      if (http !== undefined) resolve(http);
    });
  });
}

/** The address in the one line that says that the registry is ready. */
function httpDoorIn(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  const said = JSON.parse(line) as { readonly msg?: string; readonly doors?: { readonly http?: string } };
  return said.msg === 'ready' ? said.doors?.http : undefined;
}
